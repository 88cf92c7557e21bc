// SPDX-License-Identifier: MIT
// The one place that calls kill(2). Zero and negative pids mean "many processes" there, and a wrong one in
// PID 1's hands ends a container or a workstation; each meaning has a function of its own here, and each
// checks its argument.
#pragma once

#include "world/result.h"

#include <sys/types.h>

namespace init::system {

/// One process. EINVAL for a pid below 1. Allocates nothing.
world::Result<void> send_signal(pid_t pid, int signo) noexcept;

/// A process group. EINVAL for a leader below 2: 0 is our own group and 1 would turn into "everything".
/// Allocates nothing.
world::Result<void> send_group_signal(pid_t leader, int signo) noexcept;

/// Everything the caller may signal, itself left out: only for PID 1 of a namespace of its own. EPERM for any
/// other process. Allocates nothing.
world::Result<void> send_signal_to_all(int signo) noexcept;

} // namespace init::system
