// SPDX-License-Identifier: MIT
// The throttle of a respawn entry, at the edges of its burst, window and pause.
#define BOOST_TEST_MODULE respawn_limit
#include <boost/test/unit_test.hpp>

#include "model/respawn_limit.h"

using namespace init::model;
using namespace std::chrono_literals;
using Verdict = RespawnLimit::Verdict;

namespace {

constexpr RespawnLimit::TimePoint begin = RespawnLimit::TimePoint{} + 1h;

/// Uses up the ten starts of a burst.
void exhaust(RespawnLimit& limit, RespawnLimit::TimePoint at)
{
    for (int i = 0; i < RespawnLimit::burst; ++i)
        limit.ask(at);
}

} // namespace

BOOST_AUTO_TEST_CASE(ten_starts_pass_and_the_eleventh_is_held_for_five_minutes)
{
    RespawnLimit limit;
    for (int i = 1; i < RespawnLimit::burst; ++i)
        BOOST_TEST((limit.ask(begin) == Verdict::start));
    BOOST_TEST((limit.ask(begin) == Verdict::start_is_last));
    BOOST_TEST((limit.ask(begin + 1s) == Verdict::hold));
    BOOST_TEST((limit.held_until() == begin + 301s));
    BOOST_TEST((limit.ask(begin + 300s) == Verdict::hold));
    BOOST_TEST((limit.held_until() == begin + 301s)); // asking does not lengthen it
    BOOST_TEST((limit.ask(begin + 301s) == Verdict::start));
    BOOST_TEST(!limit.held_until());
}

BOOST_AUTO_TEST_CASE(a_start_that_was_taken_back_is_not_counted)
{
    RespawnLimit limit;
    for (int i = 0; i < 100; ++i) {
        BOOST_TEST((limit.ask(begin + i * 1s) == Verdict::start));
        limit.take_back();
    }
    exhaust(limit, begin + 119s); // the burst begins with the first start that took place
    BOOST_TEST((limit.ask(begin + 121s) == Verdict::hold));
}

BOOST_AUTO_TEST_CASE(a_start_after_the_window_begins_a_new_burst)
{
    RespawnLimit limit;
    exhaust(limit, begin);
    BOOST_TEST((limit.ask(begin + 120s + 1ms) == Verdict::start));
    RespawnLimit slow;
    for (int i = 0; i < 100; ++i)
        BOOST_TEST((slow.ask(begin + i * 13s) != Verdict::hold));
}

BOOST_AUTO_TEST_CASE(a_start_at_the_windows_end_still_counts)
{
    RespawnLimit limit;
    exhaust(limit, begin);
    BOOST_TEST((limit.ask(begin + 120s) == Verdict::hold));
}

BOOST_AUTO_TEST_CASE(clearing_gives_ten_more_starts)
{
    RespawnLimit limit;
    exhaust(limit, begin);
    BOOST_TEST((limit.ask(begin) == Verdict::hold));
    limit.clear();
    BOOST_TEST(!limit.held_until());
    for (int i = 1; i < RespawnLimit::burst; ++i)
        BOOST_TEST((limit.ask(begin) == Verdict::start));
    BOOST_TEST((limit.ask(begin) == Verdict::start_is_last));
}
