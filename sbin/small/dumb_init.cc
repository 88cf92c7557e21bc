// SPDX-License-Identifier: MIT
// dumb-init 1.2.5: a session of its own for the command, signals to its whole group, any signal rewritten.
#include "small/personalities.h"

#include <unistd.h>

namespace init::small {
namespace {

constexpr const char* names[] = {"dumb-init"};

constexpr Option options[] = {
    {'c', "single-child", false, Meaning::single_child},
    {'r', "rewrite", true, Meaning::rewrite},
    {'v', "verbose", false, Meaning::louder},
    {'h', "help", false, Meaning::help},
    {'V', "version", false, Meaning::version},
};

constexpr Variable variables[] = {
    {"DUMB_INIT_DEBUG", "1", Meaning::louder},
    {"DUMB_INIT_SETSID", "0", Meaning::single_child},
};

constexpr const char* help = R"(dumb-init v1.2.5 (rcinit )" RCINIT_VERSION R"()
Usage: %a [option] command [argument ...]

Runs the command as its child, sends signals on to it and reaps what is orphaned.

  -c, --single-child   No session for the command; signals reach the command
                       alone, not its descendants.
  -r, --rewrite s:r    Send on signal r where signal s was received, nothing
                       where r is 0; may be given again for other signals.
  -v, --verbose        Tell on stderr what happens.
  -h, --help           Show this text.
  -V, --version        Show the version.

Environment: DUMB_INIT_SETSID=0 is -c, DUMB_INIT_DEBUG=1 is -v. See rcinit-small-inits(8).
)";

constexpr Text texts[] = {
    {Event::bad_value, Level::fatal,
     "%c is no value for %i: two numbers s:r are wanted, s from 1 to 31 and r from 0 to 31; nothing was run"},
    {Event::session_failed, Level::fatal, "cannot make a session (errno=%e); nothing was run"},
    {Event::fork_failed, Level::fatal, "cannot fork: %e; nothing was run"},
    {Event::exec_failed, Level::fatal, "%c: %e"},
    {Event::terminal_kept, Level::debug, "no controlling terminal to let go of: %e"},
    {Event::terminal_left, Level::debug, "let go of the controlling terminal"},
    {Event::terminal_not_there, Level::debug, "the child has no controlling terminal: %e"},
    {Event::spawned, Level::debug, "the child has PID %p"},
    {Event::received, Level::debug, "received signal %n"},
    {Event::swallowed, Level::debug, "signal %n came from the terminal's hand-off and is not sent on"},
    {Event::forwarded, Level::debug, "sent on signal %n"},
    {Event::dropped, Level::debug, "signal %n is not sent on"},
    {Event::suspended, Level::debug, "stopping itself, as the terminal asks"},
    {Event::reaped_exited, Level::debug, "PID %p exited with status %n"},
    {Event::reaped_killed, Level::debug, "PID %p was ended by signal %n"},
    {Event::command_ended, Level::debug, "the child ended with status %n; leaving"},
};

} // namespace

constinit const Personality dumb_init = {
    .names = names,
    .reading = Reading::in_order,
    .options = options,
    .variables = variables,
    .sole_word = nullptr,
    .version = {STDERR_FILENO, "dumb-init v1.2.5 (rcinit " RCINIT_VERSION ")\n"},
    .help = {STDERR_FILENO, help},
    .licence = {},
    .usage = {STDERR_FILENO, "Usage: %a [option] command [argument ...]\n%a --help tells more.\n"},
    .bad_option = {},
    .quiet = Level::fatal,
    .louder_step = static_cast<int>(Level::debug),
    .terminal = Terminal::session,
    .terminal_errors = {},
    .taken = all_signals,
    .swallowed = {},
    .suspends = true,
    .stops_as_stop = true,
    .fatal_forward = false,
    .parting = SIGTERM,
    .adopting = Adopting::never,
    .fresh_signals = true,
    .leaves_folder = true,
    .closes_descriptors = false,
    .moves_listen_pid = false,
    .exec = {.not_found = 2, .denied = 2, .other = 2},
    .heads = {"[dumb-init] ", "[dumb-init] ", "[dumb-init] ", "[dumb-init] ", "[dumb-init] "},
    .told_fd = STDERR_FILENO,
    .texts = texts,
};

} // namespace init::small
