// SPDX-License-Identifier: MIT
// tini 0.19.0, which Docker runs as docker-init: the caller's signals as they were, the terminal for the
// command's group, statuses that can be mapped to 0.
#include "small/personalities.h"

#include <unistd.h>

#include <cerrno>

namespace init::small {
namespace {

constexpr const char* names[] = {"tini", "tini-static", "docker-init"};

constexpr Option options[] = {
    {'p', nullptr, true, Meaning::parent_death}, {'h', nullptr, false, Meaning::help},
    {'v', nullptr, false, Meaning::louder},      {'w', nullptr, false, Meaning::warn_reaped},
    {'g', nullptr, false, Meaning::group},       {'l', nullptr, false, Meaning::licence},
    {'e', nullptr, true, Meaning::to_zero},      {'s', nullptr, false, Meaning::subreaper},
};

constexpr Variable variables[] = {
    {"TINI_SUBREAPER", nullptr, Meaning::subreaper},
    {"TINI_KILL_PROCESS_GROUP", nullptr, Meaning::group},
    {"TINI_VERBOSITY", nullptr, Meaning::level},
};

constexpr const char* help = R"(%b (tini version 0.19.0 - rcinit )" RCINIT_VERSION R"()
Usage: %b [OPTIONS] PROGRAM -- [ARGS] | --version

Runs the program as its child, sends signals on to it and reaps what is orphaned.

  --version     Show the version; only as the single argument.
  -h            Show this text.
  -s            Be a child subreaper, for when it is not PID 1.
  -p SIGNAL     Get this signal (SIGKILL, say) when the parent dies.
  -v            Tell more on stdout; up to three times.
  -w            Warn of each orphan that is reaped.
  -g            Send signals to the program's process group.
  -e EXIT_CODE  Leave with 0 where the program's status is this, 0 to 255.
  -l            Show the licence.

Environment: TINI_SUBREAPER is -s, TINI_KILL_PROCESS_GROUP is -g; TINI_VERBOSITY
is a number in the place of all -v, 1 by default. See rcinit-small-inits(8).
)";

constexpr Text texts[] = {
    {Event::bad_value, Level::fatal, "%c is no value for %i; nothing was run"},
    {Event::not_first, Level::warning,
     "this is not PID 1 and no child subreaper, so orphans of the program are not reaped here; -s or "
     "TINI_SUBREAPER makes it a subreaper"},
    {Event::subreaper_failed, Level::fatal, "cannot be a child subreaper: %e; nothing was run"},
    {Event::session_failed, Level::fatal, "cannot make a process group: %e; nothing was run"},
    {Event::terminal_failed, Level::fatal, "cannot take the terminal's foreground: %e; nothing was run"},
    {Event::terminal_not_there, Level::debug, "there is no terminal to take the foreground of: %e"},
    {Event::fork_failed, Level::fatal, "cannot fork: %e; nothing was run"},
    {Event::exec_failed, Level::fatal, "cannot run %c: %e"},
    {Event::spawned, Level::info, "started '%c' with pid '%p'"},
    {Event::forwarded, Level::debug, "sent on signal %n, '%s'"},
    {Event::forward_failed, Level::warning, "signal %n, '%s', did not reach the program: %e"},
    {Event::reaped_exited, Level::debug, "reaped pid '%p'"},
    {Event::reaped_killed, Level::debug, "reaped pid '%p'"},
    {Event::orphan_reaped, Level::warning, "reaped a zombie with pid=%p"},
    {Event::command_ended, Level::info, "the program ended with status '%n'"},
};

constexpr int harmless[] = {ENOTTY, ENXIO};

} // namespace

constinit const Personality tini = {
    .names = names,
    .reading = Reading::permuting,
    .options = options,
    .variables = variables,
    .sole_word = "--version",
    .version = {STDOUT_FILENO, "tini version 0.19.0 - rcinit " RCINIT_VERSION "\n"},
    .help = {STDOUT_FILENO, help},
    .licence = {STDOUT_FILENO, licence_text},
    .usage = {STDERR_FILENO, help},
    .bad_option = {STDERR_FILENO, help},
    .quiet = Level::warning,
    .louder_step = 1,
    .terminal = Terminal::from_stdin,
    .terminal_errors = harmless,
    .taken = all_signals & ~fault_signals,
    .swallowed = signals(SIGTTIN, SIGTTOU),
    .suspends = false,
    .stops_as_stop = false,
    .fatal_forward = true,
    .parting = 0,
    .adopting = Adopting::when_asked,
    .fresh_signals = false,
    .leaves_folder = false,
    .closes_descriptors = false,
    .moves_listen_pid = false,
    .exec = {.not_found = 127, .denied = 126, .other = 1},
    .heads = {"[FATAL tini (%o)] ", "[WARN  tini (%o)] ", "[INFO  tini (%o)] ", "[DEBUG tini (%o)] ",
              "[TRACE tini (%o)] "},
    .told_fd = STDOUT_FILENO,
    .texts = texts,
};

} // namespace init::small
