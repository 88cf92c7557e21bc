// SPDX-License-Identifier: MIT
// Trees of the three layouts boot as they are: which scripts run, in what order, with what they are born
// with, and what is said about those that do not.
#define BOOST_TEST_MODULE boot_layouts
#include "container.h"

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <ostream>

namespace ut = boost::unit_test;
using namespace boot;

namespace boot {
std::ostream& boost_test_print_type(std::ostream& out, Layout layout)
{
    return out << (layout == Layout::red_hat ? "red_hat" : layout == Layout::debian ? "debian" : "plain");
}
} // namespace boot

namespace {

constexpr Layout layouts[] = {Layout::red_hat, Layout::debian, Layout::plain};

/// A script that only notes its verb.
void note(Container& box, const std::string& name, const std::string& more = "")
{
    box.script(name, "echo \"" + name + " $1\" >>/var/events\n" + more);
}

std::string value(const std::string& facts, const std::string& key)
{
    const std::size_t at = facts.find(key + "=");
    if (at == std::string::npos)
        return "(none)";
    return facts.substr(at + key.size() + 1, facts.find('\n', at) - at - key.size() - 1);
}

} // namespace

BOOST_AUTO_TEST_SUITE(layouts_boot, *ut::precondition(containers_work))

BOOST_DATA_TEST_CASE(a_tree_boots_in_link_order_and_stops_in_reverse, ut::data::make(layouts), layout)
{
    Container box{layout};
    for (const char* name : {"one", "two", "three"})
        box.service(name);
    box.enable("three", 30, 10);
    box.enable("one", 10, 30);
    box.enable("two", 20, 20);
    BOOST_REQUIRE(box.boot());
    BOOST_TEST(in_order(box.events(), {"one start", "two start", "three start"}), joined(box.events()));
    for (const char* name : {"one", "two", "three"})
        BOOST_TEST(box.process(box.pid_in(std::string{"/var/run/"} + name + ".pid")).has_value());
    const Ended end = box.stop();
    BOOST_TEST(end.over);
    BOOST_TEST(end.status == 0);
    BOOST_TEST(end.took < 3s);
    BOOST_TEST(in_order(box.events(), {"three stop", "two stop", "one stop"}), joined(box.events()));
    BOOST_TEST((!end.leftovers || end.leftovers->empty()),
               joined(end.leftovers.value_or(std::vector<Process>{})));
}

BOOST_AUTO_TEST_CASE(red_hat_runs_rc_sysinit_before_the_first_script)
{
    Container box;
    note(box, "first");
    box.link('3', "S00first");
    BOOST_REQUIRE(box.boot());
    BOOST_TEST(in_order(box.events(), {"sysinit", "first start"}), joined(box.events()));
}

BOOST_AUTO_TEST_CASE(debian_runs_rcS_before_rc2)
{
    Container box{Layout::debian};
    note(box, "early");
    note(box, "late");
    box.link('S', "S99early");
    box.link('2', "S01late");
    BOOST_REQUIRE(box.boot());
    BOOST_TEST(in_order(box.events(), {"early start", "late start"}), joined(box.events()));
    BOOST_TEST(box.count_events("early start") == 1);
}

BOOST_AUTO_TEST_CASE(K_scripts_come_before_S_scripts_when_the_level_changes)
{
    Container box;
    box.service("old");
    note(box, "new");
    box.enable("old", 50);
    box.link('4', "K90old");
    box.link('4', "S01new");
    BOOST_REQUIRE(box.boot());
    BOOST_TEST(box.exec({"telinit", "4"}).status == 0);
    BOOST_TEST(box.wait_for_event("new start"));
    BOOST_TEST(in_order(box.events(), {"old start", "old stop", "new start"}), joined(box.events()));
}

BOOST_AUTO_TEST_CASE(scripts_know_both_levels_under_both_names)
{
    Container box;
    box.script("tell", "echo \"$1 $RUNLEVEL $PREVLEVEL $runlevel $previous\" >>/var/events\n"
                       "[ $1 = start ] && : >/var/lock/subsys/tell\n");
    box.link('3', "S50tell");
    box.link('4', "K50tell");
    BOOST_REQUIRE(box.boot());
    BOOST_TEST(box.count_events("start 3 N 3 N") == 1, joined(box.events()));
    BOOST_TEST(box.exec({"telinit", "4"}).status == 0);
    BOOST_TEST(box.wait_for_event("stop 4 3 4 3"), joined(box.events()));
}

BOOST_AUTO_TEST_CASE(a_K_script_without_a_lock_and_without_a_start_is_left_out_on_red_hat)
{
    Container box;
    note(box, "never");
    note(box, "locked", "[ $1 = start ] && : >/var/lock/subsys/locked.init\n");
    box.link('3', "S10locked");
    for (const char* name : {"K10never", "K20locked"})
        box.link('0', name);
    BOOST_REQUIRE(box.boot());
    BOOST_TEST(box.stop().status == 0);
    BOOST_TEST(box.count_events("never stop") == 0);
    BOOST_TEST(box.count_events("locked stop") == 1);
}

