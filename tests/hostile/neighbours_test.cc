// SPDX-License-Identifier: MIT
// What others in the container do to init: crowds of processes, folders full of names, a /dev that is gone.
// It costs them their own, never the stop or a K-script.
#define BOOST_TEST_MODULE hostile_neighbours
#include "container.h"

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

namespace ut = boost::unit_test;
using namespace boot;

namespace {

/// The grace of the runtime; what it sees must lie before its KILL.
constexpr milliseconds grace = 10s;

struct Crowd {
    const char* arguments;
    std::size_t processes;
};
std::ostream& operator<<(std::ostream& out, const Crowd& crowd)
{
    return out << crowd.arguments;
}
const Crowd crowds[] = {{"8 250", 2000}, {"1500 1", 1500}};

} // namespace

BOOST_AUTO_TEST_SUITE(hostile, *ut::precondition(containers_work))

BOOST_DATA_TEST_CASE(a_crowd_that_is_deaf_to_TERM_is_gone_in_time, ut::data::make(crowds), crowd)
{
    Container box;
    box.service("web");
    box.enable("web", 10, 90);
    box.script("crowd", "[ \"$1\" = start ] || exit 0\n/opt/helper crowd " + std::string(crowd.arguments) +
                            " && : >/var/lock/subsys/crowd\n");
    box.enable("crowd", 20, 80);
    BOOST_REQUIRE(box.boot());
    BOOST_TEST(box.wait_for([&] { return box.count_processes() >= crowd.processes; }, 60s));
    const Ended end = box.stop(SIGTERM, 30s);
    BOOST_TEST(end.over);
    BOOST_TEST(end.status == 0);
    BOOST_TEST(end.took.count() < grace.count());
    BOOST_TEST(box.count_events("web stop") == 1);
}

BOOST_AUTO_TEST_CASE(a_dev_that_a_script_has_mounted_over_costs_no_script)
{
    Container box;
    box.script("dev", "[ \"$1\" = start ] || exit 0\nmount -t tmpfs none /dev\n");
    box.enable("dev", 10);
    box.script("reads", "cat\necho \"reads $1\" >>/var/events\n");
    box.enable("reads", 20, 80);
    BOOST_REQUIRE(box.boot());
    BOOST_TEST(box.read("/dev/null").empty());
    BOOST_TEST(!box.exists("/dev/null"));
    const Ended end = box.stop();
    BOOST_TEST(end.status == 0);
    BOOST_TEST(box.count_events("reads start") == 1);
    BOOST_TEST(box.count_events("reads stop") == 1);
}

BOOST_AUTO_TEST_CASE(helpers_that_were_stopped_hold_up_neither_boot_nor_stop)
{
    Container box;
    // Init's helpers, by their names: those who will begin a script, and the one who tells of this script's
    // end.
    box.script("freezes", "[ \"$1\" = start ] || exit 0\nfor p in /proc/[0-9]*; do case $(cat $p/comm) in "
                          "rc-keeper | rc-spawner | rc-scribe) kill -STOP ${p#/proc/} ;; esac; done\n");
    box.enable("freezes", 10);
    box.service("web");
    box.enable("web", 20, 80);
    BOOST_REQUIRE(box.boot(30s));
    BOOST_TEST(box.count_events("web start") == 1);
    const Ended end = box.stop();
    BOOST_TEST(end.status == 0);
    BOOST_TEST(end.took.count() < grace.count());
    BOOST_TEST(box.count_events("web stop") == 1);
}

BOOST_AUTO_TEST_CASE(a_lock_folder_full_of_names_holds_up_neither_boot_nor_stop)
{
    Container box;
    box.service("web");
    box.enable("web", 10, 90);
    BOOST_REQUIRE(box.boot());
    const Ran filled =
        box.shell("i=0; while [ $i -lt 300 ]; do j=0; set --; while [ $j -lt 100 ]; do set -- \"$@\" "
                  "/var/lock/subsys/n$i-$j; j=$((j+1)); done; touch \"$@\"; i=$((i+1)); done; echo filled",
                  60s);
    BOOST_REQUIRE(filled.output.find("filled") != std::string::npos);
    const Ended end = box.stop();
    BOOST_TEST(end.status == 0);
    BOOST_TEST(end.took.count() < grace.count());
    BOOST_TEST(box.count_events("web stop") == 1);
    BOOST_TEST(!box.log_lines("holds more than").empty());
}

BOOST_AUTO_TEST_CASE(names_that_a_terminal_would_obey_reach_neither_log_nor_status_raw)
{
    Container box;
    const std::string name = "we\x1b[2Jb\xff";
    box.script(name, "exit 3\n");
    box.enable(name, 10, 90);
    BOOST_REQUIRE(box.boot());
    BOOST_TEST(box.log().find('\x1b') == std::string::npos);
    const Ran table = box.exec({"rcinit", "status"});
    BOOST_TEST(table.output.find("we") != std::string::npos);
    BOOST_TEST(table.output.find('\x1b') == std::string::npos);
    const Ran json = box.exec({"rcinit", "status", "--json"});
    BOOST_TEST(json.status == 0);
    BOOST_TEST(json.output.find("\\u001b") != std::string::npos, json.output);
    BOOST_TEST(box.stop().status == 0);
}

BOOST_AUTO_TEST_SUITE_END()
