// SPDX-License-Identifier: MIT
// Whether a process and those below it have work for a processor or only wait. Reads /proc, a few lines a
// process; allocates nothing.
#pragma once

#include <sys/types.h>

#include <cstddef>

namespace init::system {

/// So many processes are looked at, the top one included.
inline constexpr std::size_t most_looked_at = 12;

/// One of them runs, could run, or waits for a disk (states R and D of proc_pid_stat(5)). A tree with more
/// processes than are looked at passes for busy, and so does one that cannot be looked at: without a /proc,
/// or on a kernel without lists of children.
bool is_busy(pid_t top) noexcept;

} // namespace init::system
