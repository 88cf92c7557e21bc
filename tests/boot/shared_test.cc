// SPDX-License-Identifier: MIT
// init in a PID namespace that it shares with others and whose process 1 is a shell: it adopts its own
// orphans, boots, and its stop touches nothing but its own descendants.
#define BOOST_TEST_MODULE boot_shared
#include "container.h"

#include <boost/test/unit_test.hpp>

#include <algorithm>

namespace ut = boost::unit_test;
using namespace boot;

namespace {

/// A shell as process 1 with a bystander, which starts `rcinit init` and notes its pid and exit status.
void share(Container& box)
{
    box.arguments({"/bin/sh", "-c",
                   "/opt/helper daemon --pidfile /tmp/bystander.pid --event bystander-got-TERM\n"
                   "rcinit init & echo $! >/tmp/init.pid\n"
                   "wait $!; echo \"exit $?\" >>/var/events\n"
                   "while :; do sleep 60 & wait $!; done"});
}

} // namespace

BOOST_AUTO_TEST_SUITE(shared, *ut::precondition(containers_work))

BOOST_AUTO_TEST_CASE(it_boots_keeps_its_orphans_and_stops_only_what_is_its_own)
{
    Container box;
    share(box);
    box.environment("RCINIT_GRACE=4s");
    box.service("one");
    box.service("left");
    box.enable("one", 10, 90);
    box.enable("left", 20);
    box.inittab(box.read("/etc/inittab") + "or:3:once:/opt/helper daemon --pidfile /tmp/orphan.pid\n");
    box.start();
    BOOST_REQUIRE(box.wait_for_state("running"));
    BOOST_TEST(box.wait_for([&] { return box.exists("/tmp/orphan.pid"); }));
    const pid_t init = box.pid_in("/tmp/init.pid");
    const pid_t bystander = box.pid_in("/tmp/bystander.pid");
    const pid_t orphan = box.pid_in("/tmp/orphan.pid");
    const pid_t one = box.pid_in("/var/run/one.pid");
    BOOST_TEST(init > 1);
    BOOST_TEST(box.wait_for([&] { return box.process(orphan) && box.process(orphan)->parent == init; }));

    BOOST_TEST(box.shell("kill -TERM " + std::to_string(init)).status == 0);
    BOOST_TEST(box.wait_for_event("exit 0"), joined(box.events()));
    BOOST_TEST(box.count_events("one stop") == 1);
    for (const pid_t pid : {one, orphan, init})
        BOOST_TEST(!box.process(pid).has_value(), joined(box.processes()));
    BOOST_TEST(box.process(bystander).has_value());
    BOOST_TEST(box.count_events("bystander-got-TERM") == 0);
    for (const Process& p : box.processes())
        BOOST_TEST(p.comm != "rc-keeper", joined(box.processes()));
}

BOOST_AUTO_TEST_CASE(its_deaf_daemons_are_killed_and_the_bystander_lives)
{
    Container box;
    share(box);
    box.environment("RCINIT_GRACE=4s");
    box.script("deaf",
               "[ $1 = start ] && exec /opt/helper daemon --deaf --pidfile /var/run/deaf.pid\nexit 0\n");
    box.enable("deaf", 10);
    box.script("storm", "[ $1 = start ] && exec /opt/helper storm 5\nexit 0\n");
    box.enable("storm", 20);
    box.start();
    BOOST_REQUIRE(box.wait_for_state("running"));
    const pid_t bystander = box.pid_in("/tmp/bystander.pid");
    BOOST_TEST(box.shell("kill -TERM $(cat /tmp/init.pid)").status == 0);
    BOOST_TEST(box.wait_for([&] { return position(box.events(), "exit 0").has_value(); }, 5s),
               joined(box.events()));
    BOOST_TEST(box.process(bystander).has_value());
    const std::vector<Process> left = box.processes();
    BOOST_TEST(std::ranges::count(left, "helper", &Process::comm) == 1, joined(left));
}

BOOST_AUTO_TEST_CASE(stale_state_is_left_alone)
{
    Container box;
    share(box);
    box.file("/var/run/neighbour.pid", "31999\n");
    box.start();
    BOOST_REQUIRE(box.wait_for_state("running"));
    BOOST_TEST(box.exists("/var/run/neighbour.pid"));
}

BOOST_AUTO_TEST_SUITE_END()
