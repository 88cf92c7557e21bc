// SPDX-License-Identifier: MIT
// The loop's own small parts: the ring of events and the timers by name.
#define BOOST_TEST_MODULE event_queue
#include "host/event_queue.h"
#include "host/timers.h"

#include <boost/test/unit_test.hpp>

using namespace init;
using namespace std::chrono_literals;

BOOST_AUTO_TEST_CASE(events_leave_in_the_order_they_came_also_around_the_end_of_the_ring)
{
    host::EventQueue queue(4);
    int next_in = 0;
    int next_out = 0;
    for (int round = 0; round < 10; ++round) {
        for (int i = 0; i < 3; ++i)
            BOOST_TEST(queue.push(system::ChildEnded{next_in++, 0}));
        for (int i = 0; i < 3; ++i)
            BOOST_TEST(std::get<system::ChildEnded>(queue.pop()).pid == next_out++);
    }
    BOOST_TEST(queue.is_empty());
}

BOOST_AUTO_TEST_CASE(a_full_ring_grows_and_keeps_the_order)
{
    host::EventQueue queue(2);
    queue.push(system::ChildEnded{1, 0});
    (void)queue.pop();
    for (int i = 2; i <= 20; ++i)
        BOOST_TEST(queue.push(system::ChildEnded{i, 0}));
    for (int i = 2; i <= 20; ++i)
        BOOST_TEST(std::get<system::ChildEnded>(queue.pop()).pid == i);
    BOOST_TEST(queue.is_empty());
}

BOOST_AUTO_TEST_CASE(a_full_ring_that_may_not_grow_refuses_and_keeps_what_it_has)
{
    host::EventQueue queue(2);
    queue.stop_growing();
    BOOST_TEST(queue.push(system::ChildEnded{1, 0}));
    BOOST_TEST(queue.push(system::ChildEnded{2, 0}));
    BOOST_TEST(!queue.push(system::ChildEnded{3, 0}));
    BOOST_TEST(queue.room() == 0u);
    BOOST_TEST(std::get<system::ChildEnded>(queue.pop()).pid == 1);
}

BOOST_AUTO_TEST_CASE(a_timer_fires_once_when_its_time_has_come_and_the_last_arming_counts)
{
    const system::TimePoint begin{1h};
    host::Timers timers;
    BOOST_TEST(!timers.soonest().has_value());
    timers.arm(system::Timer::share, begin + 5s);
    timers.arm(system::Timer::kill, begin + 2s);
    timers.arm(system::Timer::kill, begin + 9s);
    BOOST_TEST((timers.soonest() == begin + 5s));
    BOOST_TEST(!timers.take_due(begin + 4s).has_value());
    BOOST_TEST((timers.take_due(begin + 5s) == system::Timer::share));
    BOOST_TEST(!timers.take_due(begin + 5s).has_value());
    timers.disarm(system::Timer::kill);
    BOOST_TEST(!timers.soonest().has_value());
}
