// SPDX-License-Identifier: MIT
// The arithmetic of a stop against its deadline.
#define BOOST_TEST_MODULE stop_budget
#include <boost/test/unit_test.hpp>

#include "model/stop_budget.h"

using namespace init::model;
using namespace std::chrono_literals;
using Effect = StopBudget::Effect;

namespace {

constexpr StopBudget::TimePoint arrival = StopBudget::TimePoint{} + 1h;

StopBudget docker()
{
    return StopBudget::with_deadline(arrival, 10s, std::nullopt, 90s);
}

} // namespace

BOOST_AUTO_TEST_CASE(the_deadline_and_the_reserve_follow_the_grace_period)
{
    struct Row {
        StopBudget::Duration grace;
        std::optional<StopBudget::Duration> margin;
        StopBudget::Duration deadline, reserve;
    };
    const Row rows[] = {
        {10s, std::nullopt, 9500ms, 1s},  // Docker's and Podman's
        {30s, std::nullopt, 28500ms, 3s}, // Kubernetes'
        {120s, std::nullopt, 114s, 3s},
        {20s, std::nullopt, 19s, 2s},
        {2s, std::nullopt, 1500ms, 750ms}, // half of what is usable
        {1s, std::nullopt, 500ms, 250ms},
        {400ms, std::nullopt, 200ms, 100ms}, // the margin would leave nothing: half of grace
        {10s, 2s, 8s, 1s},
        {10s, 10s, 5s, 1s},
        {10s, 0s, 10s, 1s},
        {0s, std::nullopt, 0s, 0s},
        {-5s, std::nullopt, 0s, 0s},
        {StopBudget::Duration::max(), std::nullopt, 24h - 72min, 3s},
    };
    for (const Row& row : rows)
        BOOST_TEST_CONTEXT("grace " << row.grace.count())
        {
            const StopBudget budget = StopBudget::with_deadline(arrival, row.grace, row.margin, 90s);
            BOOST_TEST((budget.deadline() == arrival + row.deadline));
            BOOST_TEST((budget.reserve_at() == arrival + row.deadline - row.reserve));
        }
}

BOOST_AUTO_TEST_CASE(kill_comes_shortly_before_the_deadline_and_never_before_the_reserve)
{
    const StopBudget budget = docker();
    BOOST_TEST((budget.kill_at(arrival + 1s) == arrival + 9200ms));
    BOOST_TEST((budget.kill_at(arrival + 9400ms) == arrival + 9400ms));
    const StopBudget open = StopBudget::without_deadline(90s, 5s);
    BOOST_TEST((open.kill_at(arrival) == arrival + 5s));
    BOOST_TEST(!open.has_deadline());
    BOOST_TEST(!open.reserve_at());
}

BOOST_AUTO_TEST_CASE(a_share_is_an_equal_part_and_never_less_than_the_least)
{
    struct Row {
        StopBudget::Duration now;
        std::size_t scripts;
        StopBudget::Duration share;
    };
    const Row rows[] = {
        {0s, 1, 8500ms},   {0s, 2, 4250ms}, {0s, 100, 2s}, // a quarter of 8.5 s is more than 2 s
        {4500ms, 100, 1s},                                 // a quarter of 4 s
        {0s, 0, 8500ms},                                   // none to come is as one
        {8500ms, 3, 0s},   {12s, 3, 0s},
    };
    for (const Row& row : rows)
        BOOST_TEST_CONTEXT("now " << row.now.count() << " scripts " << row.scripts)
    BOOST_TEST((docker().share_until(arrival + row.now, row.scripts) == arrival + row.now + row.share));
    BOOST_TEST((StopBudget::without_deadline(90s, 5s).share_until(arrival, 7) == arrival + 90s));
}

BOOST_AUTO_TEST_CASE(shares_taken_one_after_another_never_pass_the_reserve)
{
    for (std::size_t scripts = 1; scripts < 60; ++scripts) {
        StopBudget::TimePoint now = arrival;
        for (std::size_t left = scripts; left > 0; --left)
            now = docker().share_until(now, left);
        BOOST_TEST((now <= *docker().reserve_at()));
    }
}

BOOST_AUTO_TEST_CASE(further_signals_halve_the_time_and_then_begin_the_reserve)
{
    StopBudget budget = docker();
    BOOST_TEST((budget.press(arrival + 999ms) == Effect::none));
    BOOST_TEST((budget.reserve_at() == arrival + 8500ms));
    BOOST_TEST((budget.press(arrival + 2500ms) == Effect::halved));
    BOOST_TEST((budget.reserve_at() == arrival + 5500ms));
    BOOST_TEST((budget.deadline() == arrival + 6500ms));
    BOOST_TEST((budget.press(arrival + 3s) == Effect::none)); // a repeat
    BOOST_TEST((budget.press(arrival + 3500ms) == Effect::reserve_now));
    BOOST_TEST((budget.reserve_at() == arrival + 3500ms));
    BOOST_TEST((budget.kill_at(arrival + 3500ms) == arrival + 4200ms));
    BOOST_TEST((budget.press(arrival + 6s) == Effect::none));
}

BOOST_AUTO_TEST_CASE(the_end_of_many_processes_has_time_of_its_own)
{
    const auto budget_for = [](std::initializer_list<std::size_t> counts) {
        StopBudget budget = StopBudget::with_deadline(StopBudget::TimePoint{}, 10s, std::nullopt, 90s);
        for (const std::size_t count : counts)
            budget.leave_time_for(count);
        return budget;
    };
    const StopBudget plain = budget_for({});
    const auto earlier = [&](std::initializer_list<std::size_t> counts) {
        const StopBudget budget = budget_for(counts);
        BOOST_TEST((*budget.deadline() - *budget.reserve_at() == *plain.deadline() - *plain.reserve_at()));
        return *plain.deadline() - *budget.deadline();
    };
    BOOST_TEST((earlier({200}) == 0ms));
    BOOST_TEST((earlier({1200}) == 300ms));
    BOOST_TEST((earlier({1200, 1200}) == 300ms)); // the same ones
    BOOST_TEST((earlier({1200, 100}) == 0ms));    // they have gone
    BOOST_TEST((earlier({1200, 2200}) == 600ms));
    BOOST_TEST((earlier({1'000'000'000}) == 2375ms)); // a quarter of 9.5 s
    StopBudget inside = StopBudget::without_deadline(90s, 10s);
    inside.leave_time_for(100'000);
    BOOST_TEST(!inside.deadline().has_value());
}

BOOST_AUTO_TEST_CASE(a_signal_within_the_reserve_or_without_a_deadline_changes_nothing)
{
    StopBudget late = docker();
    BOOST_TEST((late.press(arrival + 8500ms) == Effect::none));
    BOOST_TEST((late.deadline() == arrival + 9500ms));
    StopBudget open = StopBudget::without_deadline(90s, 5s);
    BOOST_TEST((open.press(arrival) == Effect::none));
    BOOST_TEST(!open.has_deadline());
}
