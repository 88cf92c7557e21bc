// SPDX-License-Identifier: MIT
// killall5: signals every process but PID 1, kernel threads, the caller's session and those left out. Each
// process is signalled by its own number, so that a mistake here can never reach a group or everything at
// once.
#include "applets/applets.h"
#include "applets/killall5_arguments.h"
#include "system/process_table.h"
#include "system/signal_process.h"

#include <fmt/format.h>

#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <vector>

namespace init::applets {
namespace {

/// Processes may be born while others are stopped; after so many looks the rest are let be.
constexpr int most_looks = 10;

/// A kernel thread has no program; a process whose program may not be seen has one.
bool is_kernel_thread(pid_t pid)
{
    char target = 0;
    return ::readlink(fmt::format("/proc/{}/exe", pid).c_str(), &target, 1) < 0 && errno == ENOENT;
}

struct Look {
    const Killall5Arguments& arguments;
    pid_t session;
    std::vector<pid_t> found;
};

bool is_target(const Look& look, pid_t pid)
{
    if (pid <= 1 || pid == ::getpid() || std::ranges::count(look.arguments.omitted, pid) > 0)
        return false;
    const auto process = system::read_process(pid);
    return process && process->state != 'Z' && process->session != look.session && !is_kernel_thread(pid);
}

void visit(pid_t pid, void* context)
{
    auto& look = *static_cast<Look*>(context);
    if (is_target(look, pid))
        look.found.push_back(pid);
}

bool find_targets(Look& look)
{
    look.found.clear();
    return system::visit_processes(visit, &look);
}

/// Stops all, until a look finds nobody new: what is stopped can neither fork nor restart the others.
std::vector<pid_t> stop_all(Look& look)
{
    std::vector<pid_t> stopped;
    for (int looks = 0; looks < most_looks; ++looks) {
        std::size_t fresh = 0;
        for (const pid_t pid : look.found)
            if (std::ranges::count(stopped, pid) == 0 && system::send_signal(pid, SIGSTOP)) {
                stopped.push_back(pid);
                ++fresh;
            }
        if (fresh == 0 || !find_targets(look))
            break;
    }
    return stopped;
}

int signal_targets(const std::vector<pid_t>& targets, int signo)
{
    bool sent = false;
    bool denied = false;
    for (const pid_t pid : targets) {
        const auto result = system::send_signal(pid, signo);
        sent = sent || result;
        denied = denied || (!result && result.error().value() == EPERM);
    }
    if (sent)
        return 0;
    if (denied)
        fmt::print(stderr, "killall5: cannot signal any process: not permitted; nothing was signalled\n");
    return denied ? 1 : 2;
}

} // namespace

int killall5(Arguments words)
{
    const Killall5Arguments arguments = parse_killall5_arguments(words);
    if (!arguments.error.empty()) {
        fmt::print(stderr,
                   "killall5: {}; nothing was signalled\nUsage: killall5 [-SIGNAL] [-o PID[,PID]]...\n",
                   arguments.error);
        return 1;
    }
    Look look{arguments, ::getsid(0), {}};
    if (!find_targets(look)) {
        fmt::print(stderr,
                   "killall5: cannot list processes: there is no /proc of this PID namespace; nothing was "
                   "signalled\n");
        return 1;
    }
    // With some left out, those could depend on a stopped one to go on.
    const auto stopped = arguments.omitted.empty() ? stop_all(look) : std::vector<pid_t>{};
    const int status = signal_targets(look.found, arguments.signo);
    for (const pid_t pid : stopped)
        (void)system::send_signal(pid, SIGCONT); // one that is gone needs none
    return status;
}

} // namespace init::applets
