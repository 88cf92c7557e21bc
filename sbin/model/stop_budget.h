// SPDX-License-Identifier: MIT
// The arithmetic of a stop: one absolute deadline, the reserve before it, and each script's share.
// All times are monotonic. Allocates nothing and cannot fail: memory may be gone when this is called.
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>

namespace init::model {

class StopBudget {
public:
    using TimePoint = std::chrono::steady_clock::time_point;
    using Duration = std::chrono::steady_clock::duration;

    static constexpr std::chrono::milliseconds kill_lead{300}; ///< KILL comes this long before the deadline
    /// What the kernel takes to end one process, where there are many: init's own end waits for all of them.
    static constexpr std::chrono::microseconds end_of_one{300};
    static constexpr std::size_t few_processes = 200; ///< whose end takes no time worth counting
    static constexpr std::chrono::milliseconds least_second{
        1000}; ///< a second signal sooner than this is a repeat

    /// A stop asked for from inside: no deadline, `per_script` for each script and `reserve` for TERM to
    /// KILL.
    static StopBudget without_deadline(Duration per_script, Duration reserve) noexcept;
    /// A stop signal from outside that arrived at `arrival`. `margin` defaults to max(0.5 s, 5 % of `grace`);
    /// a margin that leaves nothing is cut to half of `grace`.
    static StopBudget with_deadline(TimePoint arrival, Duration grace, std::optional<Duration> margin,
                                    Duration per_script) noexcept;

    /// So many processes are there: deadline and reserve come earlier than laid out by what their end
    /// takes, a quarter of the time at the most. The last count is the one that holds.
    void leave_time_for(std::size_t processes) noexcept;

    /// max(0.5 s, 5 %).
    static Duration default_margin(Duration grace) noexcept;
    /// min(max(10 % of grace, 1 s), 3 s), and never more than half of what `grace - margin` leaves.
    static Duration reserve_of(Duration grace, Duration usable) noexcept;

    [[nodiscard]] bool has_deadline() const noexcept { return deadline_.has_value(); }
    [[nodiscard]] std::optional<TimePoint> deadline() const noexcept { return deadline_; }
    /// When TERM goes to everything that is left; nothing without a deadline.
    [[nodiscard]] std::optional<TimePoint> reserve_at() const noexcept { return reserve_at_; }
    /// When KILL follows, for a reserve that begins at `begun`: with a deadline `deadline - 0.3 s`, never
    /// before `begun`; without one `begun + reserve`.
    [[nodiscard]] TimePoint kill_at(TimePoint begun) const noexcept;

    /// Until when the next of `scripts` scripts (itself included) may hold up the others. An equal part of
    /// what is left, and at least the smaller of 2 s and a quarter of it; `per_script` without a deadline.
    /// May be `now` when nothing is left.
    [[nodiscard]] TimePoint share_until(TimePoint now, std::size_t scripts) const noexcept;

    /// A further stop signal at `now`. One sooner than `least_second` after the one before is a repeat and
    /// does nothing, as is one within the reserve. The first halves what is left until the reserve, the next
    /// begins the reserve at `now`; the deadline comes nearer by as much. A stop without deadline has nothing
    /// to halve (none): the signal that meets one brings a deadline, and its caller lays out a budget anew.
    /// Returns what it did.
    enum class Effect { none, halved, reserve_now };
    Effect press(TimePoint now) noexcept;

private:
    std::optional<TimePoint> deadline_;
    std::optional<TimePoint> reserve_at_;
    Duration per_script_{};
    Duration reserve_{};
    Duration most_for_end_{};
    Duration for_end_{}; ///< left for the end of many processes
    TimePoint last_press_{};
    int presses_ = 0;
};

} // namespace init::model
