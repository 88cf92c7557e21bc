// SPDX-License-Identifier: MIT
// The stop of services that no K-link names: who of them is up, by what they are stopped, and whose time they
// get.
#define BOOST_TEST_MODULE unlinked_scenario
#include "scenario/life.h"

#include <boost/test/unit_test.hpp>

using namespace init;
using namespace init::scenario;

namespace {

/// A tree with one linked service and some that have a script and a start link alone.
struct Unlinked : Life {
    Unlinked(std::initializer_list<std::string> names)
    {
        red_hat({"linked"});
        int number = 80;
        for (const std::string& name : names) {
            host.link("/etc/rc.d/rc3.d", "S" + std::to_string(number++) + name);
            script_of(name);
            host.start_of(name).leaves_daemon = true;
        }
    }
    void script_of(const std::string& name) { host.file("/etc/rc.d/init.d/" + name, "#!/bin/sh\n", true); }
};

} // namespace

BOOST_AUTO_TEST_CASE(a_hanging_stop_script_never_eats_the_time_of_the_other_unlinked_ones)
{
    Unlinked life{"first", "second", "hangs"};
    life.host.stop_of("hangs").hangs = life.host.stop_of("hangs").deaf = true;
    life.host.signal_at(1s, SIGTERM);
    BOOST_TEST(life.run() == 73);
    BOOST_TEST(life.in_order("stop hangs", "stop second"));
    BOOST_TEST(life.in_order("stop second", "stop first"));
    BOOST_TEST(life.in_order("stop first", "reserve"));
    const auto begun = life.host.when("stop hangs");
    BOOST_TEST((life.host.when("stop second") == begun + (1s + reserve_after_signal - begun) / 3));
    BOOST_TEST((life.host.when("reserve") == 1s + reserve_after_signal));
    BOOST_TEST((life.host.elapsed() <= 1s + deadline_after_signal));
}

BOOST_AUTO_TEST_CASE(a_deaf_K_script_never_eats_the_time_of_the_unlinked_ones)
{
    Unlinked life{"one", "daemon"};
    life.host.stop_of("linked").hangs = life.host.stop_of("linked").deaf = true;
    life.host.signal_at(1s, SIGTERM);
    BOOST_TEST(life.run() == 73);
    BOOST_TEST(life.host.has_said("linked: stop has used its share"));
    BOOST_TEST(life.host.has_said("the time for K-scripts is used up"));
    BOOST_TEST(life.in_order("stop linked", "stop daemon"));
    BOOST_TEST(life.in_order("stop one", "reserve"));
    BOOST_TEST((life.host.when("stop daemon") - 1s == reserve_after_signal / 3));
    BOOST_TEST((life.host.when_said("the time for K-scripts is used up") == 1s + reserve_after_signal));
}

BOOST_AUTO_TEST_CASE(a_deadline_that_comes_while_a_script_hangs_bounds_it_at_once)
{
    Unlinked life{"one"};
    life.host.stop_of("linked").hangs = life.host.stop_of("linked").deaf = true;
    life.host.request_at(1s, '0');
    life.host.signal_at(5s, SIGTERM);
    BOOST_TEST(life.run() == 73);
    BOOST_TEST((life.host.when("stop one") == 5s + reserve_after_signal / 2));
    BOOST_TEST(life.in_order("stop one", "reserve"));
}

BOOST_AUTO_TEST_CASE(a_K_script_that_somebody_killed_has_not_come_to_its_end)
{
    for (const auto& [status, left_with] :
         {std::pair{killed_by(SIGKILL), 73}, {killed_by(SIGSEGV), 73}, {exited(1), 0}}) {
        Life life;
        life.red_hat({"a", "b"});
        life.host.stop_of("a").status = status;
        life.host.signal_at(1s, SIGTERM);
        BOOST_TEST(life.run() == left_with);
        BOOST_TEST(life.host.count("stop b") == 1u);
    }
}

