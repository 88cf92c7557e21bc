// SPDX-License-Identifier: MIT
// Ten thousand orphans, half left to init itself and half to the keeper of a service, and no zombie
// afterwards.
#define BOOST_TEST_MODULE boot_orphans
#include "container.h"

#include <boost/test/unit_test.hpp>

#include <algorithm>

namespace ut = boost::unit_test;
using namespace boot;

BOOST_AUTO_TEST_SUITE(orphans, *ut::precondition(containers_work))

BOOST_AUTO_TEST_CASE(fifty_milliseconds_after_the_last_ended_there_is_no_zombie)
{
    Container box;
    box.inittab(box.read("/etc/inittab") + "or:3:once:/opt/helper orphans 5000 entry-done\n");
    box.script("maker", "/opt/helper orphans 5000 service-done >/dev/null 2>&1 &\n");
    box.enable("maker", 10);
    box.service("bystander");
    box.enable("bystander", 20, 90);
    box.start();
    BOOST_TEST(box.wait_for(
        [&] { return box.count_events("entry-done") + box.count_events("service-done") == 2; }, 60s));
    const auto zombies = [&] {
        std::vector<Process> all = box.processes();
        std::erase_if(all, [](const Process& p) { return p.state != 'Z'; });
        return all;
    };
    BOOST_TEST(box.wait_for([&] { return zombies().empty(); }, 50ms), joined(zombies()));
    BOOST_REQUIRE(box.wait_for_state("running"));
    BOOST_TEST(box.process(box.pid_in("/var/run/bystander.pid")).has_value());
    const Ended end = box.stop();
    BOOST_TEST(end.status == 0);
    BOOST_TEST(end.took < 3s);
}

BOOST_AUTO_TEST_SUITE_END()
