// SPDX-License-Identifier: MIT
// Runs of services' scripts that somebody calls for: what becomes of the service, and what the caller is
// told.
#define BOOST_TEST_MODULE calls_scenario
#include "scenario/life.h"

#include <boost/test/unit_test.hpp>

using namespace init;
using namespace init::scenario;

namespace {

/// A Red Hat-shaped life in which calls are made after the boot.
struct Called : Life {
    Called()
    {
        red_hat({"sshd"});
        host.file("/etc/rc.d/init.d/sshd", "", true);
        host.file("/etc/rc.d/init.d/other", "", true);
    }
    void call_at(std::chrono::milliseconds when, const std::string& service, const std::string& verb)
    {
        host.at(when, world::ServiceCalled{world::CallId{++calls}, service, {verb}, {"TERM=vt100"}, {}, 9});
    }
    /// The row of a service at a moment.
    std::optional<model::ServiceStatus> seen;
    void look_at(std::chrono::milliseconds when, const std::string& name)
    {
        host.at(when, world::OrphansReaped{});
        host.before_event = [this, when, name] {
            if (seen || host.elapsed() < when || !report)
                return;
            for (const model::ServiceStatus& row : report().services)
                if (row.name == name)
                    seen = row;
        };
    }
    std::uint32_t calls = 0;
};

} // namespace

BOOST_AUTO_TEST_CASE(a_called_start_makes_a_service_of_init_s_own)
{
    Called life;
    life.host.start_of("other").leaves_daemon = true;
    life.call_at(1s, "other", "start");
    life.look_at(2s, "other");
    life.host.signal_at(3s, SIGTERM);
    BOOST_TEST(life.run() == 0);
    BOOST_TEST(life.in_order("taken 1", "start other"));
    BOOST_TEST(life.in_order("start other", "answered 1: 0"));
    BOOST_REQUIRE(life.seen.has_value());
    BOOST_TEST(life.seen->state == "running");
    // It was started, so the stop ends it.
    BOOST_TEST(life.host.count("stop other") == 1);
}

BOOST_AUTO_TEST_CASE(a_called_script_gets_the_caller_s_variables_and_no_runlevel)
{
    Called life;
    life.call_at(1s, "other", "start");
    life.host.signal_at(2s, SIGTERM);
    life.run();
    const auto& variables = life.host.environments["start other"];
    BOOST_TEST(std::ranges::count(variables, "TERM=vt100") == 1);
    BOOST_TEST(std::ranges::count(variables, "PATH=/sbin:/usr/sbin:/bin:/usr/bin") == 1);
    BOOST_TEST(
        std::ranges::none_of(variables, [](const std::string& v) { return v.starts_with("RUNLEVEL="); }));
}

BOOST_AUTO_TEST_CASE(the_script_s_status_is_the_caller_s)
{
    Called life;
    life.host.script("other").status = exited(3);
    life.call_at(1s, "other", "status");
    life.host.signal_at(2s, SIGTERM);
    BOOST_TEST(life.run() == 0);
    BOOST_TEST(life.host.count("answered 1: 3") == 1);
}

BOOST_AUTO_TEST_CASE(asking_a_script_for_its_status_changes_nothing)
{
    Called life;
    life.call_at(1s, "sshd", "status");
    life.look_at(2s, "sshd");
    life.host.signal_at(3s, SIGTERM);
    BOOST_TEST(life.run() == 0);
    BOOST_REQUIRE(life.seen.has_value());
    BOOST_TEST(life.seen->state == "running");
    BOOST_TEST(life.host.count("stop sshd") == 1);
}

BOOST_AUTO_TEST_CASE(a_called_stop_leaves_nothing_for_the_stop_to_do)
{
    Called life;
    life.call_at(1s, "sshd", "stop");
    life.look_at(2s, "sshd");
    life.host.signal_at(3s, SIGTERM);
    BOOST_TEST(life.run() == 0);
    BOOST_REQUIRE(life.seen.has_value());
    BOOST_TEST(life.seen->state == "stopped");
    BOOST_TEST(life.host.count("stop sshd") == 1);
}

BOOST_AUTO_TEST_CASE(what_init_cannot_run_is_left_to_the_caller)
{
    Called life;
    life.host.file("/etc/rc.d/init.d/direct", "#!/bin/sh\n# rcinit: keeper=no\n", true);
    life.call_at(1s, "nosuch", "start");
    life.call_at(1s, "direct", "start");
    life.host.signal_at(2s, SIGTERM);
    BOOST_TEST(life.run() == 0);
    BOOST_TEST(life.host.count("refused 1: init sees no script /etc/rc.d/init.d/nosuch") == 1);
    BOOST_TEST(std::ranges::any_of(
        life.host.record, [](const std::string& r) { return r.starts_with("refused 2: it has keeper=no"); }));
    BOOST_TEST(life.host.count("start direct") == 0);
}

BOOST_AUTO_TEST_CASE(nothing_runs_for_a_caller_that_has_gone)
{
    Called life;
    life.host.callers_have_gone = true;
    life.call_at(1s, "other", "start");
    life.host.signal_at(2s, SIGTERM);
    BOOST_TEST(life.run() == 0);
    BOOST_TEST(life.host.count("start other") == 0);
}

BOOST_AUTO_TEST_CASE(an_interrupt_of_the_caller_goes_to_the_script)
{
    Called life;
    life.host.start_of("other").hangs = true;
    life.call_at(1s, "other", "start");
    life.host.at(2s, world::CallSignalled{world::CallId{1}, SIGINT});
    life.host.signal_at(3s, SIGTERM);
    BOOST_TEST(life.run() == 0);
    BOOST_TEST(life.host.count("INT script other") == 1);
    BOOST_TEST((life.host.when("INT script other") == 2s));
}

BOOST_AUTO_TEST_CASE(a_stop_does_not_wait_for_a_start_that_was_called_for)
{
    Called life;
    life.host.start_of("other").hangs = true;
    life.call_at(1s, "other", "start");
    life.host.signal_at(2s, SIGTERM);
    BOOST_TEST(life.run() == 0);
    BOOST_TEST(life.host.has_said("other start is interrupted"));
    BOOST_TEST((life.host.when("TERM script other") == 2s));
    BOOST_TEST((life.host.elapsed() < 2100ms));
    BOOST_TEST(life.host.count("stop sshd") == 1);
}

BOOST_AUTO_TEST_CASE(a_script_that_cannot_be_started_is_answered_as_a_shell_would)
{
    Called life;
    life.host.start_of("other").fails_to_exec = ENOENT;
    life.call_at(1s, "other", "start");
    life.host.signal_at(2s, SIGTERM);
    life.run();
    BOOST_TEST(life.host.count("answered 1: 127") == 1);
}
