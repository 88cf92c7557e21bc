// SPDX-License-Identifier: MIT
// The inittab at work and the changes of level: what is started, left alone, told to end and started again.
#define BOOST_TEST_MODULE levels_scenario
#include "scenario/life.h"

#include <boost/test/unit_test.hpp>

using namespace init;
using namespace init::scenario;

BOOST_AUTO_TEST_CASE(a_waited_for_entry_holds_up_what_stands_behind_it)
{
    Life life{"id:3:initdefault:\nw1:3:wait:/bin/w\no1:3:once:/bin/o\n"};
    life.host.entry("w1").takes = 500ms;
    life.host.signal_at(2s, SIGTERM);
    std::chrono::milliseconds started{};
    life.host.before_event = [&] {
        if (started == 0ms && life.host.count("launch o1") == 1)
            started = life.host.elapsed();
    };
    BOOST_TEST(life.run() == 0);
    BOOST_TEST(started.count() == 500);
}

BOOST_AUTO_TEST_CASE(a_respawn_entry_waits_for_what_stands_before_it)
{
    Life life{"id:3:initdefault:\nw:3:wait:/bin/w\nr:3:respawn:/bin/r\n"};
    life.host.entry("w").takes = 2s;
    life.host.entry("r").hangs = true;
    life.host.signal_at(5s, SIGTERM);
    BOOST_TEST(life.run() == 0);
    BOOST_TEST((life.host.when("launch r") >= life.host.when("launch w") + 2s));
}

BOOST_AUTO_TEST_CASE(a_respawn_entry_starts_again_at_once_and_is_held_back_after_ten_starts)
{
    Life life{"id:3:initdefault:\nr1:3:respawn:/bin/r\n"};
    life.host.entry("r1").takes = 10ms;
    life.host.signal_at(250s, SIGTERM);
    BOOST_TEST(life.run() == 0);
    BOOST_TEST(life.host.count("launch r1") == 10u);
    BOOST_TEST(life.host.has_said("Id \"r1\" respawning too fast: disabled for 5 minutes"));
}

BOOST_AUTO_TEST_CASE(the_hold_ends_after_five_minutes_and_telinit_q_ends_it_at_once)
{
    Life life{"id:3:initdefault:\nr1:3:respawn:/bin/r\n"};
    life.host.entry("r1").takes = 10ms;
    life.host.request_at(10s, 'q');
    life.host.signal_at(20s, SIGTERM);
    BOOST_TEST(life.run() == 0);
    BOOST_TEST(life.host.count("launch r1") == 20u);
    BOOST_TEST((life.host.when("launch r1", 10) == 10s));

    Life later{"id:3:initdefault:\nr1:3:respawn:/bin/r\n"};
    later.host.entry("r1").takes = 10ms;
    later.host.signal_at(310s, SIGTERM);
    BOOST_TEST(later.run() == 0);
    BOOST_TEST((later.host.when("launch r1", 10) == later.host.when_said("disabled for 5 minutes") + 5min));
    BOOST_TEST(later.host.count("launch r1") == 20u);
}

BOOST_AUTO_TEST_CASE(a_respawn_program_that_is_not_there_is_said_once_and_does_not_spin)
{
    Life life{"id:3:initdefault:\nr1:3:respawn:/bin/none\n"};
    life.host.entry("r1").fails_to_exec = ENOENT;
    life.host.signal_at(5s, SIGTERM);
    BOOST_TEST(life.run() == 0);
    BOOST_TEST(life.host.count("launch r1") == 10u);
    BOOST_TEST(std::count_if(life.host.said.begin(), life.host.said.end(), [](const std::string& line) {
                   return line.find("cannot start") != std::string::npos;
               }) == 1);
}

