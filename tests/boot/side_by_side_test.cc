// SPDX-License-Identifier: MIT
// Scripts that run side by side: how many, which alone, and how their lines stand in the log.
#define BOOST_TEST_MODULE boot_side_by_side
#include "order_tree.h"

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <algorithm>

namespace ut = boost::unit_test;
using namespace boot;

namespace {

/// Six scripts that need nobody. Each stays until `together` have begun, and a moment longer, so that one too
/// many would be seen beside them.
void plant_six(Container& box, unsigned together)
{
    for (const char* name : {"one", "two", "three", "four", "five", "six"})
        plant(box,
              {.name = name,
               .start = 10,
               .stop = 10,
               .header = block({name}),
               .wait = "turn=0; while [ $turn -lt 300 ] && [ $(grep -c \"$1 begin\" /var/events) -lt " +
                       std::to_string(together) + " ]; do sleep 0.01; turn=$((turn + 1)); done; sleep 0.05"},
              Layout::plain);
}

std::vector<ToldRun> started(Container& box)
{
    return told_runs(box.events());
}

/// A script that writes its lines in turns with the others of the same tree: nobody writes line n + 1 before
/// all have written line n.
std::string in_turns(const std::string& name, unsigned lines, unsigned scripts)
{
    return "line=1; while [ $line -le " + std::to_string(lines) + " ]; do echo \"" + name +
           " says line $line of it, whole\"; : >/var/turn.$line." + name +
           "; turn=0; while [ $turn -lt 300 ] && set -- \"$1\" /var/turn.$line.* && [ $# -le " +
           std::to_string(scripts) + " ]; do sleep 0.01; turn=$((turn + 1)); done; line=$((line + 1)); done";
}

constexpr const char* writers[] = {"red", "green", "blue"};

/// A script may be over before its last lines are in the log.
bool wait_for_lines(Container& box, const std::string& text, std::size_t count)
{
    return box.wait_for([&] { return box.log_lines(text).size() >= count; });
}

/// The first letters of the writers' names, in the order of their lines in the log.
std::string order_of_lines(Container& box)
{
    wait_for_lines(box, " says line ", 12);
    std::string order;
    for (const std::string& line : box.log_lines(" says line "))
        order += line[0];
    return order;
}

void plant_writers(Container& box)
{
    for (const char* name : writers)
        plant(box, {.name = name, .start = 10, .header = block({name}), .wait = in_turns(name, 4, 3)},
              Layout::plain);
}

} // namespace

BOOST_AUTO_TEST_SUITE(side_by_side, *ut::precondition(containers_work))

BOOST_DATA_TEST_CASE(as_many_run_at_once_as_jobs_allows_and_no_more, ut::data::make({1U, 3U, 6U}), jobs)
{
    Container box{Layout::plain};
    plant_six(box, jobs);
    box.arguments({"/sbin/init", "--jobs", std::to_string(jobs)});
    BOOST_REQUIRE(boots(box));
    BOOST_TEST(started(box).size() == 6u);
    BOOST_TEST(most_at_once(started(box)) == jobs, joined(box.events()));
    const std::size_t from = box.events().size();
    BOOST_TEST(box.stop().status == 0);
    BOOST_TEST(most_at_once(told_runs(box.events(), from)) == jobs, joined(box.events()));
}

BOOST_AUTO_TEST_CASE(serial_runs_one_at_a_time_in_link_order)
{
    Container box{Layout::plain};
    plant_six(box, 1);
    box.arguments({"/sbin/init", "--serial"});
    BOOST_REQUIRE(boots(box));
    BOOST_TEST(most_at_once(started(box)) == 1u, joined(box.events()));
    BOOST_TEST(names_of(started(box)) ==
                   (std::vector<std::string>{"five", "four", "one", "six", "three", "two"}),
               boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(an_interactive_script_has_nobody_beside_it)
{
    Container box{Layout::plain};
    plant_six(box, 6);
    box.file("/etc/insserv.conf", "<interactive> asks-by-name\n");
    // Both stay a while: whatever could begin beside them would.
    plant(box, {.name = "asks-by-name", .start = 1, .header = block({"asks-by-name"}), .wait = "sleep 0.1"},
          Layout::plain);
    plant(box,
          {.name = "asks-by-header",
           .start = 1,
           .header = block({.provides = "asks-by-header", .more = "# X-Interactive: true\n"}),
           .wait = "sleep 0.1"},
          Layout::plain);
    box.arguments({"/sbin/init", "--jobs", "8"});
    BOOST_REQUIRE(boots(box));
    const std::vector<ToldRun> runs = started(box);
    BOOST_TEST(runs.size() == 8u);
    BOOST_TEST(most_at_once(runs) == 6u, joined(box.events())); // the others ran side by side
    for (const ToldRun& run : runs)
        if (run.name.starts_with("asks"))
            BOOST_TEST(*run.end == run.begin + 1, joined(box.events()));
}

BOOST_AUTO_TEST_CASE(lines_of_scripts_side_by_side_are_mixed)
{
    Container box{Layout::plain};
    plant_writers(box);
    BOOST_REQUIRE(boots(box));
    std::string order = order_of_lines(box);
    BOOST_TEST_REQUIRE(order.size() == 12u);
    // They wrote in turns; how soon each line is shown is up to the machine.
    order.erase(std::unique(order.begin(), order.end()), order.end());
    BOOST_TEST(order.size() > 3u, order);
}

BOOST_AUTO_TEST_CASE(grouped_output_holds_the_lines_of_each_script_together)
{
    Container box{Layout::plain};
    plant_writers(box);
    box.file("/etc/rcinit.conf", "output=grouped\n");
    BOOST_REQUIRE(boots(box));
    std::string order = order_of_lines(box);
    BOOST_TEST_REQUIRE(order.size() == 12u);
    order.erase(std::unique(order.begin(), order.end()), order.end());
    BOOST_TEST(order.size() == 3u, order);
    for (const char* name : writers) {
        const std::vector<std::string> lines = box.log_lines(std::string{name} + " says line ");
        BOOST_TEST_REQUIRE(lines.size() == 4u);
        for (std::size_t i = 0; i < lines.size(); ++i)
            BOOST_TEST(lines[i] == std::string{name} + ": " + name + " says line " + std::to_string(i + 1) +
                                       " of it, whole");
    }
}

BOOST_AUTO_TEST_CASE(lines_written_at_once_are_whole_and_keep_their_order_within_a_script)
{
    Container box{Layout::plain};
    const std::string filler(200, '.');
    for (const char* name : writers)
        plant(box,
              {.name = name,
               .start = 10,
               .header = block({name}),
               .wait = "[ $1 = stop ] || /opt/helper lines 1000 \"" + filler + name + "\""},
              Layout::plain);
    BOOST_REQUIRE(box.boot()); // by its state: a line of init's own is dropped where the log is full
    for (const char* name : writers) {
        wait_for_lines(box, std::string{"."} + name, 1000);
        const std::vector<std::string> lines = box.log_lines(std::string{"."} + name);
        BOOST_TEST_REQUIRE(lines.size() == 1000u);
        std::size_t whole = 0;
        for (std::size_t i = 0; i < lines.size(); ++i)
            whole += lines[i] == std::string{name} + ": " + filler + name + " " + std::to_string(i + 1);
        BOOST_TEST(whole == lines.size());
    }
}

BOOST_AUTO_TEST_SUITE_END()
