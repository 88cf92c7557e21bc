// SPDX-License-Identifier: MIT
// The soft limit of open files. init raises its own, since every run of a script holds descriptors in it, and
// children get back the value that init was started with: old daemons size tables by it or close every number
// below it.
#pragma once

#include <sys/resource.h>

namespace init::system {

/// Keeps the soft RLIMIT_NOFILE of now, the first time it is called.
void remember_file_limit() noexcept;

/// Sets the soft limit to the hard one, or to 65536 or what it was where that is less, less the smaller of
/// 64 and an eighth of it: so many descriptors are kept back, by the kernel, from everything that init does
/// before a stop. That may be below what it was. Remembers the old one first. A refusal leaves all as it
/// is.
void raise_file_limit() noexcept;

/// From now on those may be used: a stop has begun, and its K-scripts need them.
void release_kept_files() noexcept;

/// Puts the remembered soft limit back; does nothing when none was remembered. Async-signal-safe.
void restore_file_limit() noexcept;

} // namespace init::system
