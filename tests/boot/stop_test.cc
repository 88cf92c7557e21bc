// SPDX-License-Identifier: MIT
// A stop from every state and by every signal: what it runs, what it ends, its exit status, and that it never
// passes the deadline of the runtime.
#define BOOST_TEST_MODULE boot_stop
#include "container.h"

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <sys/resource.h>

namespace ut = boost::unit_test;
using namespace boot;

namespace {

constexpr milliseconds grace = 4s;
/// What the runtime sees must lie before its KILL; init's own margin is half a second of it.
constexpr milliseconds deadline = 3600ms;

struct Limited : Container {
    explicit Limited(Layout layout = Layout::red_hat) : Container{layout} { environment("RCINIT_GRACE=4s"); }
};

void expect_clean(const Ended& end, int status, milliseconds within = deadline)
{
    BOOST_TEST(end.over);
    BOOST_TEST(end.status == status);
    BOOST_TEST(end.took.count() < within.count());
    if (end.leftovers)
        BOOST_TEST(end.leftovers->empty(), joined(*end.leftovers));
}

struct SignalRow {
    const char* name;
    int signo;
    int status;
    bool scripts;
};
std::ostream& operator<<(std::ostream& out, const SignalRow& row)
{
    return out << row.name;
}
const SignalRow signals[] = {
    {"TERM", SIGTERM, 0, true},          {"QUIT", SIGQUIT, 0, true},        {"PWR", SIGPWR, 0, true},
    {"INT", SIGINT, 130, true},          {"RTMIN+3", rtmin(3), 0, true},    {"RTMIN+4", rtmin(4), 0, true},
    {"RTMIN+5", rtmin(5), 133, true},    {"RTMIN+13", rtmin(13), 0, false}, {"RTMIN+14", rtmin(14), 0, false},
    {"RTMIN+15", rtmin(15), 133, false},
};

} // namespace

BOOST_AUTO_TEST_SUITE(signals_stop, *ut::precondition(containers_work))

BOOST_DATA_TEST_CASE(each_stop_signal_ends_with_its_status, ut::data::make(signals), row)
{
    Limited box;
    box.service("one");
    box.enable("one", 10, 90);
    BOOST_REQUIRE(box.boot());
    expect_clean(box.stop(row.signo), row.status, 2s);
    BOOST_TEST(box.count_events("one stop") == (row.scripts ? 1U : 0U));
}

BOOST_AUTO_TEST_CASE(a_second_signal_halves_the_time_and_a_third_ends_it)
{
    Container box;
    box.environment("RCINIT_GRACE=20s");
    box.script("slow", "[ $1 = stop ] || { : >/var/lock/subsys/slow; exit 0; }\necho stopping "
                       ">>/var/events\nexec /opt/helper serve --deaf\n");
    box.enable("slow", 10, 90);
    BOOST_REQUIRE(box.boot());
    box.stop_signal();
    BOOST_TEST(box.wait_for_event("stopping"));
    BOOST_TEST(!box.wait_for([&] { return box.is_over(); }, 1100ms));
    box.stop_signal();
    BOOST_TEST(!box.wait_for([&] { return box.is_over(); }, 1100ms));
    box.stop_signal();
    const Ended end = box.wait_exit(10s);
    expect_clean(end, 73, 7s);
}

BOOST_AUTO_TEST_CASE(a_repeated_signal_within_a_second_is_one)
{
    Limited box;
    box.script("slow", "[ $1 = stop ] || { : >/var/lock/subsys/slow; exit 0; }\necho stopping "
                       ">>/var/events\nsleep 1\necho stopped >>/var/events\n");
    box.enable("slow", 10, 90);
    BOOST_REQUIRE(box.boot());
    for (int i = 0; i < 5; ++i)
        box.stop_signal();
    expect_clean(box.wait_exit(), 0);
    BOOST_TEST(box.count_events("stopped") == 1);
}

