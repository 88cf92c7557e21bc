// SPDX-License-Identifier: MIT
// Takes events from a clock, real or not, until a condition holds, and keeps them.
#pragma once

#include "world/clock.h"

#include <algorithm>
#include <chrono>
#include <vector>

namespace init::test {

using namespace std::chrono_literals;

class EventTaker {
public:
    explicit EventTaker(world::Clock& clock) : clock_(clock) {}

    /// At most `limit`. The condition is looked at after each event, and every few milliseconds.
    template <class Condition> bool wait_until(Condition holds, std::chrono::milliseconds limit = 20s)
    {
        const world::TimePoint end = clock_.now() + limit;
        while (!holds()) {
            if (clock_.now() >= end)
                return false;
            clock_.arm(look_, clock_.now() + 5ms);
            world::Event event = clock_.next_event();
            const auto* fired = std::get_if<world::TimerFired>(&event);
            if (!fired || fired->timer != look_)
                events.push_back(std::move(event));
        }
        clock_.disarm(look_);
        return true;
    }
    /// Lets time pass.
    void pass(std::chrono::milliseconds time)
    {
        wait_until([] { return false; }, time);
        clock_.disarm(look_);
    }

    /// The events of one kind so far.
    template <class Kind> [[nodiscard]] std::vector<Kind> all() const
    {
        std::vector<Kind> found;
        for (const world::Event& event : events)
            if (const auto* one = std::get_if<Kind>(&event))
                found.push_back(*one);
        return found;
    }
    template <class Kind> [[nodiscard]] std::size_t count() const { return all<Kind>().size(); }
    /// The end of a process that was watched; nothing where it has not come.
    [[nodiscard]] std::optional<world::ProcessEnded> end_of(pid_t pid) const
    {
        for (const world::ProcessEnded& ended : all<world::ProcessEnded>())
            if (ended.pid == pid)
                return ended;
        return std::nullopt;
    }

    std::vector<world::Event> events;

private:
    // A kind that no test has another use for.
    static constexpr world::Timer look_{world::Timer::Kind::throttle};
    world::Clock& clock_;
};

} // namespace init::test
