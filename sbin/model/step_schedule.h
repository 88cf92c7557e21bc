// SPDX-License-Identifier: MIT
// Which script may begin next: it holds the graph of a level while its scripts run, and nothing of what a
// script is. Whoever carries the scripts out asks it after every end.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <vector>

namespace init::model {

struct ScheduledStep {
    std::vector<std::size_t> after{}; ///< indices of those that must be over
    unsigned stage = 0;               ///< a stage begins when every step of those before is over
    bool interactive = false;         ///< runs alone, when nothing else can
    std::optional<std::chrono::milliseconds> took{}; ///< when it was last run, where that is known
};

class StepSchedule {
public:
    static constexpr std::size_t no_limit = std::numeric_limits<std::size_t>::max();

    /// Replaces what was there. `jobs`: how many may run at once, at least 1. Where the time of every step is
    /// known the longest remaining way goes first, else the order of `steps`. `shuffle`, where it is not 0,
    /// seeds an arbitrary choice among those that are ready, to find needs that a header forgot. `steps` is
    /// free of circles; a step that waits for one never begins. The one call here that allocates.
    void take(std::vector<ScheduledStep> steps, std::size_t jobs, std::uint32_t shuffle = 0);

    /// The step that begins now, or nothing until another is over. So many of those that run hold no slot:
    /// they only wait.
    std::optional<std::size_t> next(std::size_t waiting = 0);
    /// A step is ready, and waits for a slot alone.
    [[nodiscard]] bool is_short_of_slots() const noexcept;
    /// This step is over, or holds nobody up any more.
    void over(std::size_t step);
    /// Steps that have not begun never will.
    void abandon() noexcept;

    [[nodiscard]] std::size_t left() const noexcept { return left_; } ///< not begun
    [[nodiscard]] bool has_begun(std::size_t step) const noexcept { return steps_[step].has_begun; }
    [[nodiscard]] std::size_t running() const noexcept { return running_; }
    /// How many scripts, this one and what is left, must run one after another from here to the end, where
    /// so many can be at work side by side; for dividing time.
    [[nodiscard]] std::size_t in_a_row(std::size_t step, std::size_t side_by_side) const noexcept;

private:
    struct Step {
        std::vector<std::size_t> before; ///< those that wait for it
        std::size_t waits = 0;           ///< for so many
        unsigned stage = 0;
        bool interactive = false;
        bool has_begun = false;
        std::size_t depth = 1;            ///< scripts on the longest way to the end of its stage
        std::chrono::milliseconds way{0}; ///< the time they take
    };

    void measure(const std::vector<ScheduledStep>& steps);
    void open_stages();
    [[nodiscard]] std::size_t choose(bool interactive);
    [[nodiscard]] bool goes_first(std::size_t a, std::size_t b) const noexcept;

    std::vector<Step> steps_;
    std::vector<std::size_t> ready_;
    std::vector<std::size_t> unfinished_; ///< by stage
    std::vector<std::size_t> tail_;       ///< by stage: depth of all that follow
    unsigned stage_ = 0;                  ///< the one that is open
    std::size_t jobs_ = 1;
    std::size_t left_ = 0;
    std::size_t running_ = 0;
    bool alone_ = false; ///< an interactive one runs
    bool timed_ = false;
    std::uint32_t seed_ = 0;
};

} // namespace init::model
