// SPDX-License-Identifier: MIT
// Gives back memory that a burst of work has touched and an idle init does not need.
#pragma once

namespace init::system {

/// The program's own code is let go of: what is needed of it comes back from the page cache at the next
/// touch, some 64 KiB at a time. Cheap, changes nothing but residence, cannot fail. Source: madvise(2).
void release_code() noexcept;

/// Free heap pages go back to the kernel as well. Source: malloc_trim(3).
void release_idle_memory() noexcept;

} // namespace init::system
