// SPDX-License-Identifier: MIT
// When a process began, as files tell the time.
#pragma once

#include <sys/types.h>

#include <cstdint>

namespace init::host {

/// The kernel counts a process's beginning from the machine's start, and the clock that files are stamped
/// with may be set meanwhile. What is told here is never later than what that clock showed: of all that it
/// was ahead of the machine's start by at any question, the least counts.
class StartTimes {
public:
    StartTimes() noexcept;

    /// Seconds since 1970; 0 where it cannot be told.
    [[nodiscard]] std::int64_t of(pid_t pid) noexcept;

private:
    std::int64_t least_ahead_; ///< ns, of the clock before the time since the machine's start
};

} // namespace init::host
