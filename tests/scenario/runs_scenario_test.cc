// SPDX-License-Identifier: MIT
// One verdict on each run, whoever asked for it, and one machine of each service: the log, the status, the
// boot's failure, the caller and the stop say the same.
#define BOOST_TEST_MODULE runs_scenario
#include "scenario/watched.h"

#include <boost/test/unit_test.hpp>

using namespace init;
using namespace init::scenario;

BOOST_AUTO_TEST_CASE(a_service_that_is_not_installed_or_not_configured_has_no_part_in_a_boot)
{
    for (const auto& [code, words] :
         {std::pair{5, "exit 5 (not installed)"}, std::pair{6, "exit 6 (not configured)"}}) {
        Watched life{"web", "db"};
        life.settings.on_boot_failure = model::BootFailureChoice::stop;
        life.host.start_of("db").status = exited(code);
        life.host.start_of("db").leaves_daemon = false;
        life.look_at(1s, "db");
        life.host.signal_at(2s, SIGTERM);
        BOOST_TEST(life.run() == 0);
        BOOST_TEST(life.host.has_said(std::string("db: not started: ") + words));
        BOOST_TEST(life.host.has_said("1 services up"));
        BOOST_TEST(!life.host.has_said("failed"));
        BOOST_TEST(life.seen(0) == "skipped");
        BOOST_TEST((life.host.elapsed() >= 2s)); // nothing but the signal ended it
        BOOST_TEST((life.host.elapsed() < 2100ms));
    }
}

BOOST_AUTO_TEST_CASE(a_start_that_fails_is_one_for_the_log_the_status_and_the_boot)
{
    Watched life{"web", "db"};
    life.settings.on_boot_failure = model::BootFailureChoice::stop;
    life.host.start_of("db").status = exited(1);
    life.host.start_of("db").leaves_daemon = false;
    BOOST_TEST(life.run() == 71);
    BOOST_TEST(life.host.has_said("db: start ended with status 1"));
    BOOST_TEST(life.host.has_said("db failed to start, and on-boot-failure=stop"));
    BOOST_TEST(life.host.count("stop web") == 1u);
}

BOOST_AUTO_TEST_CASE(a_start_that_ended_unseen_and_left_nothing_is_no_success)
{
    Watched life{"web"};
    life.host.start_of("web").unseen = true;
    life.host.start_of("web").leaves_daemon = false;
    life.look_at(1s, "web");
    life.host.signal_at(2s, SIGTERM);
    BOOST_TEST(life.run() == 0);
    BOOST_TEST(life.seen(0) == "failed");
    BOOST_TEST(life.host.has_said("web: start ended unseen"));
    BOOST_TEST(life.host.has_said("1 failed"));
}

BOOST_AUTO_TEST_CASE(a_K_script_that_ended_unseen_may_have_stopped_nothing_and_the_status_says_so)
{
    Watched life{"web", "db"};
    life.host.stop_of("web").unseen = true;
    life.host.signal_at(1s, SIGTERM);
    BOOST_TEST(life.run() == 73);
    BOOST_TEST(life.host.has_said("web: stop ended unseen"));
    BOOST_TEST(life.host.count("stop db") == 1u);
}

BOOST_AUTO_TEST_CASE(rc_sysinit_that_ended_unseen_has_failed)
{
    for (const bool unseen : {false, true}) {
        Watched life{"web"};
        life.settings.on_boot_failure = model::BootFailureChoice::stop;
        life.host.script("rc.sysinit").unseen = unseen;
        life.host.signal_at(1s, SIGTERM);
        BOOST_TEST(life.run() == (unseen ? 71 : 0));
        BOOST_TEST(life.host.count("start web") == (unseen ? 0u : 1u));
    }
}

BOOST_AUTO_TEST_CASE(a_caller_is_told_a_failure_where_nobody_saw_the_end)
{
    Watched life{"web"};
    life.host.script("web").unseen = true;
    life.call_at(1s, "web", "status");
    life.host.signal_at(2s, SIGTERM);
    BOOST_TEST(life.run() == 0);
    BOOST_TEST(life.host.count("answered 1: 1") == 1u);
}

