// SPDX-License-Identifier: MIT
// The pause program of Kubernetes (3.7): it holds a pod's namespaces, reaps as the pod's PID 1, and ends when
// told to. It signals nobody: a pod may share its PID namespace with the other containers' processes.
#include "small/personalities.h"

#include <unistd.h>

namespace init::small {
namespace {

constexpr const char* names[] = {"pause"};

constexpr Option options[] = {{'v', nullptr, false, Meaning::version}};

constexpr Text texts[] = {
    {Event::not_first, Level::warning, "Warning: pause is not PID 1, so a pod's orphans do not come to it"},
    {Event::stopped, Level::fatal, "Shutting down, got signal %n: %s"},
};

} // namespace

constinit const Personality pause_program = {
    .names = names,
    .reading = Reading::any_word,
    .options = options,
    .variables = {},
    .sole_word = nullptr,
    .version = {STDOUT_FILENO, "pause.c 3.7 (rcinit " RCINIT_VERSION ")\n"},
    .help = {},
    .licence = {},
    .usage = {},
    .bad_option = {},
    .quiet = Level::warning,
    .louder_step = 0,
    .terminal = Terminal::from_stdin,
    .terminal_errors = {},
    .taken = signals(SIGTERM, SIGINT, SIGCHLD),
    .swallowed = {},
    .suspends = false,
    .stops_as_stop = false,
    .fatal_forward = false,
    .parting = 0,
    .adopting = Adopting::when_asked,
    .fresh_signals = false,
    .leaves_folder = false,
    .closes_descriptors = false,
    .moves_listen_pid = false,
    .exec = {},
    .heads = {"", "", "", "", ""},
    .told_fd = STDERR_FILENO,
    .texts = texts,
};

} // namespace init::small
