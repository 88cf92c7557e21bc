// SPDX-License-Identifier: MIT
// Whoever is told to end is woken as well: a stopped process keeps TERM pending, and would hold up its step
// until KILL. Each place that sends TERM has its story here.
#define BOOST_TEST_MODULE told_scenario
#include "scenario/life.h"

#include <boost/test/unit_test.hpp>

using namespace init;
using namespace init::scenario;

namespace {

/// It was sent TERM, and each time CONT stands right behind.
bool is_told_and_woken(const Life& life, const std::string& who)
{
    const auto& record = life.host.record;
    std::size_t told = 0;
    for (std::size_t i = 0; i < record.size(); ++i) {
        if (record[i] != "TERM " + who)
            continue;
        ++told;
        if (i + 1 == record.size() || record[i + 1] != "CONT " + who)
            return false;
    }
    return told != 0;
}

} // namespace

BOOST_AUTO_TEST_CASE(a_script_whose_time_is_over_is_woken)
{
    Life life;
    life.red_hat({"slow"});
    life.settings.start_timeout = 5s;
    life.host.start_of("slow").hangs = true;
    life.host.signal_at(20s, SIGTERM);
    BOOST_TEST(life.run() == 0);
    BOOST_TEST(is_told_and_woken(life, "script slow"));
}

BOOST_AUTO_TEST_CASE(a_start_that_a_stop_interrupts_is_woken)
{
    Life life;
    life.red_hat({"slow"});
    life.host.start_of("slow").hangs = true;
    life.host.signal_at(1s, SIGTERM);
    BOOST_TEST(life.run() == 0);
    BOOST_TEST(is_told_and_woken(life, "script slow"));
}

BOOST_AUTO_TEST_CASE(a_called_script_that_its_caller_stopped_is_woken_by_a_stop)
{
    Life life;
    life.red_hat({"web"});
    life.host.file("/etc/rc.d/init.d/web", "", true);
    life.host.script("web").hangs = true;
    life.host.at(1s, world::ServiceCalled{world::CallId{1}, "web", {"reload"}, {}, {}, -1});
    life.host.at(2s, world::CallSignalled{world::CallId{1}, SIGSTOP});
    life.host.signal_at(3s, SIGTERM);
    BOOST_TEST(life.run() == 0);
    BOOST_TEST(is_told_and_woken(life, "script web"));
    BOOST_TEST((life.host.when("answered 1: 143") < 3100ms));
}

BOOST_AUTO_TEST_CASE(an_entry_that_is_gone_from_the_table_is_woken)
{
    Life life{"id:3:initdefault:\nr1:3:respawn:/bin/r\n"};
    life.host.entry("r1").hangs = true;
    life.host.before_event = [&] {
        if (life.host.count("launch r1") == 1)
            life.host.file("/etc/inittab", "id:3:initdefault:\n");
    };
    life.host.request_at(1s, 'q');
    life.host.signal_at(5s, SIGTERM);
    BOOST_TEST(life.run() == 0);
    BOOST_TEST(is_told_and_woken(life, "entry r1"));
}

BOOST_AUTO_TEST_CASE(an_entry_of_a_level_that_is_left_is_woken)
{
    Life life{"id:3:initdefault:\nr1:3:respawn:/bin/r\n"};
    life.host.entry("r1").hangs = true;
    life.host.request_at(1s, '2');
    life.host.signal_at(5s, SIGTERM);
    BOOST_TEST(life.run() == 0);
    BOOST_TEST(is_told_and_woken(life, "entry r1"));
}

BOOST_AUTO_TEST_CASE(an_entry_of_the_boot_whose_time_is_over_is_woken)
{
    Life life{"id:3:initdefault:\nh1::bootwait:/bin/h\n"};
    life.settings.sysinit_timeout = 5s;
    life.host.entry("h1").hangs = true;
    life.host.signal_at(20s, SIGTERM);
    BOOST_TEST(life.run() == 0);
    BOOST_TEST(is_told_and_woken(life, "entry h1"));
}

BOOST_AUTO_TEST_CASE(a_main_process_that_no_script_stops_is_woken)
{
    Life life;
    life.red_hat({});
    life.host.link("/etc/rc.d/rc3.d", "S80bare");
    life.host.start_of("bare").leaves_daemon = true;
    life.host.signal_at(1s, SIGTERM);
    BOOST_TEST(life.run() == 0);
    BOOST_TEST(is_told_and_woken(life, "process bare"));
}

BOOST_AUTO_TEST_CASE(a_command_that_was_stopped_with_its_terminal_is_woken_and_ends_at_once)
{
    Life life;
    life.red_hat({"web"});
    life.options.command = {"app"};
    life.host.entry("app").hangs = true;
    life.host.signal_at(1s, SIGTSTP);
    life.host.signal_at(2s, SIGTERM);
    BOOST_TEST(life.run() == 128 + SIGTERM);
    BOOST_TEST(is_told_and_woken(life, "entry app"));
    BOOST_TEST((life.host.when("stop web") < 2100ms));
}

BOOST_AUTO_TEST_CASE(what_is_left_for_the_reserve_is_woken)
{
    Life life;
    life.red_hat({});
    life.host.add_stray(false);
    life.host.signal_at(1s, SIGTERM);
    BOOST_TEST(life.run() == 0);
    BOOST_TEST(is_told_and_woken(life, "rest"));
}