BOOST_AUTO_TEST_CASE(a_stop_that_failed_is_called_off_and_a_later_death_is_one)
{
    Watched life{"web"};
    life.host.stop_of("web").status = exited(1);
    life.host.stop_of("web").stops_daemon = false;
    life.call_at(1s, "web", "stop");
    life.look_at(2s, "web");
    life.host.daemon_ends_at(3s, "web", killed_by(SIGSEGV));
    life.look_at(4s, "web");
    life.host.signal_at(5s, SIGTERM);
    BOOST_TEST(life.run() == 0);
    BOOST_TEST(life.host.count("answered 1: 1") == 1u);
    BOOST_TEST(life.seen(0) == "running");
    BOOST_TEST(life.seen(1) == "dead");
    BOOST_TEST(life.times_said("SIGSEGV") == 1u);
}

BOOST_AUTO_TEST_CASE(a_daemon_that_lingers_after_its_stop_is_stopping_until_it_ends)
{
    Watched life{"web"};
    life.host.stop_of("web").stops_daemon = false;
    life.call_at(1s, "web", "stop");
    life.look_at(2s, "web");
    life.host.daemon_ends_at(3s, "web", exited(1));
    life.look_at(4s, "web");
    life.host.signal_at(5s, SIGTERM);
    BOOST_TEST(life.run() == 0);
    BOOST_TEST(life.seen(0) == "stopping");
    BOOST_TEST(life.seen(1) == "stopped");
    BOOST_TEST(life.times_said("its main process") == 0u);
    BOOST_TEST(life.host.count("stop web") == 1u);
}

BOOST_AUTO_TEST_CASE(a_death_while_somebody_asks_for_the_status_is_told_at_once_and_once)
{
    Watched life{"web"};
    life.host.script("web").takes = 3s;
    life.host.script("web").status = exited(3);
    life.call_at(1s, "web", "status");
    life.host.daemon_ends_at(2s, "web", killed_by(SIGSEGV));
    life.look_at(2500ms, "web");
    life.look_at(5s, "web");
    life.host.signal_at(6s, SIGTERM);
    BOOST_TEST(life.run() == 0);
    BOOST_TEST(life.seen(0) == "dead");
    BOOST_TEST(life.seen(1) == "dead");
    BOOST_TEST(life.times_said("its main process was killed by signal 11 (SIGSEGV)") == 1u);
}

BOOST_AUTO_TEST_CASE(a_crash_while_somebody_reloads_is_told_when_the_script_has_ended)
{
    Watched life{"web"};
    life.host.script("web").takes = 3s;
    life.call_at(1s, "web", "reload");
    life.host.daemon_ends_at(2s, "web", killed_by(SIGSEGV));
    life.look_at(5s, "web");
    life.host.signal_at(6s, SIGTERM);
    BOOST_TEST(life.run() == 0);
    BOOST_TEST(life.seen(0) == "dead");
    BOOST_TEST(life.times_said("SIGSEGV") == 1u);
}

BOOST_AUTO_TEST_CASE(somebody_s_status_by_hand_does_not_hide_a_death)
{
    for (const char* verb : {"status", "stop"}) {
        Watched life{"web"};
        life.host.by_hand = 4242;
        life.host.by_hand_verb = verb;
        life.host.daemon_ends_at(2s, "web", killed_by(SIGKILL));
        life.look_at(3s, "web");
        life.host.signal_at(4s, SIGTERM);
        BOOST_TEST(life.run() == 0);
        BOOST_TEST(life.times_said("its main process") == (verb == std::string("status") ? 1u : 0u));
    }
}

