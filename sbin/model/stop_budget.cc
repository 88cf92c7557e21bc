// SPDX-License-Identifier: MIT
// Lays a stop out against its deadline. Every function takes the time from its caller, and none allocates.
#include "model/stop_budget.h"

#include <algorithm>
#include <utility>

namespace init::model {
namespace {

using namespace std::chrono_literals;
using Duration = StopBudget::Duration;

/// No runtime waits longer than a day; the cut keeps the sums of time points far from overflow.
constexpr Duration sane(Duration time) noexcept
{
    return std::clamp<Duration>(time, 0s, 24h);
}

} // namespace

StopBudget StopBudget::without_deadline(Duration per_script, Duration reserve) noexcept
{
    StopBudget budget;
    budget.per_script_ = sane(per_script);
    budget.reserve_ = sane(reserve);
    return budget;
}

StopBudget StopBudget::with_deadline(TimePoint arrival, Duration grace, std::optional<Duration> margin,
                                     Duration per_script) noexcept
{
    grace = sane(grace);
    Duration kept = margin ? sane(*margin) : default_margin(grace);
    if (kept >= grace)
        kept = grace / 2;
    const Duration usable = grace - kept;
    StopBudget budget = without_deadline(per_script, reserve_of(grace, usable));
    budget.deadline_ = arrival + usable;
    budget.reserve_at_ = *budget.deadline_ - budget.reserve_;
    budget.most_for_end_ = usable / 4;
    budget.last_press_ = arrival;
    return budget;
}

void StopBudget::leave_time_for(std::size_t processes) noexcept
{
    if (!deadline_)
        return;
    const std::size_t many = std::clamp<std::size_t>(processes, few_processes, 1'000'000) - few_processes;
    const Duration before = std::exchange(
        for_end_, std::min<Duration>(static_cast<Duration::rep>(many) * end_of_one, most_for_end_));
    *deadline_ += before - for_end_;
    *reserve_at_ += before - for_end_;
}

StopBudget::Duration StopBudget::default_margin(Duration grace) noexcept
{
    return std::max<Duration>(500ms, grace / 20);
}

StopBudget::Duration StopBudget::reserve_of(Duration grace, Duration usable) noexcept
{
    const Duration wanted = std::min<Duration>(std::max<Duration>(grace / 10, 1s), 3s);
    return std::min(wanted, usable / 2);
}

StopBudget::TimePoint StopBudget::kill_at(TimePoint begun) const noexcept
{
    if (!deadline_)
        return begun + reserve_;
    return std::max(begun, *deadline_ - kill_lead);
}

StopBudget::TimePoint StopBudget::share_until(TimePoint now, std::size_t scripts) const noexcept
{
    if (!reserve_at_)
        return now + per_script_;
    const Duration left = *reserve_at_ - now;
    if (left <= 0s)
        return now;
    const auto parts = static_cast<Duration::rep>(std::clamp<std::size_t>(scripts, 1, 1'000'000));
    return now + std::max(left / parts, std::min<Duration>(2s, left / 4));
}

StopBudget::Effect StopBudget::press(TimePoint now) noexcept
{
    if (!reserve_at_ || now - last_press_ < least_second || now >= *reserve_at_)
        return Effect::none;
    last_press_ = now;
    ++presses_;
    // The reserve keeps its length: what the second and third signal cost is the scripts' time.
    reserve_at_ = presses_ == 1 ? now + (*reserve_at_ - now) / 2 : now;
    deadline_ = *reserve_at_ + reserve_;
    return presses_ == 1 ? Effect::halved : Effect::reserve_now;
}

} // namespace init::model