BOOST_AUTO_TEST_CASE(TERM_from_inside_while_stopping_changes_nothing)
{
    Limited box;
    box.script("halting",
               "[ $1 = stop ] || { : >/var/lock/subsys/halting; exit 0; }\n"
               "for i in 1 2 3 4 5 6; do kill -TERM 1; sleep 0.2; done\necho stopped >>/var/events\n");
    box.enable("halting", 10, 90);
    BOOST_REQUIRE(box.boot());
    expect_clean(box.stop(), 0);
    BOOST_TEST(box.count_events("stopped") == 1);
}

BOOST_AUTO_TEST_CASE(TERM_from_inside_before_a_stop_is_a_stop)
{
    Limited box;
    box.service("one");
    box.enable("one", 10, 90);
    BOOST_REQUIRE(box.boot());
    Session asking = box.exec_start({"sh", "-c", "kill -TERM 1"});
    expect_clean(box.wait_exit(), 0);
    BOOST_TEST(box.count_events("one stop") == 1);
}

BOOST_AUTO_TEST_CASE(telinit_0_while_stopping_changes_nothing)
{
    Limited box;
    box.script("slow", "[ $1 = stop ] || { : >/var/lock/subsys/slow; exit 0; }\necho stopping "
                       ">>/var/events\ntelinit 6\nsleep 0.3\necho stopped >>/var/events\n");
    box.enable("slow", 10, 90);
    BOOST_REQUIRE(box.boot());
    box.stop_signal();
    BOOST_TEST(box.wait_for_event("stopping"));
    box.exec({"telinit", "0"});
    expect_clean(box.wait_exit(), 0);
    BOOST_TEST(box.count_events("stopping") == 1);
    BOOST_TEST(box.count_events("stopped") == 1);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(states, *ut::precondition(containers_work))

BOOST_AUTO_TEST_CASE(during_sysinit)
{
    Limited box;
    box.service("one");
    box.enable("one", 10, 90);
    box.file("/etc/rc.d/rc.sysinit", "#!/bin/sh\necho sysinit >>/var/events\nexec sleep 60\n", 0755);
    box.start();
    BOOST_TEST(box.wait_for_event("sysinit"));
    expect_clean(box.stop(), 0);
    BOOST_TEST((box.events() == std::vector<std::string>{"sysinit"}), joined(box.events()));
}

BOOST_AUTO_TEST_CASE(during_a_hanging_start)
{
    Limited box;
    box.service("before");
    box.service("after");
    box.enable("before", 10, 90);
    box.enable("after", 30, 80);
    box.script("hangs", "echo \"hangs $1\" >>/var/events\n[ $1 = start ] && exec sleep 60\n");
    box.enable("hangs", 20, 85);
    box.start();
    BOOST_TEST(box.wait_for_event("hangs start"));
    expect_clean(box.stop(), 0);
    BOOST_TEST(box.count_events("before stop") == 1);
    BOOST_TEST(box.count_events("after start") == 0);
    BOOST_TEST(box.count_events("after stop") == 0);
}

BOOST_AUTO_TEST_CASE(a_start_that_is_interrupted_in_its_first_moment_ends_at_once)
{
    for (int round = 0; round < 10; ++round) {
        Limited box;
        box.script("hangs", "[ $1 = start ] || exit 0\necho hangs >>/var/events\nexec sleep 60\n");
        box.enable("hangs", 20, 85);
        box.start();
        BOOST_TEST(box.wait_for_event("hangs"));
        expect_clean(box.stop(), 0, 1s);
    }
}

BOOST_AUTO_TEST_CASE(with_a_deaf_start_script)
{
    Limited box;
    box.service("before");
    box.enable("before", 10, 90);
    box.script("deaf",
               "[ $1 = start ] || exit 0\ntrap '' TERM\necho deaf >>/var/events\n/opt/helper serve --deaf\n");
    box.enable("deaf", 20, 80);
    box.start();
    BOOST_TEST(box.wait_for_event("deaf"));
    const Ended end = box.stop();
    BOOST_TEST(end.over);
    BOOST_TEST(end.took.count() < deadline.count());
    BOOST_TEST(box.count_events("before stop") == 1);
}

BOOST_AUTO_TEST_CASE(with_a_deaf_K_script_the_others_still_run_and_the_status_is_73)
{
    Limited box;
    box.service("one");
    box.service("two");
    box.enable("one", 10, 95);
    box.enable("two", 20, 20);
    box.script("deaf", "[ $1 = stop ] || { : >/var/lock/subsys/deaf; exit 0; }\ntrap '' TERM HUP INT\nwhile "
                       ":; do sleep 1; done\n");
    box.enable("deaf", 15, 50);
    BOOST_REQUIRE(box.boot());
    expect_clean(box.stop(), 73);
    BOOST_TEST(in_order(box.events(), {"two stop", "one stop"}), joined(box.events()));
}

BOOST_AUTO_TEST_CASE(a_failing_K_script_is_reported_and_the_status_stays_0)
{
    Limited box;
    box.script("failing", "[ $1 = stop ] || { : >/var/lock/subsys/failing; exit 0; }\nexit 4\n");
    box.enable("failing", 10, 90);
    BOOST_REQUIRE(box.boot());
    expect_clean(box.stop(), 0, 2s);
    BOOST_TEST(!box.log_lines("failing").empty());
}

BOOST_AUTO_TEST_CASE(with_a_deaf_daemon_it_is_killed_before_the_deadline)
{
    Limited box;
    box.script("deaf",
               "[ $1 = start ] && exec /opt/helper daemon --deaf --pidfile /var/run/deaf.pid\nexit 0\n");
    box.enable("deaf", 10);
    BOOST_REQUIRE(box.boot());
    expect_clean(box.stop(), 0);
}

BOOST_AUTO_TEST_CASE(with_a_fork_storm)
{
    Limited box;
    box.service("one");
    box.enable("one", 10, 90);
    box.script("storm", "[ $1 = start ] && exec /opt/helper storm 10\nexit 0\n");
    box.enable("storm", 20);
    BOOST_REQUIRE(box.boot());
    // Requests get their turn among the children to be reaped, as does the stop.
    BOOST_TEST(box.exec({"rcinit", "status", "one"}).status == 0);
    BOOST_TEST(box.exec({"telinit", "q"}).status == 0);
    BOOST_TEST(box.wait_for_log("re-reading the inittab"));
    const Ended end = box.stop();
    expect_clean(end, 0);
    BOOST_TEST(box.count_events("one stop") == 1);
}

BOOST_AUTO_TEST_CASE(during_a_level_change_and_a_change_of_that)
{
    Limited box;
    box.service("one");
    box.enable("one", 10, 90);
    for (const char* name : {"hang4", "hang5"})
        box.script(name, std::string{"echo "} + name + " >>/var/events\n[ $1 = start ] && exec sleep 60\n");
    box.link('4', "S50hang4");
    box.link('5', "S50hang5");
    BOOST_REQUIRE(box.boot());
    BOOST_TEST(box.exec({"telinit", "4"}).status == 0);
    BOOST_TEST(box.wait_for_event("hang4"));
    BOOST_TEST(box.exec({"telinit", "5"}).status == 0);
    BOOST_TEST(box.wait_for_event("hang5"));
    expect_clean(box.stop(), 0);
    BOOST_TEST(box.count_events("one stop") == 1);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(the_rest, *ut::precondition(containers_work))

BOOST_AUTO_TEST_CASE(services_without_a_K_link_are_stopped_in_reverse_start_order_after_the_K_scripts)
{
    Limited box;
    box.service("linked");
    box.enable("linked", 40, 10);
    for (const char* name : {"a", "b", "c"})
        box.service(name, std::string{"--event ended-"} + name);
    box.enable("a", 10);
    box.enable("b", 20);
    box.enable("c", 30);
    BOOST_REQUIRE(box.boot());
    expect_clean(box.stop(), 0, 3s);
    BOOST_TEST(in_order(box.events(), {"linked stop", "c stop", "b stop", "a stop"}), joined(box.events()));
}

BOOST_AUTO_TEST_CASE(services_whose_script_has_gone_get_TERM_in_reverse_start_order)
{
    Limited box;
    for (const char* name : {"a", "b"})
        box.service(name, std::string{"--event ended-"} + name);
    box.enable("a", 10);
    box.enable("b", 20);
    BOOST_REQUIRE(box.boot());
    for (const char* name : {"a", "b"})
        box.remove(std::string{"/etc/rc.d/init.d/"} + name);
    expect_clean(box.stop(), 0, 3s);
    BOOST_TEST(in_order(box.events(), {"ended-b", "ended-a"}), joined(box.events()));
}

BOOST_AUTO_TEST_CASE(the_last_line_of_each_daemon_is_in_the_log)
{
    Limited box;
    for (int i = 10; i < 16; ++i) {
        const std::string name = "d" + std::to_string(i);
        box.service(name, "--keep-output --last last-of-" + name);
        box.enable(name, i);
    }
    box.inittab(
        box.read("/etc/inittab") +
        "rs:3:respawn:/opt/helper serve --keep-output --last last-of-entry --pidfile /var/run/rs.pid\n");
    BOOST_REQUIRE(box.boot());
    BOOST_TEST(box.wait_for([&] { return box.exists("/var/run/rs.pid"); }));
    expect_clean(box.stop(), 0);
    for (int i = 10; i < 16; ++i) {
        const std::string line = "d" + std::to_string(i) + ": last-of-d" + std::to_string(i) + "\n";
        BOOST_TEST(box.log().find(line) != std::string::npos, line);
    }
    BOOST_TEST(box.log().find("rs: last-of-entry\n") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(an_open_exec_session_costs_less_than_a_third_of_a_second)
{
    milliseconds took[2]{};
    for (const bool open : {false, true}) {
        Container box;
        box.service("one");
        box.enable("one", 10, 90);
        BOOST_REQUIRE(box.boot());
        std::vector<Session> sessions;
        if (open) {
            sessions.push_back(box.exec_start({"/opt/helper", "serve", "--deaf"}));
            BOOST_TEST(box.wait_for([&] { return !box.processes("serve").empty(); }));
        }
        const Ended end = box.stop();
        expect_clean(end, 0, 3s);
        took[open ? 1 : 0] = end.took;
    }
    BOOST_TEST((took[1] - took[0]).count() < 300);
}

BOOST_AUTO_TEST_CASE(a_K_script_gets_its_share_when_all_are_slow)
{
    Limited box;
    for (int i = 10; i < 14; ++i) {
        const std::string name = "slow" + std::to_string(i);
        box.script(name, "[ $1 = stop ] || { : >/var/lock/subsys/" + name + "; exit 0; }\necho \"" + name +
                             " stop\" >>/var/events\nsleep 30\n");
        box.enable(name, i, i);
    }
    BOOST_REQUIRE(box.boot());
    expect_clean(box.stop(), 73);
    for (int i = 10; i < 14; ++i)
        BOOST_TEST(box.count_events("slow" + std::to_string(i) + " stop") == 1, joined(box.events()));
}

BOOST_AUTO_TEST_CASE(a_container_without_services_is_gone_at_once)
{
    for (const Layout layout : {Layout::red_hat, Layout::debian, Layout::plain}) {
        Container box{layout};
        BOOST_REQUIRE(box.boot());
        expect_clean(box.stop(), 0, 500ms);
    }
}

BOOST_AUTO_TEST_CASE(without_any_memory_left_a_stop_ends_in_time)
{
    Container box;
    box.environment("RCINIT_GRACE=4s");
    for (const char* name : {"one", "two", "three"}) {
        box.service(name);
        box.enable(name, 10, 90);
    }
    BOOST_REQUIRE(box.boot());
    const rlimit nothing{1000, 1000};
    BOOST_REQUIRE(::prlimit(box.pid_of_init(), RLIMIT_DATA, &nothing, nullptr) == 0);
    BOOST_REQUIRE(::prlimit(box.pid_of_init(), RLIMIT_AS, &nothing, nullptr) == 0);
    const Ended end = box.stop();
    BOOST_TEST((end.status == 0 || end.status == 73), end.status);
    BOOST_TEST(end.took.count() < 4000);
    BOOST_TEST((end.status == 73 || box.count_events("one stop") == 1));
    if (end.leftovers)
        BOOST_TEST(end.leftovers->empty());
}

BOOST_AUTO_TEST_SUITE_END()
