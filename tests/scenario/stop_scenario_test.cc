// SPDX-License-Identifier: MIT
// The stop from every state: order, shares, deadline, and the status that says how it went.
#define BOOST_TEST_MODULE stop_scenario
#include "scenario/life.h"

#include <boost/test/unit_test.hpp>

using namespace init;
using namespace init::scenario;

BOOST_AUTO_TEST_CASE(each_stop_signal_has_its_level_and_its_status)
{
    struct Row {
        int signo;
        int status;
        bool runs_k_scripts;
        const char* level;
    };
    const Row rows[] = {
        {SIGTERM, 0, true, "level 3 0"},        {SIGQUIT, 0, true, "level 3 0"},
        {SIGPWR, 0, true, "level 3 0"},         {SIGRTMIN + 3, 0, true, "level 3 0"},
        {SIGRTMIN + 4, 0, true, "level 3 0"},   {SIGINT, 130, true, "level 3 0"},
        {SIGRTMIN + 5, 133, true, "level 3 6"}, {SIGRTMIN + 13, 0, false, "level 3 0"},
        {SIGRTMIN + 14, 0, false, "level 3 0"}, {SIGRTMIN + 15, 133, false, "level 3 6"},
    };
    for (const Row& row : rows) {
        BOOST_TEST_CONTEXT("signal " << row.signo)
        {
            Life life;
            life.red_hat({"sshd"});
            life.host.signal_at(1s, row.signo);
            BOOST_TEST(life.run() == row.status);
            BOOST_TEST(life.host.count("stop sshd") == (row.runs_k_scripts ? 1u : 0u));
            BOOST_TEST(life.host.count(row.level) == 1u);
        }
    }
}

BOOST_AUTO_TEST_CASE(a_signal_that_ends_at_once_does_so_while_stopping_as_well)
{
    for (const auto& [signo, status] :
         {std::pair{SIGRTMIN + 13, 0}, std::pair{SIGRTMIN + 14, 0}, std::pair{SIGRTMIN + 15, 133}}) {
        Life life;
        life.red_hat({"a", "slow"});
        life.host.stop_of("slow").hangs = true;
        life.host.signal_at(1s, SIGTERM);
        life.host.signal_at(1200ms, signo);
        BOOST_TEST(life.run() == status);
        BOOST_TEST(life.host.count("stop a") == 0u);
        BOOST_TEST((life.host.when("reserve") == 1200ms));
        BOOST_TEST(life.host.elapsed().count() < 1300);
    }
}

BOOST_AUTO_TEST_CASE(a_K_script_that_runs_already_goes_on_and_is_not_run_twice)
{
    for (const auto takes : {3s, 30s}) {
        Life life;
        life.red_hat({"a", "slow"});
        life.host.start_of("slow").leaves_daemon = false;
        life.host.start_of("slow").locks = true;
        life.host.stop_of("slow").takes = takes;
        life.host.request_at(1s, '2');
        life.host.signal_at(1500ms, SIGTERM);
        BOOST_TEST(life.run() == (takes == 3s ? 0 : 73));
        BOOST_TEST(life.host.count("TERM script slow") == 0u);
        BOOST_TEST(life.host.count("stop slow") == 1u);
        BOOST_TEST(life.in_order("stop a", "reserve"));
        if (takes == 3s)
            BOOST_TEST((life.host.when("stop a") == 4s));
        else
            BOOST_TEST((life.host.when("reserve") == 1500ms + reserve_after_signal));
        BOOST_TEST((life.host.elapsed() < life.host.when("reserve") + 100ms));
    }
}

BOOST_AUTO_TEST_CASE(a_service_whose_K_script_failed_is_not_taken_for_stopped)
{
    Life life;
    life.red_hat({"a", "oneshot"});
    life.host.start_of("oneshot").leaves_daemon = false;
    life.host.stop_of("oneshot").status = exited(1);
    life.host.request_at(1s, '2');
    life.host.signal_at(2s, SIGTERM);
    BOOST_TEST(life.run() == 0);
    BOOST_TEST(life.host.count("stop oneshot") == 2u);
    BOOST_TEST(life.host.count("stop a") == 1u);
}