BOOST_AUTO_TEST_CASE(a_called_start_waits_until_the_stop_at_work_is_over)
{
    Watched life{"web"};
    life.host.stop_of("web").takes = 3s;
    life.call_at(1s, "web", "stop");
    life.call_at(2s, "web", "start");
    life.look_at(3s, "web");
    life.look_at(5s, "web");
    life.host.signal_at(6s, SIGTERM);
    BOOST_TEST(life.run() == 0);
    BOOST_TEST(life.host.count("answered 1: 0") == 1u);
    BOOST_TEST(life.host.count("answered 2: 0") == 1u);
    BOOST_TEST(life.begun("start web") == 4s); // the first one's span is the boot's, the last one's this
    BOOST_TEST(life.seen(0) == "stopping");
    BOOST_TEST(life.seen(1) == "running");
}

BOOST_AUTO_TEST_CASE(a_call_that_is_held_can_be_interrupted_and_a_stop_drops_it)
{
    for (const bool by_caller : {true, false}) {
        Watched life{"web"};
        life.host.stop_of("web").takes = 4s;
        life.call_at(1s, "web", "stop");
        life.call_at(2s, "web", "start");
        if (by_caller)
            life.host.at(3s, world::CallSignalled{world::CallId{2}, SIGINT});
        life.host.signal_at(by_caller ? 6s : 3s, SIGTERM);
        BOOST_TEST(life.run() == 0);
        BOOST_TEST(life.host.count("start web") == 1u); // the boot's
        BOOST_TEST(life.host.count(by_caller ? "answered 2: 130" : "answered 2: 143") == 1u);
        BOOST_TEST((life.host.when(by_caller ? "answered 2: 130" : "answered 2: 143") == 3s));
        BOOST_TEST(life.host.count("stop web") == 1u);
    }
}

BOOST_AUTO_TEST_CASE(an_S_script_waits_for_somebody_s_stop_and_no_longer_than_its_own_time)
{
    for (const auto takes : {3s, 900s}) {
        Watched life{"web"};
        life.settings.start_timeout = 20s;
        life.host.link("/etc/rc.d/rc4.d", "S10web");
        life.host.link("/etc/rc.d/rc4.d", "S20other");
        life.host.stop_of("web").takes = takes;
        life.call_at(1s, "web", "stop");
        life.host.request_at(2s, '4');
        life.host.signal_at(60s, SIGTERM);
        (void)life.run();
        BOOST_TEST(life.host.count("start other") == 1u); // nobody behind it is held up for ever
        BOOST_TEST(life.host.count("start web") == (takes == 3s ? 2u : 1u));
        if (takes == 3s) {
            BOOST_TEST(life.begun("start web") == 4s);
        } else {
            BOOST_TEST(life.begun("start other") == 22s);
            BOOST_TEST(life.host.has_said("web: not started: another run of its script is not over"));
        }
    }
}

BOOST_AUTO_TEST_CASE(each_of_twenty_daemons_that_die_together_is_told)
{
    std::vector<std::string> names;
    for (int i = 0; i < 20; ++i)
        names.push_back("d" + std::to_string(i));
    Watched life{};
    int number = 10;
    for (const std::string& name : names) {
        life.host.link("/etc/rc.d/rc3.d", "S" + std::to_string(number++) + name);
        life.host.start_of(name).leaves_daemon = true;
        life.host.daemon_ends_at(2s, name, killed_by(SIGKILL));
    }
    life.host.file("/etc/rc.d/init.d/.keep");
    life.host.signal_at(4s, SIGTERM);
    (void)life.run();
    BOOST_TEST(life.times_said("its main process was killed by signal 9 (SIGKILL)") == 20u);
}

BOOST_AUTO_TEST_CASE(a_restart_waits_for_a_stop_at_work_and_a_start_for_a_restart)
{
    Watched life{"web"};
    life.host.stop_of("web").takes = 3s;
    life.host.script("web").takes = 3s;
    life.call_at(1s, "web", "stop");
    life.call_at(2s, "web", "restart");
    life.call_at(3s, "web", "start");
    life.host.signal_at(20s, SIGTERM);
    BOOST_TEST(life.run() == 0);
    BOOST_TEST(life.begun("run web") == 4s);
    BOOST_TEST(life.begun("start web") == 7s);
    for (const char* answer : {"answered 1: 0", "answered 2: 0", "answered 3: 0"})
        BOOST_TEST(life.host.count(answer) == 1u);
}

