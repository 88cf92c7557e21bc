// SPDX-License-Identifier: MIT
//
// The small inits beside Debian's: start-up, memory, reaping, the way of a signal, wake-ups. All of it
// happens in a PID namespace of its own, in turns, so that what else the machine does meets all of them
// alike.
#include "measure.h"

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <fcntl.h>
#include <map>
#include <sched.h>
#include <spawn.h>
#include <stdexcept>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace bench {
namespace {

/// An init, and what is put before its command.
struct Init {
    std::string label;
    std::string program;
    std::vector<std::string> options{};
};

std::string link(const std::string& name)
{
    return run_.roots + "/../small/" + name;
}

bool is_there(const Init& init)
{
    return ::access(init.program.c_str(), X_OK) == 0;
}

/// Ours and the peers that are installed; `plain` runs the command without an init.
std::vector<Init> all_inits()
{
    std::vector<Init> inits = {
        {"tini", link("tini"), {"-s", "--"}},
        {"dumb-init", link("dumb-init"), {"--"}},
        {"catatonit", link("catatonit"), {"--"}},
        {"peer tini", "/usr/bin/tini", {"-s", "--"}},
        {"peer tini-static", "/usr/bin/tini-static", {"-s", "--"}},
        {"peer dumb-init", "/usr/bin/dumb-init", {"--"}},
        {"peer catatonit", "/usr/bin/catatonit", {"--"}},
    };
    inits.erase(std::remove_if(inits.begin(), inits.end(), [](const Init& init) { return !is_there(init); }),
                inits.end());
    return inits;
}

std::vector<char*> pointers(std::vector<std::string>& words)
{
    std::vector<char*> all;
    for (std::string& word : words)
        all.push_back(word.data());
    all.push_back(nullptr);
    return all;
}

pid_t start(const Init& init, const std::vector<std::string>& command)
{
    std::vector<std::string> words{init.program};
    words.insert(words.end(), init.options.begin(), init.options.end());
    words.insert(words.end(), command.begin(), command.end());
    const std::vector<char*> argv = pointers(words);
    char path[] = "PATH=/usr/bin:/bin";
    char* const environment[] = {path, nullptr};
    pid_t pid = 0;
    if (::posix_spawn(&pid, argv[0], nullptr, nullptr, argv.data(), environment) != 0)
        throw std::runtime_error(init.program + " cannot be run");
    return pid;
}

void end(pid_t pid)
{
    ::kill(pid, SIGKILL);
    ::waitpid(pid, nullptr, 0);
    // What it leaves comes to us, the namespace's PID 1; anywhere else this would reach the machine.
    if (::getpid() == 1)
        ::kill(-1, SIGKILL);
    while (::waitpid(-1, nullptr, 0) > 0)
        continue;
}

double microseconds(Clock::duration time)
{
    return std::chrono::duration<double, std::micro>(time).count();
}

std::string command_program()
{
    return run_.roots + "/../small_child";
}

/// An init whose command has said that it is ready on the pipe.
struct Started {
    pid_t pid = 0;
    int told = -1;