BOOST_AUTO_TEST_CASE(what_is_forked_while_KILL_goes_round_gets_its_own)
{
    Life life;
    life.red_hat({"a"});
    life.host.add_stray(true);
    int forks = 3;
    life.host.before_event = [&] {
        if (life.host.count("KILL rest") != 0 && forks-- > 0)
            life.host.add_stray(true);
    };
    life.host.signal_at(1s, SIGTERM);
    BOOST_TEST(life.run() == 0);
    BOOST_TEST(life.host.alive() == 0u);
    BOOST_TEST(life.host.count("KILL rest") > 1u);
    BOOST_TEST((life.host.when("KILL rest") == 1s + kill_after_signal));
    BOOST_TEST((life.host.elapsed() < 1s + deadline_after_signal));
}

BOOST_AUTO_TEST_CASE(requests_for_levels_0_and_6_stop_with_0_and_133)
{
    for (const auto& [letter, status] : {std::pair{'0', 0}, std::pair{'6', 133}}) {
        Life life;
        life.red_hat({"sshd"});
        life.host.request_at(1s, letter);
        BOOST_TEST(life.run() == status);
        BOOST_TEST(life.host.count("stop sshd") == 1u);
    }
}

BOOST_AUTO_TEST_CASE(what_an_S_script_of_level_0_began_is_not_stopped_by_a_script)
{
    Life life;
    life.red_hat({"sshd"});
    life.host.file("/etc/rc.d/init.d/goodbye", "", true);
    life.host.link("/etc/rc.d/rc0.d", "S10goodbye");
    life.host.start_of("goodbye").leaves_daemon = true;
    life.host.signal_at(1s, SIGTERM);
    BOOST_TEST(life.run() == 0);
    BOOST_TEST(life.in_order("stop sshd", "start goodbye"));
    BOOST_TEST(life.host.count("stop goodbye") == 0u);
}

BOOST_AUTO_TEST_CASE(a_stop_with_nothing_to_wait_for_takes_no_time)
{
    Life life;
    life.red_hat({});
    life.host.signal_at(1s, SIGTERM);
    BOOST_TEST(life.run() == 0);
    BOOST_TEST(life.host.elapsed().count() == 1000);
}

BOOST_AUTO_TEST_CASE(K_links_that_cannot_be_listed_are_said_and_cost_the_order_and_the_status)
{
    Life life;
    life.red_hat({"first", "second"});
    for (const char* name : {"first", "second"})
        life.host.file(std::string("/etc/rc.d/init.d/") + name, "", true);
    life.host.unreadable.insert("/etc/rc.d/rc0.d");
    life.host.signal_at(1s, SIGTERM);
    BOOST_TEST(life.run() == 73);
    BOOST_TEST(life.host.has_said("/etc/rc.d/rc0.d: cannot be listed (Permission denied), no K-script"));
    BOOST_TEST(life.in_order("stop second", "stop first"));
}

BOOST_AUTO_TEST_CASE(a_stop_during_sysinit_ends_the_script_and_runs_no_K_script)
{
    Life life;
    life.red_hat({"sshd"});
    life.host.script("rc.sysinit").hangs = true;
    life.host.signal_at(1s, SIGTERM);
    BOOST_TEST(life.run() == 0);
    BOOST_TEST(life.host.count("TERM script rc.sysinit") == 1u);
    BOOST_TEST(life.host.count("start sshd") == 0u);
    BOOST_TEST(life.host.count("stop sshd") == 0u);
    BOOST_TEST((life.host.when("TERM script rc.sysinit") == 1s));
    BOOST_TEST(life.host.elapsed().count() < 1100);
}