BOOST_AUTO_TEST_CASE(a_start_whose_lock_exists_is_left_out_on_red_hat)
{
    Container box;
    note(box, "first", ": >/var/lock/subsys/second\n");
    note(box, "second");
    box.link('3', "S10first");
    box.link('3', "S20second");
    BOOST_REQUIRE(box.boot());
    BOOST_TEST(box.count_events("first start") == 1);
    BOOST_TEST(box.count_events("second start") == 0);
}

BOOST_AUTO_TEST_CASE(leftover_names_and_scripts_without_the_execute_bit_do_not_run_on_red_hat)
{
    Container box;
    for (const char* name :
         {"good", "saved.rpmsave", "orig.rpmorig", "new.rpmnew", "back.bak", "edit~", "plain"})
        note(box, name);
    box.script("plain", "echo plain >>/var/events\n", 0644);
    for (const char* name : {"S10saved.rpmsave", "S11orig.rpmorig", "S12new.rpmnew", "S13back.bak",
                             "S14edit~", "S15plain", "S99good"})
        box.link('3', name);
    box.link('3', "S50gone"); // a link to nothing
    BOOST_REQUIRE(box.boot());
    BOOST_TEST((box.events() == std::vector<std::string>{"sysinit", "good start"}), joined(box.events()));
}

BOOST_AUTO_TEST_CASE(a_script_without_an_interpreter_line_runs_in_the_shell)
{
    Container box;
    box.script("bare", "#!/bin/sh\n");
    box.file("/etc/rc.d/init.d/bare", "echo \"bare $1\" >>/var/events\n", 0755);
    box.link('3', "S10bare");
    BOOST_REQUIRE(box.boot());
    BOOST_TEST(box.count_events("bare start") == 1);
}

BOOST_AUTO_TEST_CASE(a_debian_script_without_the_execute_bit_runs_in_the_shell)
{
    Container box{Layout::debian};
    box.script("unmarked", "echo unmarked >>/var/events\n", 0644);
    note(box, "good");
    box.link('2', "S01unmarked");
    box.link('2', "S02good");
    BOOST_REQUIRE(box.boot());
    BOOST_TEST(in_order(box.events(), {"unmarked", "good start"}), joined(box.events()));
}

BOOST_AUTO_TEST_CASE(a_missing_interpreter_costs_that_script_and_is_said)
{
    Container box;
    box.script("broken", "#!/no/such/shell\n");
    note(box, "good");
    box.link('3', "S10broken");
    box.link('3', "S20good");
    BOOST_REQUIRE(box.boot());
    BOOST_TEST(box.count_events("good start") == 1);
    BOOST_TEST(!box.log_lines("broken").empty());
}

BOOST_AUTO_TEST_CASE(a_script_is_born_clean_whatever_init_inherited)
{
    Container box;
    box.inherited_signals();
    box.environment("FROM_RUNTIME=kept");
    box.environment("RCINIT_GRACE=9s");
    for (const char* name : {"witness", "other"})
        box.script(name, std::string{"exec /opt/helper look /var/log/"} + name + "\n");
    box.link('3', "S10witness");
    box.link('3', "S11other");
    BOOST_REQUIRE(box.boot());
    const std::string facts = box.read("/var/log/witness");
    BOOST_TEST(value(facts, "fds") == "0 1 2");
    BOOST_TEST(value(facts, "stdin") == "/dev/null");
    BOOST_TEST(value(facts, "cwd") == "/");
    BOOST_TEST(value(facts, "umask") == "22");
    BOOST_TEST(value(facts, "SigBlk") == "0000000000000000");
    BOOST_TEST(value(facts, "SigIgn") == "0000000000000000");
    BOOST_TEST(value(facts, "leads_group") == "1");
    BOOST_TEST(value(facts, "session") != "1"); // its keeper's, not init's
    BOOST_TEST(value(facts, "env FROM_RUNTIME") == "kept");
    BOOST_TEST(value(facts, "env RCINIT_SERVICE") == "witness");
    BOOST_TEST(value(facts, "env RCINIT_GRACE") == "(none)");
}