BOOST_AUTO_TEST_CASE(an_entry_of_both_levels_keeps_its_process_and_others_are_told_to_end)
{
    Life life{"id:3:initdefault:\nb1:23:respawn:/bin/b\nt1:3:respawn:/bin/t\nw2:2:respawn:/bin/w\n"};
    for (const char* id : {"b1", "t1", "w2"})
        life.host.entry(id).hangs = true;
    life.host.request_at(1s, '2');
    life.host.signal_at(5s, SIGTERM);
    BOOST_TEST(life.run() == 0);
    BOOST_TEST(life.host.count("launch b1") == 1u);
    BOOST_TEST(life.in_order("TERM entry t1", "launch w2"));
    BOOST_TEST(life.in_order("level 3 2", "TERM entry t1"));
}

BOOST_AUTO_TEST_CASE(what_is_deaf_to_TERM_is_killed_after_the_sleep_time)
{
    Life life{"id:3:initdefault:\nt1:3:respawn:/bin/t\nw2:2:once:/bin/w\n"};
    life.host.entry("t1").hangs = life.host.entry("t1").deaf = true;
    model::InitctlRequest request;
    request.runlevel = '2';
    request.sleeptime = 7s;
    life.host.at(1s, world::Requested{request});
    life.host.signal_at(20s, SIGTERM);
    std::chrono::milliseconds started{};
    life.host.before_event = [&] {
        if (started == 0ms && life.host.count("launch w2") == 1)
            started = life.host.elapsed();
    };
    BOOST_TEST(life.run() == 0);
    BOOST_TEST((life.host.when("KILL entry t1") == 1s + 7s));
    BOOST_TEST(life.in_order("KILL entry t1", "launch w2"));
    BOOST_TEST(started.count() >= 8000);
    BOOST_TEST(started.count() < 8100);
}

BOOST_AUTO_TEST_CASE(a_level_change_in_the_middle_of_a_level_change_interrupts_the_scripts_and_wins)
{
    Life life;
    life.red_hat({"one", "two", "three"});
    life.host.start_of("two").takes = 10s;
    life.host.link("/etc/rc.d/rc5.d", "S20five");
    life.host.request_at(1s, '5');
    life.host.signal_at(30s, SIGTERM);
    BOOST_TEST(life.run() == 0);
    BOOST_TEST((life.host.when("TERM script two") == 1s));
    BOOST_TEST((life.host.when("start five") < 1s + 100ms));
    BOOST_TEST(life.in_order("TERM script two", "start five"));
    BOOST_TEST(life.host.count("start three") == 0u);
    BOOST_TEST(life.host.count("level 3 5") == 1u);
}

BOOST_AUTO_TEST_CASE(a_request_for_the_level_that_is_running_changes_nothing)
{
    Life life;
    life.red_hat({"one"});
    life.host.request_at(1s, '3');
    life.host.signal_at(2s, SIGTERM);
    BOOST_TEST(life.run() == 0);
    BOOST_TEST(life.host.count("start one") == 1u);
    BOOST_TEST(life.host.count("level 3 3") == 0u);
}

BOOST_AUTO_TEST_CASE(on_demand_groups_start_without_a_level_change_and_live_on_across_one)
{
    Life life{"id:3:initdefault:\nd1:a:ondemand:/bin/d\n"};
    life.host.entry("d1").hangs = true;
    life.host.request_at(1s, 'a');
    life.host.request_at(2s, '2');
    life.host.signal_at(3s, SIGTERM);
    BOOST_TEST(life.run() == 0);
    BOOST_TEST(life.host.count("launch d1") == 1u);
    BOOST_TEST(life.in_order("level 3 2", "TERM rest"));
    BOOST_TEST(!life.in_order("TERM entry d1", "level 3 2"));
}

BOOST_AUTO_TEST_CASE(wait_and_once_run_again_after_a_level_without_them_and_not_before)
{
    Life life{"id:3:initdefault:\no1:34:once:/bin/o\n"};
    life.host.request_at(1s, '4');
    life.host.request_at(2s, '2');
    life.host.request_at(3s, '3');
    life.host.signal_at(4s, SIGTERM);
    BOOST_TEST(life.run() == 0);
    BOOST_TEST(life.host.count("launch o1") == 2u);
}

