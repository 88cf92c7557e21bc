// SPDX-License-Identifier: MIT
#include "model/step_schedule.h"

#include <algorithm>

namespace init::model {

void StepSchedule::take(std::vector<ScheduledStep> steps, std::size_t jobs, std::uint32_t shuffle)
{
    steps_.assign(steps.size(), {});
    ready_.clear();
    ready_.reserve(steps.size()); // from here on no call but this one allocates
    stage_ = 0;
    jobs_ = std::max<std::size_t>(jobs, 1);
    left_ = 0;
    running_ = 0;
    alone_ = false;
    seed_ = shuffle;
    timed_ =
        std::all_of(steps.begin(), steps.end(), [](const ScheduledStep& s) { return s.took.has_value(); });
    unsigned stages = 0;
    for (const ScheduledStep& step : steps)
        stages = std::max(stages, step.stage + 1);
    unfinished_.assign(stages, 0);
    for (std::size_t i = 0; i < steps.size(); ++i) {
        steps_[i].stage = steps[i].stage;
        steps_[i].interactive = steps[i].interactive;
        steps_[i].waits = steps[i].after.size();
        for (const std::size_t first : steps[i].after)
            steps_[first].before.push_back(i);
        ++unfinished_[steps[i].stage];
    }
    measure(steps);
    open_stages();
    left_ = steps.size(); // last: one that memory ran out for holds nothing
}

/// Depths and ways, from the ends backwards.
void StepSchedule::measure(const std::vector<ScheduledStep>& steps)
{
    std::vector<std::size_t> waiting(steps_.size());
    std::vector<std::size_t> done;
    done.reserve(steps_.size());
    for (std::size_t i = 0; i < steps_.size(); ++i) {
        waiting[i] = steps_[i].before.size();
        steps_[i].way = steps[i].took.value_or(std::chrono::milliseconds{0});
        if (waiting[i] == 0)
            done.push_back(i);
    }
    for (std::size_t at = 0; at < done.size(); ++at) {
        const Step& step = steps_[done[at]];
        for (const std::size_t first : steps[done[at]].after) {
            Step& earlier = steps_[first];
            earlier.depth = std::max(earlier.depth, step.depth + 1);
            earlier.way =
                std::max(earlier.way, steps[first].took.value_or(std::chrono::milliseconds{0}) + step.way);
            if (--waiting[first] == 0)
                done.push_back(first);
        }
    }
    std::vector<std::size_t> deepest(unfinished_.size(), 0);
    for (const Step& step : steps_)
        deepest[step.stage] = std::max(deepest[step.stage], step.depth);
    tail_.assign(unfinished_.size(), 0);
    for (std::size_t stage = unfinished_.size(); stage-- > 1;)
        tail_[stage - 1] = tail_[stage] + deepest[stage];
}

/// Makes what waits for nobody ready in the first stage that has something left.
void StepSchedule::open_stages()
{
    while (stage_ < unfinished_.size() && unfinished_[stage_] == 0)
        ++stage_;
    for (std::size_t i = 0; i < steps_.size(); ++i)
        if (steps_[i].stage == stage_ && steps_[i].waits == 0)
            ready_.push_back(i);
}

bool StepSchedule::goes_first(std::size_t a, std::size_t b) const noexcept
{
    if (timed_ && steps_[a].way != steps_[b].way)
        return steps_[a].way > steps_[b].way;
    return a < b;
}

/// The place in `ready_` of the best one of its kind; its size where there is none.
std::size_t StepSchedule::choose(bool interactive)
{
    std::size_t best = ready_.size();
    std::size_t candidates = 0;
    for (std::size_t at = 0; at < ready_.size(); ++at) {
        if (steps_[ready_[at]].interactive != interactive)
            continue;
        ++candidates;
        if (seed_ != 0) {
            // Each of them with the same chance; the constants are those of Numerical Recipes.
            seed_ = seed_ * 1664525U + 1013904223U;
            if (seed_ == 0)
                seed_ = 1;
            if ((seed_ >> 8) % candidates == 0)
                best = at;
        } else if (best == ready_.size() || goes_first(ready_[at], ready_[best])) {
            best = at;
        }
    }
    return best;
}

std::optional<std::size_t> StepSchedule::next(std::size_t waiting)
{
    if (alone_ || running_ >= jobs_ + waiting)
        return std::nullopt;
    std::size_t at = choose(false);
    if (at == ready_.size() && running_ == 0) {
        at = choose(true);
        alone_ = at != ready_.size();
    }
    if (at == ready_.size())
        return std::nullopt;
    const std::size_t step = ready_[at];
    ready_.erase(ready_.begin() + static_cast<std::ptrdiff_t>(at));
    --left_;
    ++running_;
    steps_[step].has_begun = true;
    return step;
}

bool StepSchedule::is_short_of_slots() const noexcept
{
    return !alone_ && running_ >= jobs_ &&
           std::ranges::any_of(ready_, [this](std::size_t step) { return !steps_[step].interactive; });
}

void StepSchedule::over(std::size_t step)
{
    --running_;
    if (steps_[step].interactive)
        alone_ = false;
    for (const std::size_t later : steps_[step].before)
        if (--steps_[later].waits == 0 && steps_[later].stage == stage_)
            ready_.push_back(later);
    if (--unfinished_[steps_[step].stage] == 0 && left_ != 0)
        open_stages();
}

void StepSchedule::abandon() noexcept
{
    left_ = 0;
    ready_.clear();
    // What still runs has nobody that waits for it.
    for (Step& step : steps_)
        step.before.clear();
}

std::size_t StepSchedule::in_a_row(std::size_t step, std::size_t side_by_side) const noexcept
{
    const std::size_t chain = steps_[step].depth + tail_[steps_[step].stage];
    const std::size_t width = std::max<std::size_t>(side_by_side, 1);
    return std::max(chain, (left_ + running_) / width + ((left_ + running_) % width != 0 ? 1 : 0));
}

} // namespace init::model
