// SPDX-License-Identifier: MIT
// The plan that tools show, read off a tree, beside what a life on the same tree does.
#define BOOST_TEST_MODULE plan_scenario
#include "scenario/life.h"
#include "tree/boot_reader.h"

#include <boost/test/unit_test.hpp>

#include <algorithm>

using namespace init;
using namespace init::scenario;

namespace {

using Names = std::vector<std::string>;

/// A plain tree; each script has a complete block.
struct Planned : Life {
    Planned()
    {
        host.file("/etc/inittab", "id:3:initdefault:\n");
        host.file("/etc/rc3.d/.keep");
        host.signal_at(30s, SIGTERM);
    }
    void service(const std::string& name, int number, const std::string& needs, bool has_stop)
    {
        const std::string text = "#!/bin/sh\n### BEGIN INIT INFO\n# Provides: " + name +
                                 "\n# Required-Start: " + needs + "\n# Required-Stop: " + needs +
                                 "\n# Default-Start: 3\n# Default-Stop: 0\n### END INIT INFO\n";
        host.file("/etc/init.d/" + name, text, true);
        host.file("/etc/rc3.d/S" + std::to_string(number) + name, text, true);
        if (has_stop)
            host.file("/etc/rc0.d/K" + std::to_string(number) + name, text, true);
        host.start_of(name).leaves_daemon = true;
    }
    model::BootPlan plan()
    {
        return tree::read_boot_plan(host, settings, host.machine_facts(), std::nullopt);
    }
    /// The names that this one comes after.
    static Names after(const std::vector<model::PlannedScript>& list, const std::string& name)
    {
        Names names;
        for (const model::PlannedScript& script : list)
            if (script.name == name)
                for (const std::size_t earlier : script.after)
                    names.push_back(list.at(earlier).name);
        std::sort(names.begin(), names.end());
        return names;
    }
    static Names names(const std::vector<model::PlannedScript>& list)
    {
        Names names;
        for (const model::PlannedScript& script : list)
            names.push_back(script.name);
        return names;
    }
};

} // namespace

BOOST_AUTO_TEST_CASE(a_plan_names_those_that_a_script_waits_for_behind_it_too)
{
    Planned life;
    life.service("first", 10, "last", true);
    life.service("middle", 20, "first", true);
    life.service("last", 30, "", true);
    const model::BootPlan plan = life.plan();
    BOOST_TEST(life.after(plan.start, "first") == Names{"last"}, boost::test_tools::per_element());
    BOOST_TEST(life.after(plan.start, "middle") == Names{"first"}, boost::test_tools::per_element());
    BOOST_TEST(life.after(plan.start, "last").empty());
    BOOST_TEST(life.after(plan.stop, "first") == Names{"middle"}, boost::test_tools::per_element());
    BOOST_TEST(life.after(plan.stop, "last") == Names{"first"}, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(what_no_link_stops_is_planned_in_reverse_of_the_order_of_its_start)
{
    Planned life;
    life.service("user", 10, "base", false); // starts last, though its link comes first
    life.service("base", 20, "", false);
    life.service("linked", 30, "", true);
    life.service("other", 40, "", false);
    const model::BootPlan plan = life.plan();
    BOOST_TEST(life.names(plan.stop) == (Names{"linked", "user", "other", "base"}),
               boost::test_tools::per_element());
    BOOST_TEST(life.after(plan.stop, "base") == Names{"user"}, boost::test_tools::per_element());
    BOOST_TEST(life.after(plan.stop, "user") == Names{"linked"}, boost::test_tools::per_element());
    // Whether it starts before or after `user` nobody says beforehand.
    BOOST_TEST(life.after(plan.stop, "other") == Names{"linked"}, boost::test_tools::per_element());
    BOOST_TEST(life.run() == 0);
    BOOST_TEST(life.in_order("stop user", "stop base"));
    BOOST_TEST(life.in_order("stop linked", "stop user"));
}

BOOST_AUTO_TEST_CASE(one_after_another_the_whole_order_is_planned)
{
    Planned life;
    life.settings.parallel = model::ParallelChoice::no;
    for (const char* name : {"a", "b", "c"})
        life.service(name, 10, "", false);
    const model::BootPlan plan = life.plan();
    BOOST_TEST(life.names(plan.stop) == (Names{"c", "b", "a"}), boost::test_tools::per_element());
    BOOST_TEST(life.after(plan.stop, "a") == Names{"b"}, boost::test_tools::per_element());
    BOOST_TEST(life.after(plan.stop, "b") == Names{"c"}, boost::test_tools::per_element());
    BOOST_TEST(life.after(plan.stop, "c").empty());
}