BOOST_AUTO_TEST_CASE(power_entries_run_by_the_letter_in_the_status_file)
{
    struct Row {
        const char* text;
        const char* entry;
    };
    for (const Row& row : {Row{"O", "ok"}, Row{"L", "pn"}, Row{"F", "pf"}}) {
        Life life{
            "id:3:initdefault:\npf::powerfail:/bin/f\npn::powerfailnow:/bin/n\nok::powerokwait:/bin/o\n"};
        life.host.file("/var/run/powerstatus", row.text);
        life.host.signal_at(1s, SIGPWR);
        life.host.signal_at(2s, SIGTERM);
        BOOST_TEST(life.run() == 0);
        for (const char* id : {"pf", "pn", "ok"})
            BOOST_TEST(life.host.count(std::string("launch ") + id) ==
                       (std::string(id) == row.entry ? 1u : 0u));
    }
}

BOOST_AUTO_TEST_CASE(int_runs_the_ctrlaltdel_entry_where_that_is_set)
{
    Life life{"id:3:initdefault:\nca::ctrlaltdel:/sbin/shutdown -r now\n"};
    life.settings.int_signal = model::IntChoice::ctrlaltdel;
    life.host.signal_at(1s, SIGINT);
    life.host.signal_at(2s, SIGTERM);
    BOOST_TEST(life.run() == 0);
    BOOST_TEST(life.host.count("launch ca") == 1u);

    Life without{"id:3:initdefault:\n"};
    without.settings.int_signal = model::IntChoice::ctrlaltdel;
    without.host.signal_at(1s, SIGINT);
    BOOST_TEST(without.run() == 133);
}

BOOST_AUTO_TEST_CASE(a_getty_on_a_device_that_is_not_there_is_skipped_once_with_a_line)
{
    Life life{"id:3:initdefault:\n1:2345:respawn:/sbin/mingetty tty1\ns:S:wait:/sbin/sulogin\n"};
    life.host.request_at(1s, 'S');
    life.host.signal_at(5s, SIGTERM);
    BOOST_TEST(life.run() == 0);
    BOOST_TEST(life.host.count("launch 1") == 0u);
    BOOST_TEST(life.host.count("launch s") == 0u);
    BOOST_TEST(std::count_if(life.host.said.begin(), life.host.said.end(), [](const std::string& line) {
                   return line.find("/dev/tty1 does not exist") != std::string::npos;
               }) == 1);
    BOOST_TEST(life.host.has_said("there is no terminal"));
}

BOOST_AUTO_TEST_CASE(a_reload_that_cannot_read_the_table_leaves_the_old_one)
{
    Life life{"id:3:initdefault:\nr1:3:respawn:/bin/r\n"};
    life.host.entry("r1").hangs = true;
    bool broken = false;
    life.host.before_event = [&] {
        if (!broken && life.host.count("launch r1") == 1)
            life.host.unreadable.insert("/etc/inittab"), broken = true;
    };
    life.host.signal_at(1s, SIGHUP);
    life.host.signal_at(2s, SIGTERM);
    BOOST_TEST(life.run() == 0);
    BOOST_TEST(life.host.has_said("the old table stands"));
    BOOST_TEST(life.host.count("launch r1") == 1u);
}

BOOST_AUTO_TEST_CASE(a_reload_starts_what_is_new_and_ends_what_is_gone)
{
    Life life{"id:3:initdefault:\nr1:3:respawn:/bin/r\n"};
    life.host.entry("r1").hangs = life.host.entry("r2").hangs = true;
    bool changed = false;
    life.host.before_event = [&] {
        if (!changed && life.host.count("launch r1") == 1)
            life.host.file("/etc/inittab", "id:3:initdefault:\nr2:3:respawn:/bin/r\n"), changed = true;
    };
    life.host.request_at(1s, 'q');
    life.host.signal_at(5s, SIGTERM);
    BOOST_TEST(life.run() == 0);
    BOOST_TEST(life.host.count("TERM entry r1") == 1u);
    BOOST_TEST(life.in_order("TERM entry r1", "CONT entry r1")); // it may be stopped
    BOOST_TEST(life.host.count("launch r2") == 1u);
}

