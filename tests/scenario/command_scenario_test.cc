// SPDX-License-Identifier: MIT
// A command in the foreground beside the tree: when it is started, what it gets of a stop, and whose status
// the container ends with.
#define BOOST_TEST_MODULE command_scenario
#include "scenario/life.h"

#include <boost/test/unit_test.hpp>

using namespace init;
using namespace init::scenario;

namespace {

struct Foreground : Life {
    explicit Foreground(bool waits = true)
    {
        red_hat({"db", "web"});
        options.command = {"app", "--serve"};
        options.command_waits = waits;
        command().takes = 1h;
    }
    fakes::Behaviour& command() { return host.entry("app"); }
};

} // namespace

BOOST_AUTO_TEST_CASE(it_is_started_when_the_runlevel_is_reached_and_its_end_stops_the_tree)
{
    Foreground life;
    life.command().takes = 2s;
    life.command().status = exited(3);
    BOOST_TEST(life.run() == 3);
    BOOST_TEST(life.in_order("start web", "launch app"));
    BOOST_TEST(life.in_order("launch app", "stop web"));
    BOOST_TEST(life.host.count("stop db") == 1);
    BOOST_TEST(life.host.has_said("the command app ended with status 3"));
}

BOOST_AUTO_TEST_CASE(a_signal_that_ends_it_is_told_as_a_shell_would)
{
    Foreground life;
    life.command().takes = 1s;
    life.command().status = killed_by(SIGSEGV);
    BOOST_TEST(life.run() == 128 + SIGSEGV);
}

BOOST_AUTO_TEST_CASE(without_waiting_it_runs_from_the_start)
{
    Foreground life(false);
    life.host.signal_at(2s, SIGTERM);
    life.run();
    BOOST_TEST(life.in_order("launch app", "start db"));
    BOOST_TEST(life.host.count("launch app") == 1);
}

BOOST_AUTO_TEST_CASE(a_stop_signal_reaches_it_before_the_tree)
{
    Foreground life;
    life.command().daemon_ends_in = 20ms;
    life.host.signal_at(2s, SIGTERM);
    BOOST_TEST(life.run() == 128 + SIGTERM);
    BOOST_TEST(life.in_order("TERM entry app", "stop web"));
    BOOST_TEST(life.host.count("stop web") == 1);
    BOOST_TEST((life.host.when("TERM entry app") == 2s));
    BOOST_TEST((life.host.elapsed() < 2200ms));
}

BOOST_AUTO_TEST_CASE(an_interrupt_from_outside_reaches_it_as_one)
{
    Foreground life;
    life.host.signal_at(2s, SIGINT);
    life.run();
    BOOST_TEST(life.host.count("INT entry app") == 1);
}

BOOST_AUTO_TEST_CASE(a_deaf_command_has_its_share_and_the_tree_still_stops_in_order)
{
    Foreground life;
    life.command().deaf = true;
    life.host.signal_at(2s, SIGTERM);
    BOOST_TEST(life.run() == 128 + SIGKILL);
    // A fifth, for the two services, the entries and what follows, would be less than the least.
    BOOST_TEST((life.host.when_said("the command has used its share") == 2s + 2s));
    BOOST_TEST((life.host.when("stop web") == 2s + 2s));
    BOOST_TEST(life.host.count("stop web") == 1);
    BOOST_TEST(life.host.count("stop db") == 1);
    BOOST_TEST((life.host.when("KILL rest") == 2s + kill_after_signal));
    BOOST_TEST((life.host.elapsed() < 2s + deadline_after_signal));
}

BOOST_AUTO_TEST_CASE(a_command_that_cannot_be_run_ends_the_container_as_a_shell_would)
{
    struct Row {
        int error;
        int status;
    };
    for (const Row row : {Row{ENOENT, 127}, Row{EACCES, 126}, Row{ENOEXEC, 126}}) {
        Foreground life;
        life.command().fails_to_exec = row.error;
        BOOST_TEST(life.run() == row.status);
        BOOST_TEST(life.host.count("stop web") == 1);
        BOOST_TEST(life.host.has_said("cannot run the command app"));
    }
}

