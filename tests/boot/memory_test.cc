// SPDX-License-Identifier: MIT
// The end of a stop when memory is gone: a build of the program whose allocator aborts from the reserve on
// still ends everything and leaves with the status it would have had.
#define BOOST_TEST_MODULE boot_memory
#include "container.h"

#include <boost/test/unit_test.hpp>

namespace ut = boost::unit_test;
using namespace boot;

namespace {

struct Starved : Container {
    Starved()
    {
        program(RCINIT_STARVED);
        environment("RCINIT_GRACE=4s");
        service("one");
        enable("one", 10, 90);
        script("leaves", "[ $1 = start ] && exec /opt/helper daemon --pidfile /var/run/leaves.pid\nexit 0\n");
        enable("leaves", 20);
        inittab("id:3:initdefault:\nrs:3:respawn:/opt/helper serve\n");
    }
};

} // namespace

BOOST_AUTO_TEST_SUITE(without_memory, *ut::precondition(containers_work))

BOOST_AUTO_TEST_CASE(a_stop_ends_with_0)
{
    Starved box;
    BOOST_REQUIRE(box.boot());
    const Ended end = box.stop();
    BOOST_TEST(end.status == 0);
    BOOST_TEST(box.log_lines("memory is gone").size() == 1U);
    BOOST_TEST(box.count_events("one stop") == 1U);
    if (end.leftovers)
        BOOST_TEST(end.leftovers->empty(), joined(*end.leftovers));
}

BOOST_AUTO_TEST_CASE(a_stop_ends_deaf_processes_and_a_storm_before_the_deadline)
{
    Starved box;
    box.script("deaf",
               "[ $1 = start ] && exec /opt/helper daemon --deaf --pidfile /var/run/deaf.pid\nexit 0\n");
    box.enable("deaf", 30);
    box.script("storm", "[ $1 = start ] && exec /opt/helper storm 5\nexit 0\n");
    box.enable("storm", 35);
    BOOST_REQUIRE(box.boot());
    const Ended end = box.stop();
    BOOST_TEST(end.status == 0);
    BOOST_TEST(end.took.count() < 3600);
}

BOOST_AUTO_TEST_CASE(a_stop_ends_with_0_when_its_TERM_costs_the_keepers_their_lives)
{
    Starved box;
    box.script("killer", R"([ "$1" = start ] || exit 0
(
    trap 'for folder in /proc/[0-9]*; do
        read -r name <$folder/comm && [ "$name" = rc-keeper ] && kill -KILL ${folder#/proc/} && echo killed >>/var/events
    done 2>/dev/null; exit' TERM
    echo ready >>/var/events
    while :; do sleep 0.05; done
) &
)");
    box.enable("killer", 30);
    BOOST_REQUIRE(box.boot());
    BOOST_REQUIRE(box.wait_for_event("ready"));
    const Ended end = box.stop();
    BOOST_TEST(end.status == 0);
    BOOST_TEST(end.took.count() < 3600);
    BOOST_TEST(box.log_lines("memory is gone").size() == 1U);
    BOOST_TEST(box.count_events("killed") >= 1U);
}

BOOST_AUTO_TEST_CASE(a_stop_with_a_deaf_K_script_ends_with_73)
{
    Starved box;
    box.script("stuck", "[ $1 = stop ] || { : >/var/lock/subsys/stuck; exit 0; }\ntrap '' TERM HUP "
                        "INT\nwhile :; do sleep 1; done\n");
    box.enable("stuck", 40, 40);
    BOOST_REQUIRE(box.boot());
    const Ended end = box.stop();
    BOOST_TEST(end.status == 73);
    BOOST_TEST(end.took.count() < 3600);
}

BOOST_AUTO_TEST_SUITE_END()