BOOST_AUTO_TEST_CASE(a_stop_during_a_hanging_start_ends_it_and_stops_that_service_and_those_before_it)
{
    Life life;
    life.red_hat({"first", "hangs", "never"});
    life.host.start_of("hangs").hangs = true;
    life.host.signal_at(2s, SIGTERM);
    BOOST_TEST(life.run() == 0);
    BOOST_TEST((life.host.when("TERM script hangs") == 2s));
    BOOST_TEST(life.in_order("TERM script hangs", "stop hangs"));
    BOOST_TEST(life.in_order("stop hangs", "stop first"));
    BOOST_TEST(life.host.count("stop never") == 0u);
}

BOOST_AUTO_TEST_CASE(a_start_that_is_deaf_to_TERM_is_killed_and_costs_no_more_than_its_share)
{
    Life life;
    life.red_hat({"first", "deaf"});
    life.host.start_of("deaf").hangs = life.host.start_of("deaf").deaf = true;
    life.host.signal_at(1s, SIGTERM);
    BOOST_TEST(life.run() == 0);
    // Two services are to be stopped, then comes what follows the scripts.
    BOOST_TEST((life.host.when("KILL script deaf") == 1s + reserve_after_signal / 4));
    BOOST_TEST(life.in_order("KILL script deaf", "stop first"));
    BOOST_TEST((life.host.when("stop first") < 1s + reserve_after_signal / 4 + 100ms));
    BOOST_TEST((life.host.elapsed() < 1s + reserve_after_signal / 4 + 200ms));
}

BOOST_AUTO_TEST_CASE(a_deaf_K_script_never_eats_the_time_of_the_others_and_the_status_is_73)
{
    Life life;
    life.red_hat({"a", "b", "deaf", "c"});
    life.host.stop_of("deaf").hangs = life.host.stop_of("deaf").deaf = true;
    life.host.signal_at(1s, SIGTERM);
    BOOST_TEST(life.run() == 73);
    for (const char* name : {"stop a", "stop b", "stop c"})
        BOOST_TEST(life.host.count(name) == 1u);
    BOOST_TEST(life.host.has_said("deaf: stop has used its share"));
    const auto begun = life.host.when("stop deaf");
    BOOST_TEST((life.host.when("stop b") == begun + (1s + reserve_after_signal - begun) / 3));
    BOOST_TEST((life.host.when("reserve") == 1s + reserve_after_signal)); // it may end well until then
    BOOST_TEST((life.host.when("KILL rest") == 1s + kill_after_signal));
    BOOST_TEST((life.host.elapsed() <= 1s + deadline_after_signal));
}

BOOST_AUTO_TEST_CASE(a_slow_K_script_may_use_what_early_finishers_give_back)
{
    Life life;
    life.red_hat({"slow", "b", "c", "d"}); // `slow` stops last
    life.host.stop_of("slow").takes = 6s;
    life.host.signal_at(1s, SIGTERM);
    BOOST_TEST(life.run() == 0);
    BOOST_TEST((*life.host.spans.at("stop slow").end == life.host.when("stop slow") + 6s));
    BOOST_TEST((life.host.when("reserve") == *life.host.spans.at("stop slow").end));
    BOOST_TEST(life.host.elapsed().count() < 7200);
}

BOOST_AUTO_TEST_CASE(a_K_script_that_is_overtaken_may_still_end_well)
{
    Life life;
    life.red_hat({"a", "b", "c", "slow"}); // `slow` stops first
    life.host.stop_of("slow").takes = 5s;
    life.host.signal_at(1s, SIGTERM);
    BOOST_TEST(life.run() == 0);
    BOOST_TEST((life.host.when_said("going on with the next") == 1s + reserve_after_signal / 4));
    BOOST_TEST((life.host.when("stop c") == 1s + reserve_after_signal / 4));
    BOOST_TEST((life.host.when("reserve") == 6s));
}

BOOST_AUTO_TEST_CASE(the_deadline_holds_against_processes_that_never_end)
{
    Life life;
    life.red_hat({"a"});
    for (int i = 0; i < 50; ++i)
        life.host.add_stray(true);
    life.host.signal_at(1s, SIGTERM);
    BOOST_TEST(life.run() == 0);
    BOOST_TEST(life.in_order("TERM rest", "KILL rest"));
    BOOST_TEST((life.host.when("TERM rest") == *life.host.spans.at("stop a").end));
    BOOST_TEST((life.host.when("KILL rest") == 1s + kill_after_signal));
    BOOST_TEST((life.host.elapsed() <= 1s + deadline_after_signal));
}

