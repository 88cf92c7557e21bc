// SPDX-License-Identifier: MIT
// Whose turn it is: runs of one service that wait for each other, and ends that are told twice, late or not
// at all.
#define BOOST_TEST_MODULE turns_scenario
#include "scenario/watched.h"

#include <boost/test/unit_test.hpp>

using namespace init;
using namespace init::scenario;

BOOST_AUTO_TEST_CASE(an_end_that_is_told_again_is_not_heard)
{
    Watched life{"web", "db"};
    life.host.script("web").drains_in = 5s; // its keeper is known for so long
    life.call_at(500ms, "web", "status");
    for (std::uint32_t run = 1; run <= 8; ++run)
        life.host.at(1s, world::ScriptEnded{world::RunId{run}, exited(7), 0});
    life.look_at(1500ms, "web");
    life.host.signal_at(2s, SIGTERM);
    BOOST_TEST(life.run() == 0);
    BOOST_TEST(life.times_said("ended with status 7") == 0u);
    BOOST_TEST(life.host.count("answered 1: 0") == 1u);
    BOOST_TEST(life.host.count("answered 1: 7") == 0u);
    BOOST_TEST(life.seen(0) == "running");
    BOOST_TEST((life.looks[0].exit == 0));
    BOOST_TEST(life.host.count("stop web") == 1u);
}

BOOST_AUTO_TEST_CASE(a_run_of_which_nothing_is_left_is_over_although_nobody_told_its_end)
{
    Watched life{"web", "db"};
    life.host.start_of("web").hangs = true;
    life.host.at(1s, world::RunEmpty{world::RunId{2}}); // the first is rc.sysinit's
    life.look_at(1500ms, "web");
    life.host.signal_at(2s, SIGTERM);
    BOOST_TEST(life.run() == 0);
    BOOST_TEST((life.host.when_said("web: start ended unseen") == 1s));
    BOOST_TEST((life.host.when("start db") == 1s));
    BOOST_TEST(life.seen(0) == "failed");
}

BOOST_AUTO_TEST_CASE(a_caller_whose_script_s_end_nobody_told_is_answered_when_nothing_is_left)
{
    Watched life{"web"};
    life.host.script("web").hangs = true;
    life.call_at(500ms, "web", "status");
    life.host.at(1s, world::RunEmpty{world::RunId{3}});
    life.host.at(1100ms, world::ScriptEnded{world::RunId{3}, exited(0), 0}); // too late
    life.host.signal_at(2s, SIGTERM);
    BOOST_TEST(life.run() == 0);
    BOOST_TEST((life.host.when("answered 1: 1") == 1s));
    BOOST_TEST(life.host.count("answered 1: 0") == 0u);
}

BOOST_AUTO_TEST_CASE(a_start_that_waits_is_not_forgotten_when_another_run_of_the_service_ends)
{
    for (const bool by_level : {true, false}) {
        Watched life{"web", "db"};
        life.host.link("/etc/rc.d/rc4.d", "S10web");
        life.host.stop_of("web").takes = 3s;
        life.call_at(1s, "web", "stop");
        if (by_level)
            life.host.request_at(1500ms, '4');
        else
            life.call_at(1500ms, "web", "start");
        life.call_at(2s, "web", "status");
        life.call_at(2s, "db", "status"); // nor when another service's does
        life.host.signal_at(10s, SIGTERM);
        BOOST_TEST(life.run() == 0);
        BOOST_TEST(life.host.count("start web") == 2u);
        BOOST_TEST((life.host.when("start web", 1) == 4s));
    }
}

BOOST_AUTO_TEST_CASE(a_start_waits_for_one_that_a_stop_has_overtaken)
{
    for (const bool by_level : {true, false}) {
        Watched life{"web"};
        life.host.link("/etc/rc.d/rc4.d", "S10web");
        life.host.file("/etc/rc.d/init.d/one", "", true);
        if (by_level)
            life.host.link("/etc/rc.d/rc4.d", "S11one");
        life.host.start_of("one").takes = 5s;
        life.call_at(1s, "one", "start");
        life.call_at(2s, "one", "stop");
        life.look_at(2500ms, "one");
        if (by_level)
            life.host.request_at(3s, '4');
        else
            life.call_at(3s, "one", "start");
        life.host.signal_at(20s, SIGTERM);
        BOOST_TEST(life.run() == 0);
        BOOST_TEST(life.seen(0) == "stopped");
        BOOST_TEST(life.host.count("start one") == 2u);
        BOOST_TEST((life.host.when("start one", 1) == 6s));
    }
}

BOOST_AUTO_TEST_CASE(two_stops_of_a_service_never_run_at_once_and_both_callers_are_answered)
{
    Watched life{"web"};
    life.host.stop_of("web").takes = 2s;
    life.call_at(1s, "web", "stop");
    life.call_at(2s, "web", "stop");
    life.host.signal_at(20s, SIGTERM);
    BOOST_TEST(life.run() == 0);
    BOOST_TEST((life.host.when("answered 1: 0") == 3s));
    BOOST_TEST((life.host.when("answered 2: 0") >= 3s));
    if (life.host.count("stop web") > 1)
        BOOST_TEST((life.host.when("stop web", 1) >= 3s));
}

BOOST_AUTO_TEST_CASE(a_service_of_whose_runs_nothing_is_left_can_be_skipped_later)
{
    Watched life{"web"};
    life.host.link("/etc/rc.d/rc4.d", "S10web");
    life.call_at(1s, "web", "stop");
    life.look_at(1500ms, "web");
    life.host.before_event = [&life, look = life.host.before_event] {
        if (life.host.elapsed() >= 1500ms)
            life.host.file("/var/lock/subsys/web"); // somebody else's, so it is not started
        look();
    };
    life.host.request_at(2s, '4');
    life.look_at(3s, "web");
    life.host.signal_at(4s, SIGTERM);
    BOOST_TEST(life.run() == 0);
    BOOST_TEST(life.seen(0) == "stopped");
    BOOST_TEST(life.seen(1) == "skipped");
}

BOOST_AUTO_TEST_CASE(what_became_of_a_service_is_known_before_who_waits_for_its_run_asks)
{
    // Asked before the service's own end is known, the start would be held once more, and for good.
    Watched life{"web"};
    life.host.stop_of("web").takes = 3s;
    life.call_at(1s, "web", "stop");
    life.call_at(2s, "web", "start");
    life.host.signal_at(6s, SIGTERM);
    BOOST_TEST(life.run() == 0);
    BOOST_TEST((life.host.when("start web", 1) == 4s));
    BOOST_TEST(life.host.count("answered 2: 0") == 1u);
}
