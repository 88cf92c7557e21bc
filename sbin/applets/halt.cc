// SPDX-License-Identifier: MIT
// halt, poweroff and reboot: a shutdown now, or with -f a word to init to end at once. None of them calls
// reboot(2): the container ends when init does.
#include "applets/applets.h"
#include "applets/halt_arguments.h"
#include "control/control_client.h"
#include "control/initctl_client.h"
#include "control/state_directory.h"
#include "system/signal_process.h"
#include "system/utmp.h"

#include <fmt/format.h>

#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <vector>

namespace init::applets {
namespace {

const char* name_of(HaltVerb verb) noexcept
{
    switch (verb) {
    case HaltVerb::poweroff:
        return "poweroff";
    case HaltVerb::reboot:
        return "reboot";
    default:
        return "halt";
    }
}

/// The environment that init gives its children, else utmp, else the one character; N when nothing says.
/// Source: halt(8).
char current_level()
{
    const char* level = std::getenv("RUNLEVEL");
    if (std::getenv("INIT_VERSION") != nullptr && level != nullptr && level[0] != '\0')
        return level[0];
    const system::UtmpPaths paths;
    if (const auto record = system::read_level_record(paths.utmp))
        return record->current;
    return system::read_level_file(paths.level).value_or('N');
}

bool is_same_program_as_init() noexcept
{
    struct stat ours {};
    struct stat init {};
    return ::stat("/proc/self/exe", &ours) == 0 && ::stat("/proc/1/exe", &init) == 0 &&
           ours.st_dev == init.st_dev && ours.st_ino == init.st_ino;
}

/// The process to signal; 0 when none is known to be ours, since the signals mean something else to other
/// inits.
pid_t find_our_init()
{
    if (const auto pid = control::find_init(control::find_state_directory()))
        return *pid;
    return is_same_program_as_init() ? 1 : 0;
}

int signal_of(HaltVerb verb) noexcept
{
    switch (verb) {
    case HaltVerb::poweroff:
        return SIGRTMIN + 14;
    case HaltVerb::reboot:
        return SIGRTMIN + 15;
    default:
        return SIGRTMIN + 13;
    }
}

int end_at_once(HaltVerb verb)
{
    const pid_t pid = find_our_init();
    if (pid == 0) {
        fmt::print(stderr, "{}: cannot end the container: no init answers as rcinit; nothing was signalled\n",
                   name_of(verb));
        return 1;
    }
    const auto sent = system::send_signal(pid, signal_of(verb));
    if (sent)
        return 0;
    fmt::print(stderr, "{}: cannot signal init, pid {}: {}; the container goes on\n", name_of(verb), pid,
               sent.error().message());
    return 1;
}

int shut_down(HaltVerb verb)
{
    std::vector<std::string> words{"-h", "-H", "now"};
    if (verb == HaltVerb::poweroff)
        words[1] = "-P";
    if (verb == HaltVerb::reboot)
        words = {"-r", "now"};
    return shutdown(words);
}

void record(HaltVerb verb)
{
    const auto written = system::UtmpWriter{}.shutdown(static_cast<std::int64_t>(std::time(nullptr)));
    if (!written)
        fmt::print(stderr, "{}: cannot write the record in /var/log/wtmp: {}; it is left out\n",
                   name_of(verb), written.error().message());
}

int run(HaltVerb called, Arguments words)
{
    const HaltArguments arguments = parse_halt_arguments(called, words);
    if (!arguments.error.empty()) {
        fmt::print(stderr, "{0}: {1}; nothing changes\nUsage: {0} [-nwdfihpk] [-m MESSAGE] [-t SECONDS]\n",
                   name_of(called), arguments.error);
        return 1;
    }
    if (::geteuid() != 0 && !control::may_send_initctl()) {
        fmt::print(stderr, "{}: only root and the user that init runs as may do that; nothing changes\n",
                   name_of(called));
        return 1;
    }
    const char level = current_level();
    const bool ending = level == '0' || level == '6';
    if (!arguments.force && !ending && !arguments.record_only)
        return shut_down(arguments.verb);
    if (!arguments.no_record)
        record(arguments.verb);
    // In level 0 or 6 the container ends when the scripts have: there is nothing more to ask for.
    return arguments.force && !arguments.record_only ? end_at_once(arguments.verb) : 0;
}

} // namespace

int halt(Arguments words)
{
    return run(HaltVerb::halt, words);
}

int poweroff(Arguments words)
{
    return run(HaltVerb::poweroff, words);
}

int reboot(Arguments words)
{
    return run(HaltVerb::reboot, words);
}

} // namespace init::applets
