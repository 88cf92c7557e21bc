// SPDX-License-Identifier: MIT
// The loop's own small parts: the ring of events and the timers by name.
#define BOOST_TEST_MODULE event_queue
#include "host/event_queue.h"
#include "host/timers.h"

#include <boost/test/unit_test.hpp>

#include <set>

using namespace init;
using namespace std::chrono_literals;

BOOST_AUTO_TEST_CASE(events_leave_in_the_order_they_came_also_around_the_end_of_the_ring)
{
    host::EventQueue queue(4);
    int next_in = 0;
    int next_out = 0;
    for (int round = 0; round < 10; ++round) {
        for (int i = 0; i < 3; ++i)
            BOOST_TEST(queue.push(world::ChildEnded{next_in++, 0}));
        for (int i = 0; i < 3; ++i)
            BOOST_TEST(std::get<world::ChildEnded>(queue.pop()).pid == next_out++);
    }
    BOOST_TEST(queue.is_empty());
}

BOOST_AUTO_TEST_CASE(a_full_ring_grows_and_keeps_the_order)
{
    host::EventQueue queue(2);
    queue.push(world::ChildEnded{1, 0});
    (void)queue.pop();
    for (int i = 2; i <= 20; ++i)
        BOOST_TEST(queue.push(world::ChildEnded{i, 0}));
    for (int i = 2; i <= 20; ++i)
        BOOST_TEST(std::get<world::ChildEnded>(queue.pop()).pid == i);
    BOOST_TEST(queue.is_empty());
}

BOOST_AUTO_TEST_CASE(a_full_ring_that_may_not_grow_refuses_and_keeps_what_it_has)
{
    host::EventQueue queue(2);
    queue.stop_growing();
    BOOST_TEST(queue.push(world::ChildEnded{1, 0}));
    BOOST_TEST(queue.push(world::ChildEnded{2, 0}));
    BOOST_TEST(!queue.push(world::ChildEnded{3, 0}));
    BOOST_TEST(queue.room() == 0u);
    BOOST_TEST(std::get<world::ChildEnded>(queue.pop()).pid == 1);
}

namespace {

constexpr world::Timer share{world::Timer::Kind::stop_share};
constexpr world::Timer kill{world::Timer::Kind::stop_kill};
constexpr world::Timer limit_of(std::uint32_t run)
{
    return {world::Timer::Kind::run_limit, run};
}

} // namespace

BOOST_AUTO_TEST_CASE(places_that_were_reserved_are_there_when_nothing_may_be_allocated)
{
    host::EventQueue queue(4);
    queue.push(world::OrphansReaped{});
    queue.reserve(9);
    queue.stop_growing();
    for (int i = 1; i < 9; ++i)
        BOOST_TEST(queue.push(world::OrphansReaped{}));
}

BOOST_AUTO_TEST_CASE(a_timer_fires_once_when_its_time_has_come_and_the_last_arming_counts)
{
    const world::TimePoint begin{1h};
    host::Timers timers;
    BOOST_TEST(!timers.soonest().has_value());
    timers.arm(share, begin + 5s);
    timers.arm(kill, begin + 2s);
    timers.arm(kill, begin + 9s);
    BOOST_TEST((timers.soonest() == begin + 5s));
    BOOST_TEST(!timers.take_due(begin + 4s).has_value());
    BOOST_TEST((timers.take_due(begin + 5s) == share));
    BOOST_TEST(!timers.take_due(begin + 5s).has_value());
    timers.disarm(kill);
    BOOST_TEST(!timers.soonest().has_value());
}

BOOST_AUTO_TEST_CASE(timers_of_one_kind_are_kept_apart_by_their_id)
{
    const world::TimePoint begin{1h};
    host::Timers timers;
    for (std::uint32_t run = 1; run <= 3; ++run)
        timers.arm(limit_of(run), begin + std::chrono::seconds(run));
    timers.arm(limit_of(1), begin + 9s);
    timers.disarm(limit_of(3));
    timers.disarm(limit_of(4)); // never armed
    BOOST_TEST((timers.soonest() == begin + 2s));
    std::set<std::uint32_t> due;
    for (int i = 0; i < 2; ++i)
        due.insert(timers.take_due(begin + 10s).value_or(limit_of(99)).id);
    BOOST_TEST((due == std::set<std::uint32_t>{1, 2}));
    BOOST_TEST(!timers.take_due(begin + 10s).has_value());
    BOOST_TEST(!timers.soonest().has_value());
}
