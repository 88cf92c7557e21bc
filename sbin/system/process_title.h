// SPDX-License-Identifier: MIT
// What ps, pgrep and killall see of a process of ours: its comm and its command line.
#pragma once

#include <string_view>

namespace init::system {

/// Moves the environment out of the memory behind the arguments, so that a title may grow into it. Allocates,
/// once; to be called before a process that must not allocate sets a title. The words of argv are lost with
/// the first title.
void move_environment() noexcept;

/// The command line becomes `title`, cut to what arguments and environment took together, and comm `name`
/// (cut to 15 bytes). Allocates nothing when the environment has been moved before.
void set_title(std::string_view title, const char* name) noexcept;

} // namespace init::system
