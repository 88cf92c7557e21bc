// SPDX-License-Identifier: MIT
// The rules of time that no other story tells: what a step may use and what it must be left, to the
// millisecond.
#define BOOST_TEST_MODULE times_scenario
#include "scenario/life.h"

#include <boost/test/unit_test.hpp>

using namespace init;
using namespace init::scenario;

namespace {

void call_at(Life& life, std::chrono::milliseconds when, const std::string& service, const std::string& verb)
{
    static std::uint32_t calls = 0;
    life.host.at(when, world::ServiceCalled{world::CallId{++calls}, service, {verb}, {}, {}, -1});
}

} // namespace

BOOST_AUTO_TEST_CASE(the_reserve_the_KILL_and_the_deadline_follow_the_grace_that_is_set)
{
    struct Row {
        std::chrono::milliseconds grace;
        std::optional<std::chrono::milliseconds> margin;
        std::chrono::milliseconds reserve, kill, deadline; ///< after the signal
    };
    for (const Row& row :
         {Row{10s, std::nullopt, 8500ms, 9200ms, 9500ms},
          Row{30s, std::nullopt, 25'500ms, 28'200ms, 28'500ms}, Row{10s, 2s, 7s, 7700ms, 8s}}) {
        BOOST_TEST_CONTEXT("grace " << row.grace.count())
        {
            Life life;
            life.red_hat({"deaf"});
            life.settings.grace = row.grace;
            life.settings.margin = row.margin;
            life.host.stop_of("deaf").hangs = life.host.stop_of("deaf").deaf = true;
            life.host.stop_of("deaf").drains_in = 1h; // the keeper of a process that nothing ends
            life.host.signal_at(1s, SIGTERM);
            BOOST_TEST(life.run() == 73);
            BOOST_TEST((life.host.when("TERM rest") == 1s + row.reserve));
            BOOST_TEST((life.host.when("KILL rest") == 1s + row.kill));
            BOOST_TEST((life.host.elapsed() > 1s + row.kill + 200ms));
            BOOST_TEST((life.host.elapsed() <= 1s + row.deadline));
        }
    }
}

BOOST_AUTO_TEST_CASE(the_end_waits_for_keepers_that_write_out_what_they_hold_and_not_for_long)
{
    struct Row {
        std::chrono::milliseconds drains_in, ends_after;
    };
    for (const Row& row : {Row{0ms, 0ms}, Row{100ms, 100ms}, Row{240ms, 240ms}, Row{1h, 250ms}}) {
        BOOST_TEST_CONTEXT("drains in " << row.drains_in.count())
        {
            Life life;
            life.red_hat({"web"});
            life.host.stop_of("web").drains_in = row.drains_in;
            life.host.signal_at(1s, SIGTERM);
            BOOST_TEST(life.run() == 0);
            BOOST_TEST((life.host.elapsed() - life.host.when("KILL rest") == row.ends_after));
        }
    }
}

BOOST_AUTO_TEST_CASE(a_start_that_is_deaf_in_a_change_of_level_has_five_seconds_after_TERM)
{
    Life life;
    life.red_hat({"deaf"});
    life.host.link("/etc/rc.d/rc4.d", "S20four");
    life.host.start_of("deaf").hangs = life.host.start_of("deaf").deaf = true;
    life.host.request_at(1s, '4');
    life.host.signal_at(20s, SIGTERM);
    BOOST_TEST(life.run() == 0);
    BOOST_TEST((life.host.when("TERM script deaf") == 1s));
    BOOST_TEST((life.host.when("KILL script deaf") == 6s));
    BOOST_TEST((life.host.when("start four") >= 6s));
    BOOST_TEST((life.host.when("start four") < 6100ms));
}

BOOST_AUTO_TEST_CASE(what_leaves_a_level_has_three_seconds_after_TERM_where_nothing_else_is_said)
{
    Life life{"id:3:initdefault:\nt1:3:respawn:/bin/t\n"};
    life.host.entry("t1").hangs = life.host.entry("t1").deaf = true;
    life.host.request_at(1s, '2');
    life.host.signal_at(20s, SIGTERM);
    BOOST_TEST(life.run() == 0);
    BOOST_TEST((life.host.when("TERM entry t1") == 1s));
    BOOST_TEST((life.host.when("KILL entry t1") == 4s));
}

BOOST_AUTO_TEST_CASE(what_the_table_does_not_name_any_more_has_the_sleep_time_as_well)
{
    Life life{"id:3:initdefault:\nt1:3:respawn:/bin/t\n"};
    life.host.entry("t1").hangs = life.host.entry("t1").deaf = true;
    life.host.before_event = [&] {
        if (life.host.count("launch t1") == 1)
            life.host.file("/etc/inittab", "id:3:initdefault:\n");
    };
    life.host.request_at(1s, 'q');
    life.host.signal_at(20s, SIGTERM);
    BOOST_TEST(life.run() == 0);
    BOOST_TEST((life.host.when("TERM entry t1") == 1s));
    BOOST_TEST((life.host.when("KILL entry t1") == 4s));
}

BOOST_AUTO_TEST_CASE(an_entry_that_is_deaf_in_a_stop_has_its_share_and_never_more_than_the_sleep_time)
{
    for (const bool with_service : {true, false}) {
        Life life;
        if (with_service)
            life.red_hat({"db"});
        life.host.file("/etc/inittab", "id:3:initdefault:\nap:3:respawn:/bin/app\n");
        life.host.entry("ap").hangs = life.host.entry("ap").deaf = true;
        life.host.signal_at(1s, SIGTERM);
        BOOST_TEST(life.run() == 0);
        BOOST_TEST((life.host.when("TERM entry ap") == 1s));
        // A part for the service, one for what follows, and one for itself.
        const auto share = with_service ? reserve_after_signal / 3 : std::chrono::milliseconds(3s);
        BOOST_TEST((life.host.when("KILL entry ap") == 1s + share));
        if (with_service)
            BOOST_TEST((life.host.when("stop db") == 1s + share));
    }
}

BOOST_AUTO_TEST_CASE(a_K_script_that_not_even_KILL_ends_costs_neither_the_others_nor_the_deadline)
{
    Life life;
    life.red_hat({"db", "stuck"});
    fakes::Behaviour& stop = life.host.stop_of("stuck");
    stop.hangs = stop.deaf = stop.stuck = true;
    life.host.signal_at(1s, SIGTERM);
    BOOST_TEST(life.run() == 73);
    BOOST_TEST((life.host.when("stop db") == 1s + reserve_after_signal / 2));
    BOOST_TEST((life.host.when("KILL rest") == 1s + kill_after_signal));
    BOOST_TEST((life.host.elapsed() > 1s + kill_after_signal + 200ms));
    BOOST_TEST((life.host.elapsed() <= 1s + deadline_after_signal));
}

BOOST_AUTO_TEST_CASE(an_unlinked_daemon_that_is_deaf_has_its_part_of_what_is_left)
{
    Life life;
    life.red_hat({});
    for (const char* link : {"S80one", "S81two", "S82deaf"})
        life.host.link("/etc/rc.d/rc3.d", link);
    for (const char* name : {"one", "two", "deaf"})
        life.host.start_of(name).leaves_daemon = true;
    life.host.start_of("deaf").daemon_deaf = true;
    life.host.signal_at(1s, SIGTERM);
    BOOST_TEST(life.run() == 0);
    BOOST_TEST((life.host.when("TERM process deaf") == 1s));
    BOOST_TEST((life.host.when("TERM process two") == 1s + reserve_after_signal / 3));
    // An early finisher gives its time back.
    BOOST_TEST((life.host.when("TERM process one") == 1s + reserve_after_signal / 3 + 20ms));
    BOOST_TEST((life.host.when("reserve") == 1s + reserve_after_signal / 3 + 40ms));
}

BOOST_AUTO_TEST_CASE(a_script_that_a_level_waits_for_is_told_of_after_ten_seconds_and_a_called_one_is_not)
{
    for (const auto takes : {9990ms, 10'010ms}) {
        Life life;
        life.red_hat({"web"});
        life.host.file("/etc/rc.d/init.d/web", "", true);
        life.host.start_of("web").takes = takes;
        life.host.script("web").takes = 30s;
        call_at(life, 20s, "web", "status");
        life.host.signal_at(60s, SIGTERM);
        BOOST_TEST(life.run() == 0);
        BOOST_TEST(life.host.has_said("web: start has been running for 10 s") == (takes > 10s));
        BOOST_TEST(!life.host.has_said("status has been running"));
    }
}

BOOST_AUTO_TEST_CASE(a_stop_script_that_is_slow_is_told_of_with_the_time_that_its_share_leaves_it)
{
    Life life;
    life.red_hat({"web"});
    life.settings.grace = 60s;
    life.host.stop_of("web").takes = 20s;
    life.host.signal_at(1s, SIGTERM);
    BOOST_TEST(life.run() == 0);
    // 60 s less a margin of 3 s and a reserve of 3 s.
    BOOST_TEST((life.host.when_said("web: stop has been running for 10 s, and may for 44 s more") == 11s));
}

BOOST_AUTO_TEST_CASE(a_third_stop_signal_that_repeats_the_second_does_nothing)
{
    Life life;
    life.red_hat({"deaf"});
    life.host.stop_of("deaf").hangs = true;
    for (const auto when : {1s, 3s})
        life.host.signal_at(when, SIGTERM);
    life.host.signal_at(3900ms, SIGTERM); // within a second of the one before
    BOOST_TEST(life.run() == 73);
    BOOST_TEST((life.host.when("reserve") == 3s + (1s + reserve_after_signal - 3s) / 2));
    BOOST_TEST((life.host.when_said("half of the time that is left is given up") == 3s));
}

BOOST_AUTO_TEST_CASE(what_is_held_up_by_the_sleep_of_a_level_is_not_held_up_by_a_stop)
{
    Life life{"id:3:initdefault:\nt1:3:respawn:/bin/t\nw2:2:wait:/bin/w\n"};
    life.host.entry("t1").hangs = life.host.entry("t1").deaf = true;
    life.host.request_at(1s, '2');
    life.host.signal_at(2s, SIGRTMIN + 13);
    BOOST_TEST(life.run() == 0);
    BOOST_TEST((life.host.when("reserve") == 2s));
    BOOST_TEST((life.host.when("KILL rest") == 2s + kill_after_signal)); // deaf to TERM until then
    BOOST_TEST(life.host.count("launch w2") == 0u);
}

BOOST_AUTO_TEST_CASE(KILL_is_sent_again_and_again_to_what_it_does_not_end)
{
    Life life{"id:3:initdefault:\nr1:3:respawn:/bin/r\n"};
    fakes::Behaviour& entry = life.host.entry("r1");
    entry.hangs = entry.deaf = entry.stuck = true;
    life.host.signal_at(1s, SIGTERM);
    BOOST_TEST(life.run() == 0);
    BOOST_TEST((life.host.when("KILL rest") == 1s + kill_after_signal));
    BOOST_TEST((life.host.when("KILL rest", 20) <= 1s + kill_after_signal + 100ms));
    BOOST_TEST((life.host.elapsed() <= 1s + deadline_after_signal));
}

BOOST_AUTO_TEST_CASE(ending_at_once_does_not_wait_for_the_share_of_an_entry)
{
    Life life{"id:3:initdefault:\nr1:3:respawn:/bin/r\n"};
    life.host.entry("r1").hangs = life.host.entry("r1").deaf = true;
    life.host.signal_at(1s, SIGTERM);
    life.host.signal_at(1500ms, SIGRTMIN + 13);
    BOOST_TEST(life.run() == 0);
    BOOST_TEST((life.host.when("reserve") == 1500ms));
}

BOOST_AUTO_TEST_CASE(a_reserve_whose_timer_fires_too_early_begins_at_its_time)
{
    Life life;
    life.red_hat({"deaf"});
    life.host.stop_of("deaf").hangs = true;
    life.host.signal_at(1s, SIGTERM);
    life.host.at(3s, world::TimerFired{{world::Timer::Kind::stop_reserve}});
    BOOST_TEST(life.run() == 73);
    BOOST_TEST((life.host.when("reserve") == 1s + reserve_after_signal));
}

BOOST_AUTO_TEST_CASE(a_script_that_KILL_does_not_end_gets_it_again_every_five_seconds)
{
    Life life;
    life.red_hat({"stuck"});
    life.settings.start_timeout = 10s;
    fakes::Behaviour& start = life.host.start_of("stuck");
    start.hangs = start.deaf = start.stuck = true;
    life.host.signal_at(30s, SIGRTMIN + 13);
    (void)life.run();
    const auto begun = life.host.when("start stuck");
    BOOST_TEST((life.host.when("TERM script stuck") == begun + 10s));
    BOOST_TEST((life.host.when("KILL script stuck") == begun + 15s));
    BOOST_TEST((life.host.when("KILL script stuck", 1) == begun + 20s));
}

BOOST_AUTO_TEST_CASE(a_start_that_not_even_KILL_ends_holds_up_neither_the_boot_nor_a_stop)
{
    for (const char* how : {"boot", "outside", "inside"}) {
        Life life;
        life.red_hat({"db", "stuck", "web"});
        life.settings.start_timeout = how == std::string("boot") ? 10s : 300s;
        fakes::Behaviour& start = life.host.start_of("stuck");
        start.hangs = start.deaf = start.stuck = true;
        if (how == std::string("inside"))
            life.host.request_at(5s, '0');
        else
            life.host.signal_at(how == std::string("boot") ? 60s : 5s, SIGTERM);
        BOOST_TEST_CONTEXT(how)
        {
            BOOST_TEST(life.run() == 0);
            BOOST_TEST(life.host.has_said("stuck: start has not ended on KILL"));
            BOOST_TEST(life.host.count("stop db") == 1u);
            BOOST_TEST(life.host.count("stop stuck") == 1u);
            if (how == std::string("boot"))
                BOOST_TEST(life.host.count("start web") == 1u);
            if (how == std::string("outside"))
                BOOST_TEST((life.host.when("stop db") < 5s + reserve_after_signal));
            else if (how == std::string("inside"))
                BOOST_TEST((life.host.when("stop db") <= 5s + 15s));
        }
    }
}

BOOST_AUTO_TEST_CASE(a_K_script_that_not_even_KILL_ends_does_not_hold_up_a_stop_without_a_deadline_for_ever)
{
    Life life;
    life.red_hat({"db", "stuck"});
    fakes::Behaviour& stop = life.host.stop_of("stuck");
    stop.hangs = stop.deaf = stop.stuck = true;
    life.host.request_at(1s, '0');
    BOOST_TEST(life.run() == 73);
    BOOST_TEST(life.host.count("stop db") == 1u);
    BOOST_TEST((life.host.elapsed() < 180s));
}

BOOST_AUTO_TEST_CASE(a_stop_before_anything_has_run_ends_at_once)
{
    Life life;
    life.red_hat({"web"});
    life.host.signal_at(0ms, SIGTERM);
    BOOST_TEST(life.run() == 0);
    BOOST_TEST(life.host.count("start web") == 0u);
    BOOST_TEST((life.host.elapsed() < 100ms));
}

BOOST_AUTO_TEST_CASE(where_there_is_a_crowd_its_end_has_time_before_the_deadline)
{
    for (const std::size_t crowd : {std::size_t{100}, std::size_t{2200}}) {
        Life life;
        life.red_hat({"a"});
        life.host.hidden_crowd = crowd;
        life.host.at(1s, world::OrphansReaped{});
        life.host.before_event = [&life, added = false]() mutable {
            if (!added && life.host.elapsed() >= 1s)
                added = life.host.add_stray(true) != 0;
        };
        life.host.signal_at(2s, SIGTERM);
        BOOST_TEST(life.run() == 0);
        const auto early = 2s + 9200ms - life.host.when("KILL rest");
        BOOST_TEST(early >= (crowd > 200 ? 600ms : 0ms));
        BOOST_TEST(early <= (crowd > 200 ? 602ms : 0ms)); // a few more than the crowd
    }
}