BOOST_AUTO_TEST_CASE(those_whose_K_scripts_have_not_begun_when_the_time_is_up_are_named)
{
    Life life;
    life.red_hat({"a", "b", "hangs"});
    life.host.stop_of("hangs").hangs = true;
    for (const auto when : {1s, 2s, 3s})
        life.host.signal_at(when, SIGTERM);
    BOOST_TEST(life.run() == 73);
    BOOST_TEST(life.host.has_said("no time is left for the stop scripts of b, a"));
    BOOST_TEST(life.host.has_said("hangs: stop has not ended after 2.0 s; it is cut off"));

    Life early;
    early.red_hat({"a", "slow"});
    early.host.start_of("slow").hangs = early.host.start_of("slow").deaf = true;
    for (const auto when : {1s, 2s, 3s})
        early.host.signal_at(when, SIGTERM);
    BOOST_TEST(early.run() == 73);
    BOOST_TEST(early.host.has_said("no time is left for the stop scripts of a, slow"));
}

BOOST_AUTO_TEST_CASE(a_K_script_that_cannot_be_run_is_told_and_the_service_gets_TERM)
{
    Life life;
    life.red_hat({"linked", "other"});
    life.host.file("/etc/rc.d/rc0.d/K90linked", "", false);
    life.host.signal_at(1s, SIGTERM);
    BOOST_TEST(life.run() == 73);
    BOOST_TEST(life.host.has_said("linked: not stopped by its script: the script is not executable"));
    BOOST_TEST(life.host.has_said("linked: no script stops it; sending TERM to its main process"));
    BOOST_TEST(life.host.count("stop linked") == 0u);
    BOOST_TEST(life.host.count("stop other") == 1u);
}

BOOST_AUTO_TEST_CASE(a_lock_of_a_service_that_init_never_started_has_its_script_run)
{
    for (const char* lock : {"byhand", "byhand.init"}) {
        Unlinked life{"one"};
        life.script_of("byhand");
        life.host.file(std::string("/var/lock/subsys/") + lock);
        life.host.file("/var/lock/subsys/nobodys");
        life.host.signal_at(1s, SIGTERM);
        BOOST_TEST(life.run() == 0);
        BOOST_TEST(life.host.count("stop byhand") == 1u);
        BOOST_TEST(life.in_order("stop one", "stop byhand"));
        BOOST_TEST(life.host.count("stop nobodys") == 0u);
    }
}

BOOST_AUTO_TEST_CASE(a_service_that_was_stopped_and_started_again_by_hand_is_stopped_by_its_script)
{
    Unlinked life{"one"};
    life.host.at(1s, world::ServiceCalled{world::CallId{1}, "one", {"stop"}, {}, {}, -1});
    bool started = false;
    life.host.before_event = [&] {
        if (started || life.host.elapsed() < 1500ms)
            return;
        started = true;
        life.host.file("/var/run/one.pid", std::to_string(life.host.add_stray(false)) + "\n");
    };
    life.host.at(1500ms, world::OrphansReaped{});
    life.host.signal_at(2s, SIGTERM);
    BOOST_TEST(life.run() == 0);
    BOOST_TEST(life.host.count("stop one") == 2u);
}

BOOST_AUTO_TEST_CASE(a_service_that_was_stopped_is_not_stopped_again)
{
    Unlinked life{"one"};
    life.host.at(1s, world::ServiceCalled{world::CallId{1}, "one", {"stop"}, {}, {}, -1});
    life.host.signal_at(2s, SIGTERM);
    BOOST_TEST(life.run() == 0);
    BOOST_TEST(life.host.count("stop one") == 1u);
}

BOOST_AUTO_TEST_CASE(one_whose_script_cannot_be_run_gets_TERM_with_its_share_and_the_status_is_73)
{
    Unlinked life{"one", "broken"};
    life.host.stop_of("broken").fails_to_exec = ENOEXEC;
    life.host.signal_at(1s, SIGTERM);
    BOOST_TEST(life.run() == 73);
    BOOST_TEST(life.in_order("stop broken", "TERM process broken"));
    BOOST_TEST(life.in_order("TERM process broken", "stop one"));
}