BOOST_AUTO_TEST_CASE(a_command_for_which_there_is_no_room_waits_until_there_is_but_not_for_ever)
{
    for (const auto until : {5s, 1000s}) {
        Foreground life;
        life.command().takes = 2s;
        life.command().fails_to_exec = EAGAIN;
        life.command().fails_until = until;
        BOOST_TEST(life.run() == (until == 5s ? 0 : 126));
        BOOST_TEST(life.host.has_said("no room to run the command app now"));
        BOOST_TEST(life.host.count("stop db") == 1);
        BOOST_TEST((life.host.elapsed() >= std::min<std::chrono::milliseconds>(until, 30s)));
        BOOST_TEST((life.host.elapsed() < 40s));
    }
}

BOOST_AUTO_TEST_CASE(a_stop_does_not_wait_for_a_command_for_which_there_is_no_room)
{
    Foreground life;
    life.command().fails_to_exec = EAGAIN;
    life.host.signal_at(5s, SIGTERM);
    BOOST_TEST(life.run() == 0);
    BOOST_TEST((life.host.elapsed() < 6s));
}

BOOST_AUTO_TEST_CASE(scripts_cut_off_are_told_before_the_command_s_status)
{
    Foreground life;
    life.command().takes = 1s;
    life.host.stop_of("web").hangs = true;
    life.host.stop_of("web").deaf = true;
    life.host.signal_at(1500ms, SIGTERM);
    BOOST_TEST(life.run() == 73);
}

BOOST_AUTO_TEST_CASE(signals_without_a_meaning_are_passed_on_to_its_group)
{
    Foreground life;
    for (const int signo : {SIGALRM, SIGURG, SIGCONT, SIGTSTP, SIGRTMIN + 7})
        life.host.signal_at(2s, signo);
    life.host.signal_at(2s, SIGHUP);
    life.host.signal_at(3s, SIGTERM);
    life.run();
    BOOST_TEST(life.host.count("ALRM entry app") == 1);
    BOOST_TEST(life.host.count("URG entry app") == 1);
    BOOST_TEST(life.host.count("STOP entry app") == 1);
    BOOST_TEST(life.host.count(std::to_string(SIGRTMIN + 7) + " entry app") == 1);
    BOOST_TEST(life.host.count("HUP entry app") == 0);
}

BOOST_AUTO_TEST_CASE(ending_at_once_waits_for_nothing)
{
    Foreground life;
    life.command().deaf = true;
    life.host.signal_at(2s, SIGRTMIN + 13);
    life.run();
    BOOST_TEST(life.host.count("stop web") == 0);
    BOOST_TEST(!life.host.has_said("the command has used its share"));
    BOOST_TEST((life.host.when("reserve") == 2s));
    BOOST_TEST(life.host.count("TERM entry app") == 0); // it has it with the rest, and once
}

BOOST_AUTO_TEST_CASE(ending_at_once_does_not_wait_for_the_command_s_share)
{
    Foreground life;
    life.command().deaf = true;
    life.host.signal_at(2s, SIGTERM);
    life.host.signal_at(2500ms, SIGRTMIN + 13);
    life.run();
    BOOST_TEST((life.host.when("TERM entry app") == 2s));
    BOOST_TEST((life.host.when("reserve") == 2500ms));
}

BOOST_AUTO_TEST_CASE(a_level_change_leaves_it_alone)
{
    Foreground life;
    life.host.request_at(2s, '2');
    life.host.signal_at(4s, SIGTERM);
    life.run();
    BOOST_TEST(life.host.count("launch app") == 1);
    BOOST_TEST(life.in_order("stop web", "TERM entry app"));
}
