// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE step_schedule
#include "model/step_schedule.h"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <map>
#include <random>
#include <set>

namespace {

using namespace std::chrono_literals;
using init::model::ScheduledStep;
using init::model::StepSchedule;
using Indices = std::vector<std::size_t>;

/// Everything that may begin now.
Indices all_next(StepSchedule& schedule)
{
    Indices begun;
    while (const auto step = schedule.next())
        begun.push_back(*step);
    return begun;
}

StepSchedule schedule_of(std::vector<ScheduledStep> steps, std::size_t jobs = StepSchedule::no_limit)
{
    StepSchedule schedule;
    schedule.take(std::move(steps), jobs);
    return schedule;
}

/// A legal graph: each step may wait for earlier ones.
std::vector<ScheduledStep> random_steps(std::mt19937& random)
{
    std::vector<ScheduledStep> steps(1 + random() % 40);
    for (std::size_t i = 0; i < steps.size(); ++i) {
        steps[i].stage = i * 2 < steps.size() ? 0 : 1;
        steps[i].interactive = random() % 10 == 0;
        for (std::size_t first = 0; first < i; ++first)
            if (steps[first].stage == steps[i].stage && random() % 8 == 0)
                steps[i].after.push_back(first);
    }
    return steps;
}

} // namespace

BOOST_AUTO_TEST_CASE(what_waits_for_nobody_begins_at_once_in_its_order)
{
    StepSchedule schedule = schedule_of({{}, {}, {{0, 1}}});
    BOOST_TEST(all_next(schedule) == (Indices{0, 1}), boost::test_tools::per_element());
    BOOST_TEST(schedule.left() == 1u);
    schedule.over(1);
    BOOST_TEST(!schedule.next());
    schedule.over(0);
    BOOST_TEST(all_next(schedule) == Indices{2}, boost::test_tools::per_element());
    BOOST_TEST(schedule.left() == 0u);
}

BOOST_AUTO_TEST_CASE(no_more_than_the_jobs_run_at_once)
{
    StepSchedule schedule = schedule_of({{}, {}, {}}, 2);
    BOOST_TEST(all_next(schedule).size() == 2u);
    schedule.over(0);
    BOOST_TEST(all_next(schedule) == Indices{2}, boost::test_tools::per_element());
    StepSchedule none = schedule_of({{}}, 0);
    BOOST_TEST(all_next(none).size() == 1u);
}

BOOST_AUTO_TEST_CASE(those_that_wait_leave_their_slots_to_others)
{
    StepSchedule schedule = schedule_of({{}, {}, {}, {}, {}, {{}, 0, true}}, 2);
    BOOST_TEST(all_next(schedule).size() == 2u);
    BOOST_TEST(schedule.is_short_of_slots());
    BOOST_TEST((schedule.next(1) == 2u));
    BOOST_TEST(!schedule.next(1).has_value());
    BOOST_TEST((schedule.next(2) == 3u));
    BOOST_TEST((schedule.next(3) == 4u));
    BOOST_TEST(!schedule.is_short_of_slots()); // the one that is left runs alone
    BOOST_TEST(!schedule.next(5).has_value());
}

