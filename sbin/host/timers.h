// SPDX-License-Identifier: MIT
// The few timers that the supervisor knows, by name. Waiting for the soonest is the loop's.
#pragma once

#include "system/host.h"

#include <array>
#include <optional>

namespace init::host {

class Timers {
public:
    static constexpr std::size_t count = 9;

    void arm(system::Timer timer, system::TimePoint when) noexcept { times_[index(timer)] = when; }
    void disarm(system::Timer timer) noexcept { times_[index(timer)].reset(); }

    [[nodiscard]] std::optional<system::TimePoint> soonest() const noexcept
    {
        std::optional<system::TimePoint> first;
        for (const auto& time : times_)
            if (time && (!first || *time < *first))
                first = time;
        return first;
    }
    /// A timer that is due, disarmed by this; nothing when none is.
    std::optional<system::Timer> take_due(system::TimePoint now) noexcept
    {
        for (std::size_t i = 0; i < count; ++i) {
            if (!times_[i] || *times_[i] > now)
                continue;
            times_[i].reset();
            return static_cast<system::Timer>(i);
        }
        return std::nullopt;
    }

private:
    static constexpr std::size_t index(system::Timer timer) noexcept
    {
        return static_cast<std::size_t>(timer);
    }
    static_assert(static_cast<std::size_t>(system::Timer::retry) + 1 == count);

    std::array<std::optional<system::TimePoint>, count> times_;
};

} // namespace init::host
