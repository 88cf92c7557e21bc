// SPDX-License-Identifier: MIT
// rcinit signals: the table of what each signal to PID 1 does when it boots an rc tree, with the exit status
// that follows.
#include "applets/applets.h"

#include <fmt/format.h>

#include <cstdio>

namespace init::applets {
namespace {

struct Row {
    const char* signals;
    const char* effect;
};
constexpr Row rows[] = {
    {"TERM QUIT", "stop through runlevel 0, exit 0"},
    {"RTMIN+3 RTMIN+4", "stop through runlevel 0, exit 0"},
    {"PWR", "stop through runlevel 0, exit 0; with /var/run/powerstatus or /etc/powerstatus"},
    {"", "the inittab's power entries by its letter instead"},
    {"INT", "stop through runlevel 0, exit 130; int=ctrlaltdel: the ctrlaltdel entry,"},
    {"", "or without one stop through runlevel 6, exit 133"},
    {"RTMIN+5", "stop through runlevel 6, exit 133"},
    {"RTMIN+13 RTMIN+14", "end at once without K-scripts, exit 0"},
    {"RTMIN+15", "end at once without K-scripts, exit 133"},
    {"HUP", "read inittab and configuration anew; from the kernel, which has lost the"},
    {"", "terminal: let go of the console"},
    {"USR1", "open the initctl FIFOs anew"},
    {"USR2", "close the initctl FIFOs"},
    {"WINCH", "from a process: run the kbrequest entry"},
    {"CHLD", "collect what has ended"},
    {"any other", "to the process group of a command in the foreground, where there is one"},
    {"SEGV BUS FPE ILL ABRT TRAP SYS", "a fault of init: one line, exit 70"},
};

} // namespace

int signals(Arguments words)
{
    if (!words.empty()) {
        fmt::print(stderr, "rcinit signals: takes no arguments, got \"{}\"; nothing was shown\n", words[0]);
        return 64;
    }
    fmt::print("{:<31} {}\n", "SIGNAL TO PID 1", "EFFECT");
    for (const Row& row : rows)
        fmt::print("{:<31} {}\n", row.signals, row.effect);
    fmt::print("\nWhile stopping: a second stop signal at least 1 s later halves the time that is left, a "
               "third ends it\n"
               "(TERM, CONT, then KILL to all). A TERM from inside the container changes nothing then.\n");
    return 0;
}

} // namespace init::applets
