// SPDX-License-Identifier: MIT
// What `rcinit plan` prints is what a boot and a stop do: on many trees, the same scripts, no other, in an
// order that keeps every `after`, and with the reasons that it gives.
#define BOOST_TEST_MODULE boot_plan
#include "plan_trees.h"

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <map>
#include <set>

namespace ut = boost::unit_test;
using namespace boot;

namespace {

using Names = std::vector<std::string>;

/// "NAME VERB" of what the plan runs. What no link names is stopped only where something of it is up.
Names planned_runs(const std::vector<ToldStep>& steps, const std::set<std::string>& up)
{
    Names names;
    for (const ToldStep& step : steps)
        if (!step.skip && (step.linked || up.contains(step.name)))
            names.push_back(step.name + " " + step.verb);
    return names;
}

Names told_names(const std::vector<ToldRun>& runs)
{
    Names names;
    for (const ToldRun& run : runs)
        names.push_back(run.name + " " + run.verb);
    return names;
}

Names sorted(Names names)
{
    std::sort(names.begin(), names.end());
    return names;
}

/// All that a step comes after, through those that are skipped as well.
std::set<std::string> all_before(const std::vector<ToldStep>& steps, const ToldStep& step)
{
    std::set<std::string> found;
    Names todo = step.after;
    while (!todo.empty()) {
        const std::string name = todo.back();
        todo.pop_back();
        if (!found.insert(name).second)
            continue;
        for (const ToldStep& other : steps)
            if (other.name == name)
                todo.insert(todo.end(), other.after.begin(), other.after.end());
    }
    return found;
}

/// Every pair of steps that ran out of order.
Names broken(const std::vector<ToldStep>& steps, const std::vector<ToldRun>& runs)
{
    std::map<std::string, const ToldRun*> run_of;
    for (const ToldRun& run : runs)
        run_of[run.name] = &run;
    const auto ran = [&](const std::string& name) {
        const auto at = run_of.find(name);
        return at == run_of.end() ? nullptr : at->second;
    };
    Names found;
    for (const ToldStep& step : steps)
        for (const std::string& earlier : all_before(steps, step)) {
            const ToldRun* const first = ran(earlier);
            const ToldRun* const second = ran(step.name);
            if (first && second && (!first->end || *first->end > second->begin))
                found.push_back(step.name + " began before " + earlier + " had ended");
        }
    return found;
}

/// Of those that ran alone by the plan: what ran beside them.
Names beside_interactive(const std::vector<ToldStep>& steps, const std::vector<ToldRun>& runs)
{
    Names found;
    for (const ToldStep& step : steps)
        for (const ToldRun& run : runs)
            for (const ToldRun& other : runs)
                if (step.interactive && run.name == step.name && other.name != run.name &&
                    other.begin < run.end && run.begin < other.end)
                    found.push_back(other.name + " ran beside " + run.name);
    return found;
}

void check_waves(const std::vector<ToldStep>& steps)
{
    for (const ToldStep& step : steps)
        for (const std::string& earlier : step.after)
            for (const ToldStep& other : steps)
                BOOST_TEST((other.name != earlier || other.wave < step.wave),
                           step.name << " after " << earlier);
}

/// The scripts of rcS are over before the level begins.
void check_rcS_comes_first(const std::vector<ToldStep>& steps, const std::vector<ToldRun>& runs)
{
    const auto is_early = [&](const ToldRun& run) {
        return std::any_of(steps.begin(), steps.end(), [&](const ToldStep& step) {
            return step.name == run.name && step.script.starts_with("/etc/rcS.d/");
        });
    };
    for (const ToldRun& late : runs)
        for (const ToldRun& early : runs)
            if (is_early(early) && !is_early(late))
                BOOST_TEST(*early.end < late.begin,
                           late.name << " began before " << early.name << " had ended");
}

/// What the trees held altogether: a feature that none of them had was not tested.
std::map<std::string, unsigned> seen;

void count(const ToldPlan& plan)
{
    seen[plan.side_by_side ? "side by side" : "in link order"] += 1;
    for (const std::vector<ToldStep>* list : {&plan.start, &plan.stop})
        for (const ToldStep& step : *list) {
            seen["skipped: " + step.skip.value_or("no")] += 1;
            seen["interactive"] += step.interactive;
            seen["without a link"] += !step.linked;
            seen["after several"] += step.after.size() > 1;
        }
}

} // namespace

BOOST_AUTO_TEST_SUITE(plans, *ut::precondition(containers_work))

BOOST_DATA_TEST_CASE(a_boot_and_a_stop_do_what_the_plan_says,
                     ut::data::xrange(is_long() ? 6 * plan_trees : plan_trees), seed)
{
    const PlanTree made = plan_tree(seed);
    Container box{made.tree.layout};
    plant(box, made.tree);
    BOOST_TEST_CONTEXT(made.tree.name)
    {
        const std::string printed = plan_outside(box.root());
        const ToldPlan plan = read_plan(printed);
        count(plan);
        check_waves(plan.start);
        check_waves(plan.stop);
        BOOST_TEST_REQUIRE(boots(box));
        BOOST_TEST(box.shell("rcinit plan --json 2>/dev/null").output == printed);

        const std::vector<ToldRun> started = told_runs(box.events());
        const Names to_start = planned_runs(plan.start, {});
        BOOST_TEST(sorted(told_names(started)) == sorted(to_start), boost::test_tools::per_element());
        BOOST_TEST(broken(plan.start, started).empty(), joined(broken(plan.start, started)));
        BOOST_TEST(beside_interactive(plan.start, started).empty());
        check_rcS_comes_first(plan.start, started);
        if (made.serial)
            BOOST_TEST(told_names(started) == to_start, boost::test_tools::per_element());
        const std::vector<ToldService> services = told_services(box);
        for (const ToldStep& step : plan.start)
            if (step.skip)
                BOOST_TEST(std::any_of(services.begin(), services.end(),
                                       [&](const ToldService& service) {
                                           return service.name == step.name && service.state == "skipped" &&
                                                  service.reason == *step.skip;
                                       }),
                           step.name << " is not shown as skipped: " << *step.skip);

        // What was started is stopped by its script, whether a process of it lives or not.
        std::set<std::string> up;
        for (const ToldStep& step : plan.start)
            if (!step.skip)
                up.insert(step.name);
        const std::size_t from = box.events().size();
        BOOST_TEST(box.stop().status == 0);
        const std::vector<ToldRun> stopped = told_runs(box.events(), from);
        const Names to_stop = planned_runs(plan.stop, up);
        BOOST_TEST(sorted(told_names(stopped)) == sorted(to_stop), boost::test_tools::per_element());
        BOOST_TEST(broken(plan.stop, stopped).empty(), joined(broken(plan.stop, stopped)));
        if (made.serial)
            BOOST_TEST(told_names(stopped) == to_stop, boost::test_tools::per_element());
    }
}

BOOST_AUTO_TEST_CASE(the_trees_held_everything_that_a_plan_has_to_know)
{
    for (const char* what :
         {"side by side", "in link order", "interactive", "without a link", "after several",
          "skipped: the link leads nowhere", "skipped: the script is not executable",
          "skipped: it is not running", "skipped: it sets the clock, which is the host's"})
        BOOST_TEST(seen[what] > 2u, what);
}

BOOST_AUTO_TEST_SUITE_END()