BOOST_AUTO_TEST_CASE(a_stage_begins_when_the_one_before_is_over)
{
    StepSchedule schedule = schedule_of({{}, {}, {{}, 1}, {{2}, 1}, {{}, 3}});
    BOOST_TEST(all_next(schedule) == (Indices{0, 1}), boost::test_tools::per_element());
    schedule.over(0);
    BOOST_TEST(!schedule.next());
    schedule.over(1);
    BOOST_TEST(all_next(schedule) == Indices{2}, boost::test_tools::per_element());
    schedule.over(2);
    BOOST_TEST(all_next(schedule) == Indices{3}, boost::test_tools::per_element());
    schedule.over(3);
    BOOST_TEST(all_next(schedule) == Indices{4}, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(one_that_waits_for_a_step_of_an_earlier_stage_waits_for_the_stage)
{
    StepSchedule schedule = schedule_of({{}, {}, {{0}, 1}});
    BOOST_TEST(all_next(schedule) == (Indices{0, 1}), boost::test_tools::per_element());
    schedule.over(0);
    BOOST_TEST(!schedule.next());
    schedule.over(1);
    BOOST_TEST(all_next(schedule) == Indices{2}, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(an_interactive_one_runs_alone_and_after_what_else_can)
{
    StepSchedule schedule = schedule_of({{{}, 0, true}, {}, {{1}}});
    BOOST_TEST(all_next(schedule) == Indices{1}, boost::test_tools::per_element());
    schedule.over(1);
    BOOST_TEST(all_next(schedule) == Indices{2}, boost::test_tools::per_element());
    schedule.over(2);
    BOOST_TEST(all_next(schedule) == Indices{0}, boost::test_tools::per_element());

    StepSchedule two = schedule_of({{{}, 0, true}, {{}, 0, true}, {{0}}});
    BOOST_TEST(all_next(two) == Indices{0}, boost::test_tools::per_element());
    two.over(0);
    BOOST_TEST(all_next(two) == Indices{2}, boost::test_tools::per_element());
    two.over(2);
    BOOST_TEST(all_next(two) == Indices{1}, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(the_longest_remaining_way_goes_first_where_every_time_is_known)
{
    std::vector<ScheduledStep> steps = {
        {{}, 0, false, 10ms}, {{}, 0, false, 20ms}, {{}, 0, false, 5ms}, {{2}, 0, false, 100ms}};
    StepSchedule timed = schedule_of(steps);
    BOOST_TEST(all_next(timed) == (Indices{2, 1, 0}), boost::test_tools::per_element());
    steps[3].took.reset();
    StepSchedule untimed = schedule_of(steps);
    BOOST_TEST(all_next(untimed) == (Indices{0, 1, 2}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(the_time_is_divided_by_what_runs_one_after_another)
{
    // 0 -> 1 -> 2, and a stage of one after it.
    StepSchedule chain = schedule_of({{}, {{0}}, {{1}}, {{}, 1}});
    BOOST_TEST(chain.in_a_row(0, StepSchedule::no_limit) == 4u);
    BOOST_TEST(chain.in_a_row(2, StepSchedule::no_limit) == 2u);
    StepSchedule wide = schedule_of(std::vector<ScheduledStep>(9), 2);
    BOOST_TEST(wide.in_a_row(0, 2) == 5u);
    // Those that run have not had their time yet.
    BOOST_TEST(all_next(wide).size() == 2u);
    BOOST_TEST(wide.in_a_row(0, 2) == 5u);
}

BOOST_AUTO_TEST_CASE(what_is_abandoned_never_begins)
{
    StepSchedule schedule = schedule_of({{}, {{0}}, {{}, 1}});
    BOOST_TEST(all_next(schedule) == Indices{0}, boost::test_tools::per_element());
    schedule.abandon();
    BOOST_TEST(schedule.left() == 0u);
    schedule.over(0);
    BOOST_TEST(!schedule.next());
}

BOOST_AUTO_TEST_CASE(every_step_runs_once_and_after_what_it_waits_for_in_any_order)
{
    std::set<Indices> orders;
    for (std::uint32_t seed = 0; seed < 300; ++seed) {
        std::mt19937 random(seed / 3);
        const std::vector<ScheduledStep> steps = random_steps(random);
        StepSchedule schedule;
        schedule.take(steps, 1 + seed % 5, seed % 3);
        Indices order;
        Indices running;
        std::vector<bool> over(steps.size(), false);
        while (schedule.left() != 0 || !running.empty()) {
            while (const auto step = schedule.next()) {
                for (const std::size_t first : steps[*step].after)
                    BOOST_TEST_REQUIRE(over[first]);
                for (std::size_t i = 0; i < steps.size(); ++i)
                    BOOST_TEST_REQUIRE((over[i] || steps[i].stage >= steps[*step].stage));
                running.push_back(*step);
                order.push_back(*step);
                BOOST_TEST_REQUIRE(running.size() <= 1 + seed % 5);
                for (const std::size_t other : running)
                    BOOST_TEST_REQUIRE(
                        (other == *step || (!steps[*step].interactive && !steps[other].interactive)));
            }
            BOOST_TEST_REQUIRE(!running.empty());
            const std::size_t at = random() % running.size();
            over[running[at]] = true;
            schedule.over(running[at]);
            running.erase(running.begin() + static_cast<std::ptrdiff_t>(at));
        }
        BOOST_TEST(order.size() == steps.size());
        BOOST_TEST(std::set<std::size_t>(order.begin(), order.end()).size() == order.size());
        orders.insert(order);
    }
    BOOST_TEST(orders.size() > 150u); // a seed makes another order of the same steps
}

BOOST_AUTO_TEST_CASE(some_seed_gives_each_legal_order_and_a_seed_always_the_same)
{
    // 2 waits for 0: of the 24 orders of four, 12 are left.
    const std::vector<ScheduledStep> steps = {{}, {}, {{0}}, {}};
    const auto order_of = [&](std::uint32_t seed) {
        StepSchedule schedule;
        schedule.take(steps, 1, seed);
        Indices order;
        while (const auto step = schedule.next()) {
            order.push_back(*step);
            schedule.over(*step);
        }
        return order;
    };
    std::map<Indices, unsigned> times;
    for (std::uint32_t seed = 1; seed <= 600; ++seed) {
        const Indices order = order_of(seed);
        BOOST_TEST_REQUIRE(order == order_of(seed), boost::test_tools::per_element());
        ++times[order];
    }
    BOOST_TEST(times.size() == 12u);
    for (const auto& [order, count] : times)
        BOOST_TEST(count > 10u); // none is out of reach of the first few seeds
    BOOST_TEST(order_of(0) == (Indices{0, 1, 2, 3}), boost::test_tools::per_element());
}
