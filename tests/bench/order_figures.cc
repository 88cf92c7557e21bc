// SPDX-License-Identifier: MIT
//
// What order and parallelism cost and give: graphs of sleeping scripts against their critical path, empty
// scripts and daemons against a yardstick that runs so many at a time, Debian's startpar, our shell functions
// against an empty file, and the tools that read a tree.
#include "measure.h"

#include <csignal>
#include <cstdio>
#include <fcntl.h>
#include <fstream>
#include <stdexcept>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

namespace bench {
namespace {

using namespace std::chrono_literals;

constexpr double step_ms = 100.0; ///< what a script of the graphs sleeps

Setting at_once(const std::string& root, const char* most)
{
    return setting(root, {"/sbin/yardstick", "/etc/rc.d/rc3.d", "/etc/rc.d/rc0.d", most});
}

struct Life {
    Figures boot, boot_cpu, stop, stop_cpu;
};

/// One boot and one stop; throws where a script ran before one it needs, or something is left.
void live_once(const Setting& how, Life& life, bool keep)
{
    Container container(how);
    Clock::time_point seen;
    if (!container.wait_for_mark("up", 60s, seen))
        throw std::runtime_error(how.arguments[0] + ": the last script of " + how.root + " did not run");
    const double boot = milliseconds(seen - container.began());
    const double cpu = static_cast<double>(container.settled_cpu()) / 1e6;
    const auto begun = Clock::now();
    if (container.end_with(SIGTERM, 60s) != 0)
        throw std::runtime_error(how.arguments[0] + " did not stop " + how.root + " with 0");
    const double stop = milliseconds(Clock::now() - begun);
    const double stop_cpu = static_cast<double>(container.settled_cpu()) / 1e6 - cpu;
    if (::access((how.root + "/mark/broken").c_str(), F_OK) == 0)
        throw std::runtime_error(how.arguments[0] + " broke the order of " + how.root);
    if (!keep)
        return; // a warm-up
    life.boot.push_back(boot);
    life.boot_cpu.push_back(cpu);
    life.stop.push_back(stop);
    life.stop_cpu.push_back(stop_cpu);
}

/// A stop signal leaves 10 s; a serial order would need more, and is not what is asked.
Setting patient(Setting how)
{
    how.environment.emplace_back("RCINIT_GRACE=60s");
    return how;
}

void graph(const std::string& root, double scripts, bool terminal)
{
    Setting how = patient(ours(root));
    how.terminal = terminal;
    Life life;
    for (std::size_t round = 0; round <= run_.rounds / 2; ++round)
        live_once(how, life, round != 0);
    const double critical = scripts / 10 * step_ms;
    const std::string of = " of " + root + (terminal ? ", terminal" : ", no terminal") + ", critical path";
    ratio_row("boot" + of, median(life.boot), critical, 1.12);
    ratio_row("stop" + of, median(life.stop), critical, 1.12);
}

/// startpar as PID 1's only work, once: without a terminal it runs one script at a time.
double startpar_once(const std::string& root, bool terminal)
{
    Setting how = setting(root, {"/bin/sh", "/sbin/startpar-boot"});
    how.terminal = terminal;
    return boot_once(how).wall;
}

bool has_startpar(const std::string& root)
{
    return ::access((run_.roots + "/" + root + "/sbin/startpar").c_str(), X_OK) == 0;
}

struct Pair {
    Life ours, peer;
};

Pair in_turns(const Setting& how, const Setting& peer)
{
    Pair lives;
    for (std::size_t round = 0; round <= run_.rounds; ++round) {
        live_once(how, lives.ours, round != 0);
        live_once(peer, lives.peer, round != 0);
    }
    return lives;
}

/// What one call of a program takes, in ms; its output is thrown away.
double call_once(const std::vector<std::string>& words)
{
    std::vector<char*> arguments;
    for (const std::string& word : words)
        arguments.push_back(const_cast<char*>(word.c_str()));
    arguments.push_back(nullptr);
    const auto begun = Clock::now();
    const pid_t child = ::fork();
    if (child == 0) {
        const int null = ::open("/dev/null", O_RDWR);
        ::dup2(null, 1);
        ::dup2(null, 2);
        ::execv(arguments[0], arguments.data());
        _exit(127);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    const double took = milliseconds(Clock::now() - begun);
    if (!WIFEXITED(status) || WEXITSTATUS(status) > 1)
        throw std::runtime_error(words[1] + " failed");
    return took;
}

std::string shown_by_plan(const std::string& root)
{
    const std::string folder = run_.roots + "/" + root;
    std::string text;
    FILE* const out = ::popen((folder + "/sbin/rcinit plan --root " + folder + " 2>&1").c_str(), "r");
    if (out == nullptr)
        return text;
    char part[4096];
    while (const std::size_t got = std::fread(part, 1, sizeof part, out))
        text.append(part, got);
    ::pclose(out);
    return text;
}

double tool(const char* name, const char* root)
{
    Figures times;
    const std::string program = run_.roots + "/" + root + "/sbin/rcinit";
    for (std::size_t round = 0; round <= run_.rounds; ++round)
        times.push_back(call_once({program, name, "--root", run_.roots + "/" + root}));
    times.erase(times.begin()); // a warm-up
    return median(times);
}

} // namespace

void graphs()
{
    for (const bool terminal : {false, true}) {
        graph("graph-50", 50, terminal);
        graph("graph-200", 200, terminal);
    }
    Life all;
    for (std::size_t round = 0; round <= run_.rounds / 2; ++round)
        live_once(at_once("graph-50", "10"), all, round != 0);
    told_row("boot of graph-50, C level by level", median(all.boot), 50 / 10 * step_ms);
    told_row("stop of graph-50, C level by level", median(all.stop), 50 / 10 * step_ms);
    if (has_startpar("graph-50-insserv")) {
        told_row("boot of graph-50, startpar, terminal", startpar_once("graph-50-insserv", true),
                 50 / 10 * step_ms);
        told_row("boot of graph-50, startpar, no terminal", startpar_once("graph-50-insserv", false),
                 50 / 10 * step_ms);
    }
}

void parallel()
{
    const Pair ten = in_turns(ours("noop-10"), at_once("noop-10", "2"));
    ratio_row("10 no-op scripts, boot, two at a time", median(ten.ours.boot), median(ten.peer.boot), 1.6);
    ratio_row("10 no-op scripts, stop, two at a time", median(ten.ours.stop), median(ten.peer.stop), 1.5);
    const Pair many = in_turns(ours("noop-200"), at_once("noop-200", "2"));
    ratio_row("200 no-op scripts, boot, two at a time", median(many.ours.boot), median(many.peer.boot), 1.20);
    ratio_row("200 no-op scripts, CPU, two at a time", median(many.ours.boot_cpu), median(many.peer.boot_cpu),
              1.40);
    ratio_row("200 no-op scripts, stop, two at a time", median(many.ours.stop), median(many.peer.stop), 1.10);
    ratio_row("200 no-op scripts, stop, CPU, two at a time", median(many.ours.stop_cpu),
              median(many.peer.stop_cpu), 1.25);
    const Pair daemons = in_turns(patient(ours("forkers-50")), at_once("forkers-50", "2"));
    ratio_row("50 daemons, boot, two at a time", median(daemons.ours.boot), median(daemons.peer.boot), 1.15);
    ratio_row("50 daemons, stop, two at a time", median(daemons.ours.stop), median(daemons.peer.stop), 0.40);
    if (!has_startpar("noop-50-insserv")) {
        std::printf("skip - 50 no-op scripts against startpar: it cannot be had\n");
        return;
    }
    Figures mine;
    Figures startpar;
    for (std::size_t round = 0; round <= run_.rounds; ++round) {
        const double wall = boot_once(ours("noop-50-insserv")).wall;
        const double peer = startpar_once("noop-50-insserv", true);
        if (round == 0)
            continue;
        mine.push_back(wall);
        startpar.push_back(peer);
    }
    ratio_row("50 no-op scripts, boot, startpar, terminal", median(mine), median(startpar), 0.85);
}

void functions()
{
    for (const char* shell : {"dash", "bash"}) {
        const std::string root = std::string("functions-") + shell;
        Figures with;
        Figures without;
        // A boot of these is short, and so easily twice as long when something else runs: many, in turns.
        for (std::size_t round = 0; round <= 3 * run_.rounds; ++round) {
            const double real = boot_once(ours(root)).wall;
            const double empty = boot_once(ours(root + "-empty")).wall;
            if (round == 0)
                continue;
            with.push_back(real);
            without.push_back(empty);
        }
        ratio_row(std::string("50 scripts with functions, ") + shell + ", an empty file", median(with),
                  median(without), 1.25);
    }
}

void tools()
{
    // A plan of nothing would be quick as well.
    const bool is_whole = shown_by_plan("noop-500").find("start: 500 scripts") != std::string::npos;
    verdict("plan of 500 scripts shows them", is_whole, "it shows another number");
    const double plan = tool("plan", "noop-500");
    absolute_row("plan of 500 scripts, ms", plan, 50.0);
    const double lint = tool("lint", "noop-500");
    absolute_row("lint of 500 scripts, ms", lint, 200.0);
    ratio_row("plan of 1,000 scripts, of 500", tool("plan", "noop-1000"), plan, 2.5);
    ratio_row("lint of 1,000 scripts, of 500", tool("lint", "noop-1000"), lint, 2.5);
}

} // namespace bench