BOOST_AUTO_TEST_CASE(the_deadline_holds_against_a_fork_storm)
{
    Life life;
    life.red_hat({"a"});
    bool storm = false;
    life.host.before_event = [&] {
        storm = storm || life.host.count("TERM rest") != 0;
        if (storm && life.host.alive() < 100)
            life.host.add_stray(true);
    };
    life.host.add_stray(true);
    life.host.signal_at(1s, SIGTERM);
    BOOST_TEST(life.run() == 0);
    BOOST_TEST((life.host.when("KILL rest") == 1s + kill_after_signal));
    BOOST_TEST((life.host.elapsed() > 1s + kill_after_signal + 200ms)); // it is fought until near the end
    BOOST_TEST((life.host.elapsed() <= 1s + deadline_after_signal));
}

BOOST_AUTO_TEST_CASE(services_without_a_K_link_end_in_reverse_start_order_after_the_K_scripts)
{
    Life life;
    life.red_hat({"linked"});
    life.host.link("/etc/rc.d/rc3.d", "S80one");
    life.host.link("/etc/rc.d/rc3.d", "S81two");
    life.host.start_of("one").leaves_daemon = life.host.start_of("two").leaves_daemon = true;
    life.host.signal_at(1s, SIGTERM);
    BOOST_TEST(life.run() == 0);
    BOOST_TEST(life.in_order("stop linked", "TERM process two"));
    BOOST_TEST(life.in_order("TERM process two", "TERM process one"));
    BOOST_TEST(life.in_order("TERM process one", "reserve"));
}

BOOST_AUTO_TEST_CASE(a_service_without_a_K_link_is_stopped_by_its_script_where_it_has_one)
{
    Life life;
    life.red_hat({"linked"});
    for (const char* name : {"one", "two", "oneshot"}) {
        life.host.link("/etc/rc.d/rc3.d", std::string("S80") + name);
        life.host.file(std::string("/etc/rc.d/init.d/") + name, "#!/bin/sh\n", true);
    }
    life.host.start_of("one").leaves_daemon = life.host.start_of("two").leaves_daemon = true;
    life.host.signal_at(1s, SIGTERM);
    BOOST_TEST(life.run() == 0);
    BOOST_TEST(life.in_order("stop linked", "stop two"));
    BOOST_TEST(life.in_order("stop two", "stop one"));
    BOOST_TEST(life.in_order("stop one", "reserve"));
    // It left nothing behind, and its start was run and not stopped since.
    BOOST_TEST(life.in_order("stop oneshot", "reserve"));
    BOOST_TEST(life.host.count("TERM process one") == 0u);
}

BOOST_AUTO_TEST_CASE(a_service_that_runs_nowhere_is_left_alone)
{
    Life life;
    life.red_hat({"up"});
    life.host.link("/etc/rc.d/rc0.d", "K10idle");
    life.host.signal_at(1s, SIGTERM);
    BOOST_TEST(life.run() == 0);
    BOOST_TEST(life.host.count("stop idle") == 0u);
    BOOST_TEST(life.host.count("stop up") == 1u);
}

BOOST_AUTO_TEST_CASE(a_lock_alone_is_enough_for_a_K_script)
{
    Life life;
    life.red_hat({"up"});
    life.host.link("/etc/rc.d/rc0.d", "K10locked");
    life.host.file("/var/lock/subsys/locked");
    life.host.signal_at(1s, SIGTERM);
    life.run();
    BOOST_TEST(life.host.count("stop locked") == 1u);
}