BOOST_AUTO_TEST_CASE(a_lock_that_a_stop_at_work_is_about_to_remove_does_not_skip_the_start_behind_it)
{
    Watched life{"web"};
    life.host.start_of("web").locks = true;
    life.host.link("/etc/rc.d/rc4.d", "S10web");
    life.host.stop_of("web").takes = 3s;
    life.call_at(1s, "web", "stop");
    life.host.request_at(2s, '4');
    life.host.signal_at(20s, SIGTERM);
    BOOST_TEST(life.run() == 0);
    BOOST_TEST(life.host.count("start web") == 2u);
    BOOST_TEST(life.begun("start web") == 4s);
}

BOOST_AUTO_TEST_CASE(a_stop_that_a_start_at_work_outruns_has_stopped_nothing)
{
    Watched life{"web"};
    life.host.file("/etc/rc.d/init.d/slow", "", true);
    life.host.start_of("slow").takes = 3s;
    life.host.start_of("slow").leaves_daemon = true;
    life.host.stop_of("slow").takes = 3s;
    life.host.stop_of("slow").stops_daemon = false; // there was none to stop when it looked
    life.call_at(1s, "slow", "start");
    life.call_at(2s, "slow", "stop");
    life.look_at(6s, "slow");
    life.host.signal_at(7s, SIGTERM);
    (void)life.run();
    BOOST_TEST(life.seen(0) == "running");
    BOOST_TEST(life.host.count("stop slow") == 2u); // so the container's stop stops it
}

BOOST_AUTO_TEST_CASE(a_stop_that_cannot_be_launched_changes_nothing_and_a_later_death_is_one)
{
    Watched life{"web"};
    life.host.stop_of("web").fails_to_exec = EACCES;
    life.host.stop_of("web").stops_daemon = false;
    life.call_at(1s, "web", "stop");
    life.look_at(2s, "web");
    life.host.daemon_ends_at(3s, "web", killed_by(SIGSEGV));
    life.look_at(4s, "web");
    life.host.signal_at(5s, SIGTERM);
    (void)life.run();
    BOOST_TEST(life.host.count("answered 1: 126") == 1u);
    BOOST_TEST(life.seen(0) == "running");
    BOOST_TEST(life.seen(1) == "dead");
}

BOOST_AUTO_TEST_CASE(a_start_that_says_not_installed_and_leaves_a_process_is_told_as_what_it_is)
{
    Watched life{"web"};
    life.host.start_of("web").status = exited(5);
    life.look_at(1s, "web");
    life.host.signal_at(2s, SIGTERM);
    BOOST_TEST(life.run() == 0);
    BOOST_TEST(life.seen(0) == "running");
    BOOST_TEST(life.host.has_said("web: start: exit 5 (not installed), but its process"));
}

BOOST_AUTO_TEST_CASE(a_script_that_its_keeper_does_not_begin_is_told_of)
{
    Watched life{"web"};
    life.host.start_of("web").never_begins = true;
    life.host.signal_at(20s, SIGTERM);
    (void)life.run();
    BOOST_TEST(life.host.has_said("web: start has not begun after 10 s: its keeper does not answer"));
}

BOOST_AUTO_TEST_CASE(a_stop_that_is_called_for_behind_a_restart_has_the_last_word)
{
    Watched life{"web"};
    life.host.script("web").takes = 3s;
    life.call_at(1s, "web", "restart");
    life.call_at(2s, "web", "stop");
    life.look_at(6s, "web");
    life.host.signal_at(20s, SIGTERM);
    BOOST_TEST(life.run() == 0);
    BOOST_TEST(life.begun("stop web") == 4s);
    BOOST_TEST(life.seen(0) == "stopped");
}
