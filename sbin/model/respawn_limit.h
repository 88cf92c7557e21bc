// SPDX-License-Identifier: MIT
// Holds back an inittab entry that respawns too fast, with sysvinit's numbers.
#pragma once

#include <chrono>
#include <optional>

namespace init::model {

/// A start more than 120 s after the first of a burst begins a new burst; the tenth start within one is the
/// last for 300 s. Source: MAXSPAWN, TESTTIME and SLEEPTIME in sysvinit's init.c.
class RespawnLimit {
public:
    using TimePoint = std::chrono::steady_clock::time_point;

    static constexpr int burst = 10;
    static constexpr std::chrono::seconds window{120};
    static constexpr std::chrono::seconds pause{300};

    enum class Verdict {
        start,         ///< go on
        start_is_last, ///< go on; the next one is held back unless the window passes
        hold,          ///< not now: ask again at `held_until`
    };

    /// Asks for one start at `now`, and counts it unless the answer is `hold`.
    Verdict ask(TimePoint now) noexcept;
    /// The start that was counted last has not taken place.
    void take_back() noexcept;
    [[nodiscard]] std::optional<TimePoint> held_until() const noexcept { return held_until_; }
    /// `telinit q`, HUP and a runlevel change forget the count.
    void clear() noexcept;

private:
    TimePoint first_{};
    int count_ = 0;
    std::optional<TimePoint> held_until_;
};

} // namespace init::model
