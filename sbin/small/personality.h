// SPDX-License-Identifier: MIT
// A small init's ways as data: its options, its signals, what its child is given, its statuses and its words.
// One engine carries out all of them. Everything here is constant-initialised, because the engine runs before
// the program's static constructors.
#pragma once

#include <signal.h>

#include <cstdint>
#include <span>

namespace init::small {

enum class Level : unsigned char { fatal, warning, info, debug, trace };
constexpr int levels = 5;

/// What can be told on the way. A personality says which it tells, at which level and in which words.
enum class Event : unsigned char {
    bad_value, ///< an option's value, or a variable that must not be set
    not_first, ///< neither PID 1 nor subreaper: orphans go past it
    subreaper_failed,
    terminal_kept, ///< there was no terminal to let go of
    terminal_left,
    terminal_failed,    ///< the child cannot have the terminal, and that ends it
    terminal_not_there, ///< the same, where it does not matter
    session_failed,
    fork_failed,
    exec_failed,
    spawned,
    received,
    swallowed,
    forwarded,
    dropped,
    forward_failed,
    suspended,
    reaped_exited,
    reaped_killed,
    orphan_reaped, ///< only where it was asked for
    command_ended,
    command_missing,
    stopped, ///< a pause program told to end
};

/// `%c` the command or value, `%i` the option that took it, `%e` the error, `%n` a number, `%p` a process,
/// `%o` our own pid, `%s` a signal's name, `%a` the name we were called by, `%b` the same without its
/// folders, `%%` a percent sign.
struct Text {
    Event event;
    Level level;
    const char* text;
};

/// A longer text, and where it goes.
struct Page {
    int fd;
    const char* text;
};

/// What an option or a variable does.
enum class Meaning : unsigned char {
    single_child, ///< no session of its own, signals to the child alone
    group,        ///< signals to the child's process group
    rewrite,      ///< S:R
    louder,
    level, ///< a number that replaces the level
    help,
    version,
    licence,
    subreaper,
    parent_death, ///< a signal's name
    warn_reaped,
    to_zero, ///< an exit code that becomes 0
    pause,
    forbidden, ///< a variable that is an error by being set
};

struct Option {
    char letter;
    const char* word; ///< its long form, or null
    bool takes_value;
    Meaning meaning;
};

struct Variable {
    const char* name;
    const char* value; ///< the only value that counts; null where being set is enough
    Meaning meaning;
};

enum class Reading : unsigned char {
    in_order,  ///< the command begins at the first word that is no option
    permuting, ///< options are taken from behind the command too, up to `--`
    any_word,  ///< an option counts wherever it stands, everything else is ignored
};

enum class Adopting : unsigned char { never, when_asked, always };

enum class Terminal : unsigned char {
    session,      ///< init lets go of it, the child takes it into its own session
    from_stdin,   ///< the child's group becomes the foreground of stdin's terminal
    from_dev_tty, ///< the same for the controlling terminal, and for stdin where there is none
};

/// Exit statuses for a command that cannot be run.
struct ExecStatuses {
    int not_found; ///< ENOENT
    int denied;    ///< EACCES
    int other;
};

/// A set of signals, the first in the lowest bit.
using Signals = std::uint64_t;

template <class... Numbers> constexpr Signals signals(Numbers... numbers)
{
    return ((Signals{1} << (numbers - 1)) | ... | Signals{0});
}

constexpr Signals all_signals = ~Signals{0};
/// Raised by a fault of the process itself.
constexpr Signals fault_signals = signals(SIGFPE, SIGILL, SIGSEGV, SIGBUS, SIGABRT, SIGTRAP, SIGSYS);
constexpr Signals terminal_stops = signals(SIGTSTP, SIGTTIN, SIGTTOU);

struct Personality {
    std::span<const char* const> names;

    Reading reading;
    std::span<const Option> options;
    std::span<const Variable> variables;
    const char* sole_word; ///< asks for the version when it is the only word; null where there is none
    Page version;
    Page help;
    Page licence;
    Page usage;      ///< after a missing command
    Page bad_option; ///< after getopt's own line; may be empty
    Level quiet;     ///< the level without any option
    int louder_step; ///< how many levels one "louder" adds
    Terminal terminal;
    std::span<const int> terminal_errors; ///< that do not matter

    Signals taken;      ///< read as data; the others keep their default action
    Signals swallowed;  ///< taken and not sent on
    bool suspends;      ///< stops itself after a terminal's stop signal
    bool stops_as_stop; ///< sends a terminal's stop signal on as STOP while the child has its own session
    bool fatal_forward; ///< a signal that cannot be sent on, for another reason than a dead child, ends it
    int parting;        ///< sent to the command's group when the command has ended; 0 for none

    Adopting adopting;
    bool fresh_signals;      ///< the child gets an empty mask and default dispositions, not the caller's
    bool leaves_folder;      ///< goes to / once the child runs
    bool closes_descriptors; ///< above 2, once the child runs
    bool moves_listen_pid;   ///< LISTEN_PID names the child where it named init
    ExecStatuses exec;

    const char* heads[levels]; ///< how a line begins, by level
    int told_fd;               ///< where lines from `info` up go; fatal ones and warnings go to stderr
    std::span<const Text> texts;
};

} // namespace init::small
