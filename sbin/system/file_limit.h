// SPDX-License-Identifier: MIT
// The soft limit of open files. init raises its own, since every run of a script holds descriptors in it, and
// children get back the value that init was started with: old daemons size tables by it or close every number
// below it.
#pragma once

#include <sys/resource.h>

namespace init::system {

/// Keeps the soft RLIMIT_NOFILE of now, the first time it is called.
void remember_file_limit() noexcept;

/// Raises the soft limit to the hard one, at most to 65536, less an eighth of it or 64: so many descriptors
/// are kept back, by the kernel, from everything that init does before a stop. Remembers the old one first. A
/// refusal leaves all as it is.
void raise_file_limit() noexcept;

/// From now on those may be used: a stop has begun, and its K-scripts need them.
void release_kept_files() noexcept;

/// Puts the remembered soft limit back; does nothing when none was remembered. Async-signal-safe.
void restore_file_limit() noexcept;

} // namespace init::system
