// SPDX-License-Identifier: MIT
//
// The figures of the benchmark, each as a ratio to a peer that runs in the same call, in turns; medians.
// Prints a table and, for each figure, the line of a test. The roots are made beforehand; see the usage.
#include "measure.h"

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <map>
#include <stdexcept>
#include <sys/stat.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

namespace bench {
namespace {

using namespace std::chrono_literals;
Setting yardstick(const std::string& root)
{
    return setting(root, {"/sbin/yardstick", "/etc/rc.d/rc3.d", "/etc/rc.d/rc0.d"});
}

bool has_sysvinit(const std::string& root)
{
    return ::access((run_.roots + "/" + root + "/sbin/sysvinit").c_str(), X_OK) == 0;
}

void scripts()
{
    std::vector<std::pair<std::string, Setting>> peers = {
        {"ours", ours("scripts-50")},
        {"yardstick", yardstick("scripts-50")},
        {"bash", setting("scripts-50", {"/bin/bash", "/sbin/bash-rc", "3"})},
    };
    if (has_sysvinit("scripts-50"))
        peers.emplace_back("sysvinit",
                           setting("scripts-50", {"/sbin/sysvinit", "3"})); // its inittab: the same loop
    std::map<std::string, Figures> wall;
    std::map<std::string, Figures> cpu;
    for (std::size_t round = 0; round <= run_.rounds; ++round)
        for (const auto& [name, how] : peers) {
            const Boot boot = boot_once(how);
            if (round == 0)
                continue; // a warm-up
            wall[name].push_back(boot.wall);
            cpu[name].push_back(boot.cpu);
        }
    ratio_row("50 scripts one by one, wall ms, yardstick", median(wall["ours"]), median(wall["yardstick"]),
              1.25);
    ratio_row("50 scripts one by one, CPU ms, yardstick", median(cpu["ours"]), median(cpu["yardstick"]),
              1.40);
    ratio_row("50 scripts one by one, wall ms, bash loop", median(wall["ours"]), median(wall["bash"]), 0.70);
    if (wall.contains("sysvinit"))
        ratio_row("50 scripts one by one, wall ms, sysvinit+loop", median(wall["ours"]),
                  median(wall["sysvinit"]), 0.70);
    else
        std::puts("skip - 50 scripts one by one, wall ms, sysvinit+loop: its package could not be had");
    // What there is to be had: the yardstick does nothing but spawn.
    std::printf("the yardstick itself takes %.3f of the bash loop\n",
                median(wall["yardstick"]) / median(wall["bash"]));
}

double stop_once(const Setting& how, const char* mark)
{
    Container container(how);
    Clock::time_point seen;
    if (mark != nullptr) {
        if (!container.wait_for_mark(mark, 60s, seen))
            throw std::runtime_error(how.arguments[0] + ": " + how.root + " did not come up");
        container.settled_cpu();
    } else {
        std::this_thread::sleep_for(100ms); // there is nothing to see of a catcher that is ready
    }
    const auto asked = Clock::now();
    if (const int status = container.end_with(SIGTERM, 30s); status != 0)
        throw std::runtime_error(how.arguments[0] + ": the stop ended with " + std::to_string(status));
    return milliseconds(Clock::now() - asked);
}

void stop()
{
    Figures nothing;
    Figures catcher;
    for (std::size_t round = 0; round < run_.rounds; ++round) {
        nothing.push_back(stop_once(ours("nothing"), "up"));
        catcher.push_back(stop_once(setting("nothing", {"/sbin/catch"}), nullptr));
    }
    std::printf("stop with nothing to stop: catch %.3f ms\n", median(catcher));
    absolute_row("stop with nothing to stop, ms", median(nothing), 3.0);

    if (::access((run_.roots + "/services/sbin").c_str(), F_OK) != 0) {
        std::puts("skip - stop of 8 real services: their root was not made");
        return;
    }
    Figures services;
    Figures back_to_back;
    for (std::size_t round = 0; round < std::min<std::size_t>(run_.rounds, 5); ++round) {
        Setting with_ours = setting("services", {"/sbin/init", "2"});
        with_ours.environment.emplace_back("RCINIT_SYSINIT=none");
        with_ours.host_userland = false;
        Setting with_yardstick = setting("services", {"/sbin/yardstick", "/etc/rc2.d", "/etc/rc0.d"});
        with_yardstick.host_userland = false;
        services.push_back(stop_once(with_ours, "up"));
        back_to_back.push_back(stop_once(with_yardstick, "up"));
    }
    std::printf("stop of 8 real services: ours %.1f ms, K-scripts back to back %.1f ms\n", median(services),
                median(back_to_back));
    absolute_row("stop of 8 real services beyond K-scripts, ms", median(services) - median(back_to_back),
                 100.0);
}

/// Every child leaves one orphan, `count` times over.
int make_orphans(int count)
{
    for (int made = 0; made < count; ++made) {
        const pid_t child = ::fork();
        if (child == 0) {
            ::fork();
            _exit(0);
        }
        if (child > 0)
            ::waitpid(child, nullptr, 0);
    }
    return 0;
}

double cpu_per_orphan(const Setting& how, const char* mark)
{
    constexpr int count = 10000;
    Container container(how);
    Clock::time_point seen;
    if (mark != nullptr && !container.wait_for_mark(mark, 30s, seen))
        throw std::runtime_error("no boot to make orphans in");
    container.settled_cpu();
    const std::int64_t before = cpu_of(container.pid());
    if (container.inside([] { return make_orphans(count); }) != 0)
        throw std::runtime_error("orphans could not be made");
    container.settled_cpu();
    return static_cast<double>(cpu_of(container.pid()) - before) / 1e3 / count;
}

/// 5,000 children wait for the end of a pipe, their parent leaves, the pipe ends.
double burst(const Setting& how, const char* mark)
{
    constexpr int count = 5000;
    Container container(how);
    Clock::time_point seen;
    if (mark != nullptr && !container.wait_for_mark(mark, 30s, seen))
        throw std::runtime_error("no boot to make a burst in");
    container.settled_cpu();
    const long before = container.processes();
    int release[2];
    if (::pipe(release) != 0)
        throw std::runtime_error("pipe");
    container.inside([&] {
        ::close(release[1]);
        for (int made = 0; made < count; ++made)
            if (::fork() == 0) {
                char byte = 0;
                _exit(::read(release[0], &byte, 1) == 0 ? 0 : 1);
            }
        return 0;
    });
    ::close(release[0]);
    container.settled_cpu();
    if (container.processes() < before + count)
        throw std::runtime_error("the burst was not made");
    const auto let_go = Clock::now();
    ::close(release[1]);
    while (container.processes() > before) {
        if (Clock::now() - let_go > 30s)
            throw std::runtime_error("orphans were left");
        std::this_thread::sleep_for(200us);
    }
    return milliseconds(Clock::now() - let_go);
}

void orphans()
{
    const Setting init = ours("scripts-1");
    const Setting catcher = setting("scripts-1", {"/sbin/catch"});
    Figures each_ours;
    Figures each_peer;
    Figures burst_ours;
    Figures burst_peer;
    for (std::size_t round = 0; round < run_.rounds; ++round) {
        each_ours.push_back(cpu_per_orphan(init, "up"));
        each_peer.push_back(cpu_per_orphan(catcher, nullptr));
        burst_ours.push_back(burst(init, "up"));
        burst_peer.push_back(burst(catcher, nullptr));
    }
    ratio_row("PID 1 CPU per orphan, us, catch", median(each_ours), median(each_peer), 1.35);
    ratio_row("burst of 5000 orphans, ms, catch", median(burst_ours), median(burst_peer), 1.15);
}

/// The processes that are the program itself: PID 1 and its helpers.
std::vector<pid_t> own_processes(const Container& container)
{
    struct stat init {};
    struct stat exe {};
    std::vector<pid_t> found;
    if (::stat(("/proc/" + std::to_string(container.pid()) + "/exe").c_str(), &init) != 0)
        return found;
    for (const pid_t pid : container.members())
        if (::stat(("/proc/" + std::to_string(pid) + "/exe").c_str(), &exe) == 0 &&
            exe.st_ino == init.st_ino && exe.st_dev == init.st_dev)
            found.push_back(pid);
    return found;
}

long switches(pid_t pid)
{
    return proc_field(pid, "status", "voluntary_ctxt_switches") +
           proc_field(pid, "status", "nonvoluntary_ctxt_switches");
}

std::string command(pid_t pid)
{
    std::ifstream file("/proc/" + std::to_string(pid) + "/comm");
    std::string name;
    std::getline(file, name);
    return name;
}

void idle()
{
    Container container(ours("daemons-12"));
    Clock::time_point seen;
    if (!container.wait_for_mark("up", 30s, seen))
        throw std::runtime_error("12 services did not come up");
    container.settled_cpu();
    std::this_thread::sleep_for(3s); // what a boot leaves to be done later is done
    std::map<pid_t, long> before;
    for (const pid_t pid : own_processes(container))
        before[pid] = switches(pid);
    std::this_thread::sleep_for(std::chrono::seconds(run_.idle_seconds));
    long sum = 0;
    for (const auto& [pid, count] : before) {
        const long more = switches(pid) - count;
        if (more > 0)
            std::printf("idle: %s (%d) was switched %ld times\n", command(pid).c_str(), static_cast<int>(pid),
                        more);
        sum += more;
    }
    std::printf("idle: %zu processes of ours watched for %d s\n", before.size(), run_.idle_seconds);
    absolute_row("context switches of 12 idle services", static_cast<double>(sum), 0.0);
}

long settled_rss(Container& container, const char* mark)
{
    Clock::time_point seen;
    if (!container.wait_for_mark(mark, 60s, seen))
        throw std::runtime_error("the services did not come up");
    container.settled_cpu();
    return proc_field(container.pid(), "smaps_rollup", "Rss");
}

void memory()
{
    Figures of_ours;
    Figures of_sysvinit;
    Figures growth;
    const bool peer = has_sysvinit("daemons-12");
    for (int round = 0; round < 3; ++round) {
        Container init(ours("daemons-12"));
        of_ours.push_back(static_cast<double>(settled_rss(init, "up")));
        init.end_with(SIGKILL, 10s);
        if (!peer)
            continue;
        Container sysvinit(setting("daemons-12", {"/sbin/sysvinit"}));
        of_sysvinit.push_back(static_cast<double>(settled_rss(sysvinit, "up")));
    }
    if (peer)
        ratio_row("RSS of PID 1, KiB, sysvinit", median(of_ours), median(of_sysvinit), 0.80);
    else
        std::puts("skip - RSS of PID 1, KiB, sysvinit: its package could not be had");

    Container small(ours("daemons-10"));
    const double least = static_cast<double>(settled_rss(small, "up"));
    small.end_with(SIGKILL, 10s);
    Container container(ours("daemons-200"));
    const double most = static_cast<double>(settled_rss(container, "up"));
    absolute_row("RSS growth from 10 to 200 services, KiB", most - least, 300.0);

    const int asked = container.inside([] {
        const char* loop = "i=0; /sbin/rcinit status >/dev/null || exit 1; while [ $i -lt 1000 ]; do "
                           "/sbin/rcinit status >/dev/null || exit 1; i=$((i+1)); done";
        ::execl("/bin/sh", "sh", "-c", loop, static_cast<char*>(nullptr));
        return 127;
    });
    verdict("1,000 status requests are answered", asked == 0, "a request failed");
    ::kill(container.pid(), SIGHUP);
    container.settled_cpu();
    long largest = 0;
    std::size_t keepers = 0;
    for (const pid_t pid : own_processes(container))
        if (command(pid) == "rc-keeper") {
            ++keepers;
            largest = std::max(largest, proc_field(pid, "smaps_rollup", "Private_Clean") +
                                            proc_field(pid, "smaps_rollup", "Private_Dirty"));
        }
    std::printf("memory: %zu keepers\n", keepers);
    verdict("200 services have 200 keepers", keepers >= 200, std::to_string(keepers) + " found");
    absolute_row("private memory of the largest keeper, KiB", static_cast<double>(largest), 100.0);
}

void size()
{
    struct stat file {};
    if (::stat((run_.roots + "/scripts-1/sbin/init").c_str(), &file) != 0)
        throw std::runtime_error("the program is not there");
    absolute_row("size of the program, KiB", static_cast<double>(file.st_size) / 1024, 2048.0);
}

int run(const std::string& only)
{
    const std::vector<std::pair<std::string, void (*)()>> groups = {
        {"size", size},           {"scripts", scripts}, {"stop", stop},         {"orphans", orphans},
        {"memory", memory},       {"idle", idle},       {"graphs", graphs},     {"parallel", parallel},
        {"functions", functions}, {"tools", tools},     {"small", small_inits}, {"scale", scale},
    };
    heading();
    for (const auto& [name, measure] : groups) {
        if (!only.empty() && (" " + only + " ").find(" " + name + " ") == std::string::npos)
            continue;
        try {
            measure();
        } catch (const std::exception& error) {
            verdict("figures of " + name, false, error.what());
        }
    }
    return run_.missed == 0 ? 0 : 1;
}

} // namespace
} // namespace bench

int main(int argc, char** argv)
{
    if (argc != 6) {
        std::fputs("usage: figures ROOTS LOG ROUNDS IDLE_SECONDS \"GROUP...\"\n", stderr);
        return 64;
    }
    bench::run_.roots = argv[1];
    bench::run_.log_file = argv[2];
    bench::run_.rounds = static_cast<std::size_t>(std::max(1, std::atoi(argv[3])));
    bench::run_.idle_seconds = std::atoi(argv[4]);
    return bench::run(argv[5]);
}
