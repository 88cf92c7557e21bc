// SPDX-License-Identifier: MIT
// Which scripts a level runs, in which order, and why one is left out: Red Hat's, Debian's and plain rules
// side by side.
#define BOOST_TEST_MODULE runlevel_plan
#include "model/runlevel_plan.h"

#include <boost/test/unit_test.hpp>

using namespace init::model;

namespace {

std::string planned(Layout layout, char from, char to, std::vector<std::string> names,
                    std::vector<std::string> previous = {})
{
    const Runlevel old = from == 'N' ? Runlevel::none() : *Runlevel::from(from);
    std::string text;
    for (const PlanStep& step : plan_runlevel({layout, old, *Runlevel::from(to), "/d", names, previous}))
        text += (text.empty() ? "" : " ") + step.link.name + ":" + step.verb;
    return text;
}

const PlanStep start_step{{LinkKind::start, 10, "x"}, "/d/S10x", "start"};
const PlanStep stop_step{{LinkKind::stop, 10, "x"}, "/d/K10x", "stop"};

ServiceFacts facts(bool locked, bool lives, bool started)
{
    ServiceFacts all;
    all.link_leads_somewhere = all.executable = true;
    all.locked = locked;
    all.main_lives = lives;
    all.started = started;
    return all;
}

} // namespace

BOOST_AUTO_TEST_CASE(K_scripts_come_before_S_scripts_each_by_number_then_name)
{
    BOOST_TEST(planned(Layout::red_hat, '5', '3', {"S20b", "S20a", "K05z", "S03c", "K90y"}) ==
               "z:stop y:stop c:start a:start b:start");
}

BOOST_AUTO_TEST_CASE(leftovers_of_editors_and_package_managers_are_no_scripts)
{
    BOOST_TEST(planned(Layout::red_hat, 'N', '3', {"S10a.rpmsave", "S10b~", "README", "S1c", "S10d"}) ==
               "d:start");
}

BOOST_AUTO_TEST_CASE(debian_runs_no_K_script_coming_from_nothing_but_at_the_end)
{
    BOOST_TEST(planned(Layout::debian, 'N', '2', {"K01a", "S01b"}) == "b:start");
    BOOST_TEST(planned(Layout::debian, '3', '2', {"K01a", "S01b"}) == "a:stop b:start");
    BOOST_TEST(planned(Layout::debian, 'N', '0', {"K01a"}) == "a:stop");
}

BOOST_AUTO_TEST_CASE(a_change_between_long_levels_looks_at_each_link_once)
{
    std::vector<std::string> names;
    for (int i = 0; i < 100'000; ++i)
        names.push_back("S10" + std::to_string(i));
    names.emplace_back("S20new");
    const std::vector<std::string> previous(names.begin(), names.end() - 1);
    BOOST_TEST(planned(Layout::debian, '3', '2', names, previous) == "new:start");
}

BOOST_AUTO_TEST_CASE(debian_calls_everything_with_stop_in_0_and_6_and_red_hat_does_not)
{
    BOOST_TEST(planned(Layout::debian, '2', '0', {"K01a", "S10halt"}) == "a:stop halt:stop");
    BOOST_TEST(planned(Layout::debian, '2', '6', {"S10reboot"}) == "reboot:stop");
    BOOST_TEST(planned(Layout::red_hat, '3', '0', {"K01a", "S00killall"}) == "a:stop killall:start");
}

BOOST_AUTO_TEST_CASE(debian_leaves_a_service_alone_that_both_levels_start)
{
    BOOST_TEST(planned(Layout::debian, '2', '3', {"S01a", "S01b"}, {"S01a"}) == "b:start");
    BOOST_TEST(planned(Layout::debian, '2', '3', {"K05a", "S01a"}, {"S01a"}) == "a:stop a:start");
    BOOST_TEST(planned(Layout::red_hat, '2', '3', {"S01a"}, {"S01a"}) == "a:start");
}

BOOST_AUTO_TEST_CASE(a_step_is_left_out_for_a_reason)
{
    struct Row {
        const char* what;
        Layout layout;
        PlanStep step;
        ServiceFacts facts;
        bool runs;
    };
    ServiceFacts dangling;
    ServiceFacts not_executable = facts(false, false, false);
    not_executable.executable = false;
    ServiceFacts early = facts(false, false, false);
    early.level_reached = false;
    const Row rows[] = {
        {"a dangling link", Layout::debian, start_step, dangling, false},
        {"no exec bit on Red Hat", Layout::red_hat, start_step, not_executable, false},
        {"no exec bit on Debian", Layout::debian, start_step, not_executable, true},
        {"Red Hat: lock held", Layout::red_hat, start_step, facts(true, false, false), false},
        {"Debian: lock held", Layout::debian, start_step, facts(true, false, false), true},
        {"stop: nothing known", Layout::red_hat, stop_step, facts(false, false, false), false},
        {"stop: locked", Layout::red_hat, stop_step, facts(true, false, false), true},
        {"stop: main process lives", Layout::red_hat, stop_step, facts(false, true, false), true},
        {"stop: was started", Layout::red_hat, stop_step, facts(false, false, true), true},
        {"plain stop: nothing known", Layout::plain, stop_step, facts(false, false, false), false},
        {"Debian stop: no lock test", Layout::debian, stop_step, facts(false, false, false), true},
        {"Debian stop before any level", Layout::debian, stop_step, early, false},
        {"plain start: it lives", Layout::plain, start_step, facts(false, true, true), false},
    };
    for (const Row& row : rows)
        BOOST_TEST_CONTEXT(row.what)
    BOOST_TEST(skip_reason(row.layout, row.step, row.facts).has_value() == !row.runs);
}