BOOST_AUTO_TEST_CASE(every_line_of_output_carries_the_name_of_its_script)
{
    Container box;
    box.script("talker", "echo to stdout; echo to stderr >&2; printf 'without an end'\n");
    box.link('3', "S10talker");
    BOOST_REQUIRE(box.boot());
    for (const char* line : {"talker: to stdout\n", "talker: to stderr\n", "talker: without an end\n"})
        BOOST_TEST(box.wait_for_log(line), line);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(tables, *ut::precondition(containers_work))

BOOST_DATA_TEST_CASE(a_tree_without_an_inittab_boots_with_the_entries_of_its_layout, ut::data::make(layouts),
                     layout)
{
    Container box{layout};
    note(box, "one");
    box.enable("one", 10);
    box.file("/etc/unused", "");
    BOOST_TEST(box.default_level() == (layout == Layout::red_hat ? '3' : '2'));
    box.remove("/etc/inittab");
    BOOST_REQUIRE(box.boot());
    BOOST_TEST(box.count_events("one start") == 1);
    BOOST_TEST(box.stop().status == 0);
}

BOOST_AUTO_TEST_CASE(an_inittab_with_only_an_initdefault_is_completed)
{
    Container box;
    box.inittab("id:5:initdefault:\n");
    note(box, "graphical");
    box.link('5', "S10graphical");
    BOOST_REQUIRE(box.boot());
    BOOST_TEST(in_order(box.events(), {"sysinit", "graphical start"}), joined(box.events()));
    BOOST_TEST(box.exec({"runlevel"}).output == "N 5\n");
}

BOOST_AUTO_TEST_CASE(a_broken_line_is_named_and_the_rest_works)
{
    Container box;
    box.inittab("id:3:initdefault:\nsi::sysinit:/etc/rc.d/rc.sysinit\nxx:3:respwan:/bin/true\nnot a line\n"
                "l3:3:wait:/etc/rc.d/rc 3\nla:3:once:echo last >>/var/events");
    note(box, "one");
    box.enable("one", 10);
    BOOST_REQUIRE(box.boot());
    BOOST_TEST(box.wait_for_event("last"));
    BOOST_TEST(box.count_events("one start") == 1);
    BOOST_TEST(!box.log_lines("inittab:3:").empty());
    BOOST_TEST(!box.log_lines("inittab:4:").empty());
}

BOOST_DATA_TEST_CASE(a_default_level_that_ends_the_container_is_refused, ut::data::make({'0', '6'}), level)
{
    Container box;
    box.inittab(std::string{"id:"} + level + ":initdefault:\n");
    note(box, "one");
    box.enable("one", 10);
    BOOST_REQUIRE(box.boot());
    BOOST_TEST(box.count_events("one start") == 1);
    BOOST_TEST(!box.log_lines("initdefault").empty());
}

BOOST_AUTO_TEST_CASE(an_rc_of_the_images_own_is_run_as_it_is_and_that_is_said)
{
    Container box;
    box.file("/etc/rc.d/rc", "#!/bin/sh\necho \"own rc $1\" >>/var/events\n", 0755);
    note(box, "one");
    box.enable("one", 10);
    BOOST_REQUIRE(box.boot());
    BOOST_TEST(box.count_events("own rc 3") == 1);
    BOOST_TEST(box.count_events("one start") == 0);
    BOOST_TEST(!box.log_lines("/etc/rc.d/rc").empty());
}

BOOST_AUTO_TEST_CASE(a_level_on_the_command_line_wins_over_the_default)
{
    Container box;
    box.arguments({"/sbin/init", "-z", "padding", "4"});
    note(box, "four");
    box.link('4', "S10four");
    BOOST_REQUIRE(box.boot());
    BOOST_TEST(box.count_events("four start") == 1);
}

BOOST_AUTO_TEST_CASE(initscript_stands_around_the_scripts_of_a_level_but_not_of_level_S)
{
    Container box{Layout::debian};
    box.file("/etc/initscript", "echo \"around $1 $2 $3 $4\" >>/var/events\neval exec \"$4\"\n");
    note(box, "early");
    note(box, "one");
    box.link('S', "S05early");
    box.enable("one", 10, 90);
    BOOST_REQUIRE(box.boot());
    BOOST_TEST(box.count_events("early start") == 1U);
    BOOST_TEST(box.count_events("one start") == 1U);
    BOOST_TEST(box.stop().status == 0);
    BOOST_TEST(box.count_events("one stop") == 1U);
    std::size_t around_one = 0;
    for (const std::string& event : box.events()) {
        BOOST_TEST((!event.starts_with("around") || event.find("early start") == std::string::npos), event);
        around_one += event.starts_with("around l2 2 wait ") && event.ends_with("one start") ? 1U : 0U;
        around_one += event.starts_with("around l0 0 wait ") && event.ends_with("one stop") ? 1U : 0U;
    }
    BOOST_TEST(around_one == 2U, joined(box.events()));
}

BOOST_DATA_TEST_CASE(a_single_user_level_without_a_terminal_is_entered_and_left, ut::data::make({"S", "1"}),
                     level)
{
    Container box;
    box.arguments({"/sbin/init", level});
    note(box, "one");
    box.enable("one", 10, 90);
    BOOST_REQUIRE(box.boot());
    BOOST_TEST(box.count_events("one start") == 0U);
    BOOST_TEST(box.exec({"telinit", "3"}).status == 0);
    BOOST_TEST(box.wait_for_event("one start"));
    BOOST_TEST(box.stop().status == 0);
}

BOOST_AUTO_TEST_CASE(a_script_for_a_machine_is_left_out_with_its_reason)
{
    Container box;
    note(box, "halt");
    note(box, "hwclock");
    note(box, "killall");
    box.link('3', "S01hwclock");
    box.link('0', "S00killall");
    box.link('0', "S01halt");
    BOOST_REQUIRE(box.boot());
    BOOST_TEST(!box.log_lines("hwclock").empty());
    BOOST_TEST(box.stop().status == 0);
    for (const char* name : {"hwclock start", "halt start", "halt stop", "killall start"})
        BOOST_TEST(box.count_events(name) == 0, name);
}

BOOST_AUTO_TEST_SUITE_END()
