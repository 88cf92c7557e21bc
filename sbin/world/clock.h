// SPDX-License-Identifier: MIT
// Time, timers, and the wait for the next event.
#pragma once

#include "world/events.h"

namespace init::world {

class Clock {
public:
    Clock() = default;
    Clock(const Clock&) = delete;
    Clock& operator=(const Clock&) = delete;
    virtual ~Clock() = default;

    virtual TimePoint now() noexcept = 0;
    virtual std::int64_t wall_clock() noexcept = 0; ///< seconds since 1970
    /// Replaces an earlier time of the same kind and id. Those without an id cost no memory. Where there is
    /// none for one with an id, it fires in its time with id 0, which stands for any of its kind.
    virtual void arm(Timer timer, TimePoint when) noexcept = 0;
    virtual void disarm(Timer timer) noexcept = 0;
    /// Waits for the next event.
    virtual Event next_event() = 0;
    /// From here on nothing allocates, and requests are not read any more.
    virtual void begin_reserve() noexcept = 0;
};

} // namespace init::world