BOOST_AUTO_TEST_CASE(a_K_scripts_own_failure_is_reported_and_changes_no_status)
{
    Life life;
    life.red_hat({"a", "b"});
    life.host.stop_of("b").status = exited(1);
    life.host.signal_at(1s, SIGTERM);
    BOOST_TEST(life.run() == 0);
    BOOST_TEST(life.host.has_said("b: stop ended with status 1"));
    BOOST_TEST(life.host.count("stop a") == 1u);
}

BOOST_AUTO_TEST_CASE(a_stop_from_inside_has_no_deadline)
{
    Life life;
    life.red_hat({"a", "slow"});
    life.host.stop_of("slow").takes = 40s;
    life.host.request_at(1s, '0');
    BOOST_TEST(life.run() == 0);
    BOOST_TEST((life.host.when("stop a") == 41s));
    BOOST_TEST((life.host.elapsed() < 41s + 100ms));
    BOOST_TEST(life.host.count("TERM script slow") == 0u);
}

BOOST_AUTO_TEST_CASE(a_stop_from_inside_ends_a_script_at_its_stop_timeout)
{
    Life life;
    life.red_hat({"a", "deaf"});
    life.host.stop_of("deaf").hangs = life.host.stop_of("deaf").deaf = true;
    life.host.request_at(1s, '0');
    BOOST_TEST(life.run() == 73);
    BOOST_TEST((life.host.when("TERM script deaf") == 1s + 90s));
    BOOST_TEST((life.host.when("KILL script deaf") == 1s + 90s + 5s));
    BOOST_TEST(life.in_order("KILL script deaf", "stop a"));
    BOOST_TEST((life.host.elapsed() < 1s + 90s + 5s + 200ms));
}

BOOST_AUTO_TEST_CASE(a_stop_signal_brings_its_deadline_to_a_stop_from_inside)
{
    Life life;
    life.red_hat({"a", "deaf"});
    life.host.stop_of("deaf").hangs = true;
    life.host.request_at(1s, '0');
    life.host.signal_at(5s, SIGTERM);
    BOOST_TEST(life.run() == 73);
    BOOST_TEST((life.host.when("stop a") == 5s + reserve_after_signal / 2));
    BOOST_TEST((life.host.when("reserve") == 5s + reserve_after_signal));
    BOOST_TEST((life.host.elapsed() < 5s + reserve_after_signal + 100ms));
}

BOOST_AUTO_TEST_CASE(TERM_from_inside_while_stopping_changes_nothing)
{
    Life life;
    life.red_hat({"a", "slow"});
    life.host.stop_of("slow").takes = 20s;
    life.host.request_at(1s, '0');
    life.host.signal_at(2s, SIGTERM, false);
    life.host.signal_at(4s, SIGTERM, false);
    life.host.signal_at(6s, SIGTERM, false);
    BOOST_TEST(life.run() == 0);
    BOOST_TEST((life.host.when("stop a") == 21s));
    BOOST_TEST((life.host.elapsed() < 21s + 100ms));
    BOOST_TEST(life.host.count("stop a") == 1u);
}

BOOST_AUTO_TEST_CASE(a_second_signal_halves_what_is_left_and_a_third_ends_everything_now)
{
    Life life;
    life.red_hat({"a", "deaf"});
    life.host.stop_of("deaf").hangs = true;
    life.host.signal_at(1s, SIGTERM);
    life.host.signal_at(1500ms, SIGTERM); // within a second: a repeat
    life.host.signal_at(3s, SIGTERM);
    BOOST_TEST(life.run() == 73);
    BOOST_TEST((life.host.when("reserve") == 3s + (1s + reserve_after_signal - 3s) / 2));
    BOOST_TEST((life.host.elapsed() < life.host.when("reserve") + 100ms));

    Life third;
    third.red_hat({"a", "deaf"});
    third.host.stop_of("deaf").hangs = true;
    third.host.signal_at(1s, SIGTERM);
    third.host.signal_at(3s, SIGTERM);
    third.host.signal_at(4500ms, SIGTERM);
    BOOST_TEST(third.run() == 73);
    BOOST_TEST((third.host.when("reserve") == 4500ms));
    BOOST_TEST(third.host.elapsed().count() < 4700);
}

