// SPDX-License-Identifier: MIT
// Descriptors that stand for processes. They cannot be taken over by another process with the same number.
#pragma once

#include "system/unique_fd.h"
#include "world/result.h"

#include <sys/types.h>

namespace init::system {

/// A pidfd for a process; close-on-exec. It polls readable when the process has ended.
/// Errors: ESRCH when it has been reaped; ENOSYS or EPERM on old kernels and under strict
/// seccomp, where the caller goes on with the pid alone. Source: pidfd_open(2).
world::Result<UniqueFd> open_pidfd(pid_t pid) noexcept;

} // namespace init::system
