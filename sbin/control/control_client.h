// SPDX-License-Identifier: MIT
// The client's end of the control socket: sends one line, and waits a bounded time for the whole answer.
#pragma once

#include "system/unique_fd.h"
#include "world/result.h"

#include <sys/types.h>

#include <chrono>
#include <string>
#include <string_view>

namespace init::control {

/// Asks `line` (without a newline) at `folder`/control and returns the JSON text. Errors: errno of connect(2)
/// and recv(2), ETIMEDOUT when `limit` has passed, ENOENT for an empty folder, EMSGSIZE for an answer above 4
/// MB.
world::Result<std::string> ask(const std::string& folder, std::string_view line,
                               std::chrono::milliseconds limit = std::chrono::milliseconds{2000});

/// A connection to `folder`/control, non-blocking. Errors: as `ask`.
world::Result<system::UniqueFd> connect_to_init(const std::string& folder, std::chrono::milliseconds limit);

/// The process that listens at `folder`/control, as the kernel recorded it; in a PID namespace shared with
/// others it is not PID 1. Errors: as `ask`; ESRCH for a process outside our PID namespace.
world::Result<pid_t> find_init(const std::string& folder);

} // namespace init::control