BOOST_AUTO_TEST_CASE(a_visitors_shell_costs_at_most_a_fifth_of_a_second)
{
    Life life;
    life.red_hat({"a"});
    life.host.make_visitor();
    life.host.signal_at(1s, SIGTERM);
    BOOST_TEST(life.run() == 0);
    BOOST_TEST(life.host.count("HUP visitors") == 1u);
    BOOST_TEST((life.host.elapsed() >= life.host.when("reserve") + 200ms));
    BOOST_TEST((life.host.elapsed() <= life.host.when("reserve") + 205ms));
}

BOOST_AUTO_TEST_CASE(the_image_s_halt_hook_runs_last_and_within_the_time)
{
    Life life;
    life.red_hat({"a"});
    life.host.file("/sbin/halt.local", "#!/bin/sh\n", true);
    life.host.signal_at(1s, SIGTERM);
    BOOST_TEST(life.run() == 0);
    BOOST_TEST(life.in_order("stop a", "run halt.local"));
    BOOST_TEST(life.in_order("run halt.local", "reserve"));

    Life hanging;
    hanging.red_hat({"a"});
    hanging.host.file("/sbin/halt.local", "#!/bin/sh\n", true);
    hanging.host.script("halt.local").hangs = hanging.host.script("halt.local").deaf = true;
    hanging.host.signal_at(1s, SIGTERM);
    BOOST_TEST(hanging.run() == 0); // it is no K-script
    BOOST_TEST((hanging.host.when("reserve") == 1s + reserve_after_signal));
    BOOST_TEST((hanging.host.when("KILL rest") == 1s + kill_after_signal));
    BOOST_TEST((hanging.host.elapsed() <= 1s + deadline_after_signal));
}

BOOST_AUTO_TEST_CASE(inittab_children_end_before_the_K_scripts)
{
    Life life;
    life.red_hat({"db"});
    life.host.file("/etc/inittab", "id:3:initdefault:\nap:3:respawn:/bin/app\n");
    life.host.entry("ap").hangs = true;
    life.host.signal_at(1s, SIGTERM);
    BOOST_TEST(life.run() == 0);
    BOOST_TEST(life.in_order("TERM entry ap", "stop db"));
    BOOST_TEST(life.host.count("launch ap") == 1u);
}

BOOST_AUTO_TEST_CASE(a_K_script_that_cannot_be_launched_costs_that_script_alone_and_the_status_is_73)
{
    Life life;
    life.red_hat({"a", "broken"});
    life.host.stop_of("broken").fails_to_exec = EACCES;
    life.host.signal_at(1s, SIGTERM);
    BOOST_TEST(life.run() == 73);
    BOOST_TEST(life.host.count("stop a") == 1u);
    BOOST_TEST(life.host.has_said("broken: stop failed"));
    BOOST_TEST(life.in_order("stop a", "TERM process broken")); // it is still up, and gets its share
    BOOST_TEST(life.in_order("TERM process broken", "reserve"));
}

BOOST_AUTO_TEST_CASE(a_stop_at_every_tenth_millisecond_of_a_boot_is_clean)
{
    for (auto moment = 0ms; moment < 400ms; moment += 10ms) {
        BOOST_TEST_CONTEXT("stop after " << moment.count() << " ms")
        {
            Life life;
            life.red_hat({"a", "b", "c", "d", "e", "f"});
            for (const char* name : {"a", "b", "c", "d", "e", "f"})
                life.host.start_of(name).takes = 50ms;
            life.host.signal_at(moment, SIGTERM);
            BOOST_TEST(life.run() == 0);
            BOOST_TEST((life.host.elapsed() >= moment));
            BOOST_TEST((life.host.elapsed() < moment + 200ms)); // six stops of 10 ms and a daemon's end
            for (const char* name : {"a", "b", "c", "d", "e", "f"})
                BOOST_TEST(life.host.count(std::string("start ") + name) ==
                           life.host.count(std::string("stop ") + name));
        }
    }
}
