// SPDX-License-Identifier: MIT
// catatonit 0.2.1, which podman runs as podman-init and, with -P, as the pause program of its pods.
#include "small/personalities.h"

#include <unistd.h>

#include <cerrno>

namespace init::small {
namespace {

constexpr const char* names[] = {"catatonit", "podman-init"};

constexpr Option options[] = {
    {'g', nullptr, false, Meaning::group},     {'h', nullptr, false, Meaning::help},
    {'L', nullptr, false, Meaning::licence},   {'P', nullptr, false, Meaning::pause},
    {'V', "version", false, Meaning::version},
};

constexpr Variable variables[] = {
    {"CATATONIT_LOG", nullptr, Meaning::forbidden},
    {"CATATONIT_DEBUG", nullptr, Meaning::louder},
};

#define RCINIT_CATATONIT_USAGE "usage: %a [-ghLPV] [--] <program> [<arguments>...]\n"

constexpr const char* usage = RCINIT_CATATONIT_USAGE;
constexpr const char* help = RCINIT_CATATONIT_USAGE R"(
Runs the program as its child, sends signals on to it and reaps what is orphaned.

  -g             Send signals to the program's process group.
  -h             Show this text.
  -L             Show the licence.
  -P             Pause: run no program, reap, and end on INT or TERM.
  -V, --version  Show the version.

Environment: CATATONIT_DEBUG tells on stderr what happens. See rcinit-small-inits(8).
)";

constexpr Text texts[] = {
    {Event::bad_value, Level::fatal, "%i must not be set; nothing was run"},
    {Event::command_missing, Level::fatal, "there is no program to run"},
    {Event::subreaper_failed, Level::fatal, "cannot be a child subreaper: %e; nothing was run"},
    {Event::session_failed, Level::fatal, "cannot make a process group: %e; nothing was run"},
    {Event::terminal_failed, Level::fatal, "cannot take the terminal's foreground: %e; nothing was run"},
    {Event::terminal_not_there, Level::debug, "there is no terminal to take the foreground of: %e"},
    {Event::fork_failed, Level::fatal, "cannot fork: %e; nothing was run"},
    {Event::exec_failed, Level::fatal, "cannot run %c: %e"},
    {Event::spawned, Level::debug, "started %c with pid %p"},
    {Event::swallowed, Level::debug, "signal %n is for a terminal's job and is not sent on"},
    {Event::forwarded, Level::debug, "sent on signal %n, %s"},
    {Event::forward_failed, Level::warning, "signal %n, %s, did not reach the program: %e"},
    {Event::reaped_exited, Level::debug, "pid %p exited with status %n"},
    {Event::reaped_killed, Level::debug, "pid %p was ended by signal %n, %s"},
    {Event::command_ended, Level::debug, "the program ended with status %n"},
};

constexpr int harmless[] = {ENOTTY, EBADF, ENXIO};

} // namespace

constinit const Personality catatonit = {
    .names = names,
    .reading = Reading::permuting,
    .options = options,
    .variables = variables,
    .sole_word = nullptr,
    .version = {STDOUT_FILENO, "tini version 0.2.1_catatonit - rcinit " RCINIT_VERSION "\n"},
    .help = {STDERR_FILENO, help},
    .licence = {STDOUT_FILENO, licence_text},
    .usage = {STDERR_FILENO, usage},
    .bad_option = {STDERR_FILENO, usage},
    .quiet = Level::fatal,
    .louder_step = static_cast<int>(Level::trace),
    .terminal = Terminal::from_dev_tty,
    .terminal_errors = harmless,
    .taken = all_signals & ~fault_signals,
    .swallowed = terminal_stops,
    .suspends = false,
    .stops_as_stop = false,
    .fatal_forward = false,
    .parting = 0,
    .adopting = Adopting::always,
    .fresh_signals = false,
    .leaves_folder = true,
    .closes_descriptors = true,
    .moves_listen_pid = true,
    .exec = {.not_found = 1, .denied = 1, .other = 1},
    .heads = {"ERROR (catatonit:%o): ", "WARN (catatonit:%o): ", "INFO (catatonit:%o): ",
              "DEBUG (catatonit:%o): ", "TRACE (catatonit:%o): "},
    .told_fd = STDERR_FILENO,
    .texts = texts,
};

} // namespace init::small
