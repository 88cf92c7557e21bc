// SPDX-License-Identifier: MIT
// The timers that the supervisor has armed, by kind and id. Waiting for the soonest is the loop's.
#pragma once

#include "world/events.h"

#include <algorithm>
#include <array>
#include <new>
#include <optional>
#include <vector>

namespace init::host {

class Timers {
public:
    /// One without an id costs no memory. Where there is none for one with an id, it is due at once with id
    /// 0.
    void arm(world::Timer timer, world::TimePoint when) noexcept
    {
        if (timer.id == 0) {
            single_[index(timer)] = when;
            return;
        }
        if (Row* row = find(timer)) {
            row->when = when;
            return;
        }
        try {
            rows_.push_back({timer, when});
        } catch (const std::bad_alloc&) {
            std::optional<world::TimePoint>& any = single_[index(timer)];
            any = any ? std::min(*any, when) : when;
        }
    }
    void disarm(world::Timer timer) noexcept
    {
        if (timer.id == 0)
            single_[index(timer)].reset();
        else if (Row* row = find(timer))
            remove(*row);
    }

    [[nodiscard]] std::optional<world::TimePoint> soonest() const noexcept
    {
        std::optional<world::TimePoint> first;
        for (const auto& time : single_)
            if (time && (!first || *time < *first))
                first = time;
        for (const Row& row : rows_)
            if (!first || row.when < *first)
                first = row.when;
        return first;
    }
    /// A timer that is due, disarmed by this; nothing when none is.
    std::optional<world::Timer> take_due(world::TimePoint now) noexcept
    {
        for (std::size_t i = 0; i < single_.size(); ++i) {
            if (!single_[i] || *single_[i] > now)
                continue;
            single_[i].reset();
            return world::Timer{static_cast<world::Timer::Kind>(i)};
        }
        for (Row& row : rows_) {
            if (row.when > now)
                continue;
            const world::Timer due = row.timer;
            remove(row);
            return due;
        }
        return std::nullopt;
    }

private:
    struct Row {
        world::Timer timer;
        world::TimePoint when;
    };

    static constexpr std::size_t index(world::Timer timer) noexcept
    {
        return static_cast<std::size_t>(timer.kind);
    }
    Row* find(world::Timer timer) noexcept
    {
        const auto at =
            std::find_if(rows_.begin(), rows_.end(), [&](const Row& r) { return r.timer == timer; });
        return at == rows_.end() ? nullptr : &*at;
    }
    void remove(Row& row) noexcept
    {
        row = rows_.back();
        rows_.pop_back();
    }
    static_assert(static_cast<std::size_t>(world::Timer::Kind::memory) + 1 == world::Timer::kinds);

    std::array<std::optional<world::TimePoint>, world::Timer::kinds> single_;
    std::vector<Row> rows_; ///< in no order: there are as many as scripts run
};

} // namespace init::host