BOOST_AUTO_TEST_CASE(telinit_q_makes_anew_what_init_has_lost)
{
    Life life{"id:3:initdefault:\n"};
    life.host.request_at(1s, 'q');
    life.host.signal_at(2s, SIGTERM);
    BOOST_TEST(life.run() == 0);
    BOOST_TEST((life.host.when("mend", life.host.count("mend") - 1) == 1s));
}

BOOST_AUTO_TEST_CASE(variables_set_by_fifo_reach_what_is_started_afterwards)
{
    Life life{"id:3:initdefault:\no2:2:once:/bin/o\n"};
    model::InitctlRequest request;
    request.command = model::InitctlCommand::setenv;
    request.variables = {{"INIT_HALT", "HALT"}};
    life.host.at(500ms, world::Requested{request});
    life.host.request_at(1s, '2');
    life.host.signal_at(2s, SIGTERM);
    BOOST_TEST(life.run() == 0);
    const auto& all = life.host.environments["launch o2"];
    BOOST_TEST((std::find(all.begin(), all.end(), "INIT_HALT=HALT") != all.end()));
}

BOOST_AUTO_TEST_CASE(a_reload_while_stopping_starts_nothing_and_changes_no_phase)
{
    for (const bool by_signal : {true, false}) {
        const auto ask = [by_signal](Life& life, std::chrono::milliseconds when) {
            if (by_signal)
                life.host.signal_at(when, SIGHUP);
            else
                life.host.request_at(when, 'q');
        };
        BOOST_TEST_CONTEXT((by_signal ? "HUP" : "telinit q"))
        {
            // during sysinit
            Life early{"id:3:initdefault:\ns1::sysinit:/bin/one\ns2::sysinit:/bin/two\n"};
            early.host.entry("s1").hangs = early.host.entry("s1").deaf = true;
            early.host.signal_at(1s, SIGTERM);
            ask(early, 1500ms);
            BOOST_TEST(early.run() == 0);
            BOOST_TEST(early.host.count("launch s2") == 0u);
            BOOST_TEST(early.host.has_said("not read again while stopping"));

            // while the inittab's children end
            Life ending;
            ending.red_hat({"db"});
            ending.host.file("/etc/inittab", "id:3:initdefault:\nap:3:respawn:/bin/app\n");
            ending.host.entry("ap").hangs = ending.host.entry("ap").deaf = true;
            ending.host.signal_at(1s, SIGTERM);
            ask(ending, 1500ms);
            BOOST_TEST(ending.run() == 0);
            BOOST_TEST(ending.in_order("KILL entry ap", "stop db"));
            BOOST_TEST(ending.host.count("stop db") == 1u);

            // while K-scripts run
            Life scripts;
            scripts.red_hat({"db", "slow"});
            scripts.host.stop_of("slow").takes = 2s;
            scripts.host.signal_at(1s, SIGTERM);
            ask(scripts, 1500ms);
            BOOST_TEST(scripts.run() == 0);
            BOOST_TEST(scripts.host.count("stop slow") == 1u);
            BOOST_TEST(scripts.host.count("stop db") == 1u);
        }
    }
}

BOOST_AUTO_TEST_CASE(a_reload_while_a_level_is_left_waits_for_what_is_leaving)
{
    for (const char level : {'q', '4'}) {
        Life life{"id:3:initdefault:\nr1:3:respawn:/bin/r\nr4:4:respawn:/bin/four\n"};
        life.host.entry("r1").hangs = life.host.entry("r1").deaf = true;
        life.host.entry("r4").hangs = true;
        life.host.request_at(1s, '4');
        life.host.request_at(2s, level);
        life.host.signal_at(10s, SIGTERM);
        BOOST_TEST(life.run() == 0);
        BOOST_TEST(life.in_order("KILL entry r1", "launch r4"));
        BOOST_TEST(life.host.count("launch r4") == 1u);
    }
}