    Started(const Init& init, const std::string& verb, int number)
    {
        int ends[2];
        if (::pipe2(ends, O_CLOEXEC) != 0)
            throw std::runtime_error("pipe");
        // 9 is inherited; every init keeps it for its command.
        ::dup2(ends[1], 9);
        ::close(ends[1]);
        pid = start(init, {command_program(), verb, std::to_string(number), "9"});
        ::close(9);
        told = ends[0];
        char ready[8];
        if (::read(told, ready, sizeof ready) != sizeof ready)
            throw std::runtime_error(init.label + ": its command is not ready");
    }
    Started(const Started&) = delete;
    Started& operator=(const Started&) = delete;
    ~Started() { ::close(told); }
};

using Measured = std::map<std::string, Figures>;

/// A ratio to a peer, or a line that says why there is none.
void row(const std::string& figure, Measured& measured, const std::string& ours, const std::string& peer,
         double limit)
{
    if (measured.count(peer) == 0)
        std::printf("skip - %s, %s beside %s: it is not installed\n", figure.c_str(), ours.c_str(),
                    peer.c_str());
    else
        ratio_row(figure + ", " + ours + " / " + peer.substr(5), median(measured[ours]),
                  median(measured[peer]), limit);
}

void start_up()
{
    std::vector<Init> inits = all_inits();
    inits.push_back({"dumb-init -c", link("dumb-init"), {"-c", "--"}});
    Measured taken;
    const auto once = [](const Init& init) {
        const auto began = Clock::now();
        ::waitpid(start(init, {"/bin/true"}), nullptr, 0);
        return microseconds(Clock::now() - began);
    };
    const Init plain{"plain", "/bin/true"};
    const std::size_t rounds = 60 * run_.rounds;
    for (std::size_t round = 0; round < rounds; ++round) {
        const double bare = once(plain);
        for (const Init& init : inits)
            taken[init.label].push_back(once(init) - bare);
    }
    row("added to true, us", taken, "tini", "peer tini-static", 1.2);
    row("added to true, us", taken, "catatonit", "peer tini-static", 1.2);
    row("added to true, us", taken, "dumb-init -c", "peer tini-static", 1.2);
    // A session is a scheduling group of its own, which on a busy machine waits for its turn: no figure of
    // the inits'.
    if (taken.count("peer dumb-init") != 0)
        told_row("added to true, us, dumb-init", median(taken["dumb-init"]), median(taken["peer dumb-init"]));
}

void memory()
{
    Measured resident;
    for (int round = 0; round < 3; ++round)
        for (const Init& init : all_inits()) {
            const Started started{init, "hear", 0};
            // What it lets go of after the start has gone when it waits again after a signal.
            ::kill(started.pid, SIGUSR1);
            char time[8];
            if (::read(started.told, time, sizeof time) != sizeof time)
                throw std::runtime_error("no signal came");
            resident[init.label].push_back(
                static_cast<double>(proc_field(started.pid, "smaps_rollup", "Rss")));
            end(started.pid);
        }
    for (const char* ours : {"tini", "dumb-init", "catatonit"})
        row("RSS when idle, KiB", resident, ours, "peer tini-static", 1.5);
}

void reaping()
{
    constexpr int number = 5000;
    Measured each;
    for (std::size_t round = 0; round < run_.rounds; ++round)
        for (const Init& init : all_inits()) {
            if (init.label.find("dumb-init") != std::string::npos)
                continue; // adopts nobody where it is not PID 1
            const Started started{init, "orphans", number};
            each[init.label].push_back(static_cast<double>(cpu_of(started.pid)) / number / 1000);
            end(started.pid);
        }
    for (const char* ours : {"tini", "catatonit"})
        row("CPU for each orphan, us", each, ours, "peer catatonit", 1.2);
}

void way_of_a_signal()
{
    Measured taken;
    for (std::size_t round = 0; round < run_.rounds; ++round)
        for (const Init& init : all_inits()) {
            const Started started{init, "hear", 0};
            for (int sent = 0; sent < 300; ++sent) {
                const auto began = Clock::now().time_since_epoch().count();
                ::kill(started.pid, SIGUSR1);
                std::int64_t heard = 0;
                if (::read(started.told, &heard, sizeof heard) != sizeof heard)
                    throw std::runtime_error(init.label + ": a signal was lost");
                taken[init.label].push_back(static_cast<double>(heard - began) / 1000);
            }
            end(started.pid);
        }
    for (const char* ours : {"tini", "catatonit"})
        row("signal to handler, us", taken, ours, "peer tini", 1.0);
    // It signals a whole group, as its peer does; the same two calls of the kernel, within what medians vary.
    row("signal to handler, us", taken, "dumb-init", "peer dumb-init", 1.05);
}

void wake_ups()
{
    for (const Init& init : all_inits()) {
        if (init.label.find("peer") != std::string::npos)
            continue;
        const Started started{init, "hear", 0};
        const auto switches = [&] { return proc_field(started.pid, "status", "voluntary_ctxt_switches"); };
        ::sleep(1); // let what the start left to do pass
        const long before = switches();
        ::sleep(static_cast<unsigned>(std::min(run_.idle_seconds, 10)));
        absolute_row("wake-ups while idle, " + init.label, static_cast<double>(switches() - before), 0);
        end(started.pid);
    }
}

int measure()
{
    run_.missed = 0;
    struct Group {
        const char* name;
        void (*measure)();
    };
    constexpr Group groups[] = {{"start", start_up},
                                {"memory", memory},
                                {"reaping", reaping},
                                {"signals", way_of_a_signal},
                                {"idle", wake_ups}};
    for (const auto& [name, group] : groups)
        try {
            group();
        } catch (const std::exception& error) {
            verdict(std::string("figures of small inits: ") + name, false, error.what());
        }
    std::fflush(stdout);
    return std::min(run_.missed, 100);
}

/// PID 1 of the namespace, which ends all that is left when it ends.
[[noreturn]] void measure_alone()
{
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0 ||
        ::mount("proc", "/proc", "proc", 0, nullptr) != 0)
        ::_exit(101);
    ::_exit(measure());
}

} // namespace

void small_inits()
{
    std::fflush(stdout);
    const unsigned long flags = CLONE_NEWPID | CLONE_NEWNS | SIGCHLD;
    const pid_t alone = static_cast<pid_t>(::syscall(SYS_clone, flags, nullptr, nullptr, nullptr, nullptr));
    if (alone == 0)
        measure_alone();
    int status = 0;
    if (alone < 0 || ::waitpid(alone, &status, 0) != alone || !WIFEXITED(status) || WEXITSTATUS(status) > 100)
        throw std::runtime_error("they could not be measured alone");
    run_.missed += WEXITSTATUS(status);
}

} // namespace bench
