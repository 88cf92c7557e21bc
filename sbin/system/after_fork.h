// SPDX-License-Identifier: MIT
// What runs in a child between clone and exec, and in a helper process right after its birth. Everything here
// is async-signal-safe, allocates nothing and shares nothing with the parent but what it is handed.
#pragma once

#include "system/spawn.h"

#include <cstddef>

namespace init::system {

/// Closes every descriptor from `first` up: close_range(2), or one by one where the kernel or a filter has
/// none.
void close_from(int first) noexcept;

/// Makes the `count` descriptors `given` (at most 8, all open) 3, 4, ... in their order, and 0, 1, 2
/// /dev/null; closes the rest. The new ones are close-on-exec.
void keep_only(const int* given, std::size_t count) noexcept;

/// Notes which signals are not at their default, so that `become` in a child, or a child's child, puts back
/// only those. For a process that changes none of them afterwards.
void survey_dispositions() noexcept;

/// Sets up the child as `request` says and executes. Comes back only when that failed, with the reason.
/// `keep` is a close-on-exec descriptor that must live until exec, or -1; it may get another number, which is
/// stored back.
SpawnFailure become(const SpawnRequest& request, int& keep) noexcept;

} // namespace init::system