BOOST_AUTO_TEST_CASE(another_level_asked_for_while_one_is_left_is_entered_in_its_place)
{
    Life life{"id:3:initdefault:\nr1:3:respawn:/bin/r\nw2:2:once:/bin/w\nw4:4:once:/bin/w\n"};
    life.host.entry("r1").hangs = life.host.entry("r1").deaf = true;
    life.host.request_at(1s, '2');
    life.host.request_at(2s, '4');
    life.host.signal_at(10s, SIGTERM);
    BOOST_TEST(life.run() == 0);
    BOOST_TEST((life.host.when("level 2 4") == 2s));
    BOOST_TEST(life.host.count("launch w2") == 0u);
    BOOST_TEST(life.host.count("launch w4") == 1u);
}

BOOST_AUTO_TEST_CASE(an_on_demand_group_asked_for_while_stopping_is_not_started)
{
    Life life{"id:3:initdefault:\nd1:a:ondemand:/bin/d\nl0:0:wait:/bin/last\n"};
    life.host.entry("l0").takes = 2s;
    life.host.signal_at(1s, SIGTERM);
    life.host.request_at(1500ms, 'a');
    BOOST_TEST(life.run() == 0);
    BOOST_TEST(life.host.count("launch d1") == 0u);
}

BOOST_AUTO_TEST_CASE(the_end_of_single_user_mode_enters_the_default_level)
{
    for (const bool terminal : {true, false}) {
        Life life{"id:3:initdefault:\nsu:S:wait:/sbin/sulogin\no3:3:once:/bin/three\n"};
        life.host.terminal = terminal;
        life.host.entry("su").takes = 5s;
        life.options.level = model::Runlevel::from('S');
        life.host.signal_at(20s, SIGTERM);
        BOOST_TEST(life.run() == 0);
        // Without a terminal nobody was there who could have ended it.
        BOOST_TEST(life.host.count("launch su") == (terminal ? 1u : 0u));
        BOOST_TEST(life.host.count("level S 3") == (terminal ? 1u : 0u));
        BOOST_TEST(life.host.count("launch o3") == (terminal ? 1u : 0u));
        BOOST_TEST(life.host.count("level S 0") == (terminal ? 0u : 1u));
    }
}

BOOST_AUTO_TEST_CASE(what_ends_on_the_way_into_level_S_is_not_its_end)
{
    Life life{"id:3:initdefault:\nr3:3:respawn:/bin/three\nsu:S:wait:/sbin/sulogin\n"};
    life.host.entry("r3").hangs = true;
    life.host.request_at(1s, 'S');
    life.host.signal_at(20s, SIGTERM);
    BOOST_TEST(life.run() == 0);
    BOOST_TEST(life.host.count("level 3 S") == 1u);
    BOOST_TEST(life.host.count("level S 3") == 0u);
}

BOOST_AUTO_TEST_CASE(level_1_without_a_terminal_stops_the_services_and_stays)
{
    Life life;
    life.red_hat({"sshd"});
    life.host.file("/etc/inittab", "id:3:initdefault:\nl1:1:wait:/etc/rc.d/rc 1\nl3:3:wait:/etc/rc.d/rc 3\n"
                                   "~~:S:wait:/sbin/sulogin\n");
    life.host.link("/etc/rc.d/rc1.d", "K90sshd");
    life.host.link("/etc/rc.d/rc1.d", "S99single");
    life.host.request_at(1s, '1');
    life.host.signal_at(5s, SIGTERM);
    BOOST_TEST(life.run() == 0);
    BOOST_TEST(life.in_order("level 3 1", "stop sshd"));
    BOOST_TEST(life.in_order("stop sshd", "level 1 0"));
    BOOST_TEST(life.host.count("start single") == 0u); // it would enter S, where nobody could log in
    BOOST_TEST(life.host.count("launch ~~") == 0u);
}
