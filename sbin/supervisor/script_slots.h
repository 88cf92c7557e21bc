// SPDX-License-Identifier: MIT
// How many scripts of a level run side by side. Where nobody has said it, a slot is held by a script that
// computes: one that only waits, for its daemon or for a time, keeps nobody else from a processor. Who
// waits is looked at from time to time, as long as a script is ready and finds no slot.
#pragma once

#include "world/clock.h"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <optional>

namespace init::supervisor {

class ScriptSlots {
public:
    static constexpr std::size_t most_at_once = 64; ///< waiting ones too: each needs memory and processes

    explicit ScriptSlots(world::Clock& clock) noexcept : clock_(clock) {}

    /// For the scripts of another level. `said`: the setting `jobs`, which is taken at its word;
    /// `by_default` where there is none.
    void begin(std::optional<unsigned> said, std::size_t by_default) noexcept;
    [[nodiscard]] std::size_t jobs() const noexcept { return jobs_; }
    /// How many to count on side by side when a stop divides its time: a stop script mostly waits for its
    /// daemon.
    [[nodiscard]] std::size_t side_by_side() const noexcept { return is_fixed_ ? jobs_ : 2 * jobs_; }
    /// So many of those that run hold no slot.
    [[nodiscard]] std::size_t waiting() const noexcept { return waiting_; }

    /// One that ran is over. It may have been one of those that waited.
    void one_is_over() noexcept { waiting_ -= waiting_ > 0 ? 1 : 0; }
    /// A script is ready and has no slot: `Timer::Kind::start_look` comes, soon.
    void ask_for_look() noexcept;
    /// That timer has fired: `count_waiting()` looks, and gives how many hold no slot.
    template <class CountWaiting> void look(CountWaiting&& count_waiting) noexcept
    {
        const world::TimePoint begun = clock_.now();
        const std::size_t before = waiting_;
        waiting_ = std::min<std::size_t>(count_waiting(), most_at_once - std::min(most_at_once, jobs_));
        looked(waiting_ > before, clock_.now() - begun);
    }

private:
    void looked(bool is_room, world::TimePoint::duration took) noexcept;

    world::Clock& clock_;
    std::size_t jobs_ = 1;
    std::size_t waiting_ = 0;
    bool is_fixed_ = false;
    bool is_asked_ = false;
    world::TimePoint::duration pause_{};
};

} // namespace init::supervisor
