// SPDX-License-Identifier: MIT
// When no process, descriptor or memory can be had for a script: it is tried again for as long as it has
// time, and the others have theirs.
#define BOOST_TEST_MODULE room_scenario
#include "life.h"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cerrno>
#include <csignal>

using namespace init;
using namespace init::scenario;
using namespace std::chrono_literals;

namespace {

/// Two services; from the beginning on there is no room for a script of the one until that time.
struct Crowded : Life {
    Crowded(const std::string& what, int error, bool is_refused, std::chrono::milliseconds until)
    {
        red_hat({"log", "web"}); // web is stopped first
        fakes::Behaviour& behaviour = what == "stop" ? host.stop_of("web") : host.start_of("web");
        behaviour.fails_to_exec = error;
        behaviour.is_refused = is_refused;
        behaviour.fails_until = until;
        host.signal_at(5s, SIGTERM);
    }
    [[nodiscard]] std::size_t times_said(std::string_view part) const
    {
        return static_cast<std::size_t>(std::ranges::count_if(
            host.said, [&](const std::string& line) { return line.find(part) != std::string::npos; }));
    }
};

} // namespace

BOOST_AUTO_TEST_CASE(a_K_script_that_has_no_room_is_run_as_soon_as_there_is_some)
{
    for (const bool is_refused : {true, false})
        for (const int error : {EAGAIN, EMFILE, ENFILE, ENOMEM, ETXTBSY}) {
            Crowded life{"stop", error, is_refused, 5400ms};
            BOOST_TEST(life.run() == 0);
            BOOST_TEST(life.host.spans.at("stop web").begin >= 5400ms);
            BOOST_TEST(life.host.spans.at("stop web").begin <= 5500ms);
            BOOST_TEST(life.host.count("stop log") == 1u);
            BOOST_TEST(life.times_said("no room") == 1u);
            BOOST_TEST(!life.host.has_said("going on without it"));
            if (is_refused)
                BOOST_TEST(life.host.count("stop web") == 1u);
        }
}

BOOST_AUTO_TEST_CASE(one_for_which_there_is_never_room_has_its_time_and_is_named)
{
    for (const bool is_refused : {true, false}) {
        Crowded life{"stop", EAGAIN, is_refused, 24h};
        BOOST_TEST(life.run() == 73);
        BOOST_TEST(life.host.count("stop log") == 1u);
        BOOST_TEST(life.host.when_said("web: stop") >= 5s);
        BOOST_TEST(life.host.has_said("Resource temporarily unavailable; going on"));
        // Not the whole of the time, since others have theirs.
        BOOST_TEST(life.host.spans.at("stop log").begin < 5s + 8s);
        BOOST_TEST(life.host.spans.at("stop log").begin > 5s + 1s);
    }
}

BOOST_AUTO_TEST_CASE(what_no_waiting_mends_is_not_tried_again)
{
    Crowded life{"stop", EACCES, false, 24h};
    BOOST_TEST(life.run() == 73);
    BOOST_TEST(life.host.count("stop web") == 1u);
    BOOST_TEST(life.times_said("no room") == 0u);
}

BOOST_AUTO_TEST_CASE(the_keeper_of_a_script_that_is_at_work_for_long_is_woken_now_and_then)
{
    Life life;
    life.red_hat({"web", "log"});
    life.host.start_of("web").takes = 9s;
    life.host.signal_at(12s, SIGTERM);
    BOOST_TEST(life.run() == 0);
    std::vector<std::chrono::milliseconds> times;
    for (const auto& [when, run] : life.host.woken)
        times.push_back(when - life.host.spans.at("start web").begin);
    const std::vector<std::chrono::milliseconds> wanted{1s, 2s, 4s, 8s};
    BOOST_TEST((times == wanted));
}

BOOST_AUTO_TEST_CASE(a_start_that_has_no_room_holds_up_the_boot_until_it_can_run)
{
    for (const bool is_refused : {true, false}) {
        Crowded life{"start", EAGAIN, is_refused, 2s};
        BOOST_TEST(life.run() == 0);
        BOOST_TEST(life.host.spans.at("start web").begin >= 2s);
        BOOST_TEST(life.host.spans.at("start web").begin <= 2100ms);
        BOOST_TEST(life.times_said("no room") == 1u);
        BOOST_TEST(life.host.count("stop web") == 1u); // it came up, and so was stopped
    }
}

BOOST_AUTO_TEST_CASE(helpers_that_are_stopped_again_and_again_are_looked_at_more_often)
{
    Life life;
    life.red_hat({"web"});
    life.host.start_of("web").takes = 9s;
    life.host.helpers_stopped_until = 1600ms;
    life.host.signal_at(12s, SIGTERM);
    BOOST_TEST(life.run() == 0);
    std::vector<std::chrono::milliseconds> times;
    for (const auto& [when, run] : life.host.woken)
        times.push_back(when - life.host.spans.at("start web").begin);
    const std::vector<std::chrono::milliseconds> wanted{1s, 1250ms, 1500ms, 1750ms, 3500ms, 7s};
    BOOST_TEST((times == wanted));
}

BOOST_AUTO_TEST_CASE(an_entry_that_has_no_room_is_tried_until_it_has_and_is_not_held_back_for_it)
{
    for (const int error : {EAGAIN, EMFILE, ENOMEM}) {
        Life life{"id:3:initdefault:\nr1:3:respawn:/bin/r1\nr2:3:respawn:/bin/r2\n"};
        for (const char* id : {"r1", "r2"}) {
            life.host.entry(id).hangs = true;
            life.host.entry(id).fails_to_exec = error;
            life.host.entry(id).fails_until = 10s;
        }
        life.host.signal_at(20s, SIGTERM);
        BOOST_TEST(life.run() == 0);
        BOOST_TEST(life.host.has_said("r1: no room to start /bin/r1 now"));
        BOOST_TEST(!life.host.has_said("too fast"));
        const std::size_t tries = life.host.count("launch r1") + life.host.count("launch r2");
        BOOST_TEST(tries >= 10u);
        BOOST_TEST(tries <= 102u);
        BOOST_TEST(std::ranges::count_if(life.host.said, [](const std::string& line) {
                       return line.find("no room") != std::string::npos;
                   }) == 1);
        BOOST_TEST(life.host.count("TERM entry r1") == 1u);
        BOOST_TEST(life.host.count("TERM entry r2") == 1u);
    }
}

BOOST_AUTO_TEST_CASE(an_entry_that_others_wait_for_waits_for_room_as_well_but_not_for_ever)
{
    for (const auto until : {5s, 24h + 0s}) {
        Life life{"id:3:initdefault:\nsi::sysinit:/bin/s\nw1:3:wait:/bin/w1\nw2:3:wait:/bin/w2\n"};
        life.host.entry("w1").fails_to_exec = EAGAIN;
        life.host.entry("w1").fails_until = until;
        life.host.signal_at(100s, SIGTERM);
        BOOST_TEST(life.run() == 0);
        BOOST_TEST((life.host.when("launch w2") >= std::min<std::chrono::milliseconds>(until, 29s)));
        BOOST_TEST((life.host.when("launch w2") <= 32s));
        BOOST_TEST(life.host.has_said("w1: no room"));
        BOOST_TEST(life.host.has_said("w1: cannot start /bin/w1") == (until > 100s));
    }
}

BOOST_AUTO_TEST_CASE(an_entry_that_cannot_be_launched_for_another_reason_is_held_back_after_ten_tries)
{
    Life life{"id:3:initdefault:\nr1:3:respawn:/bin/r1\n"};
    life.host.entry("r1").fails_to_exec = ENOENT;
    life.host.signal_at(400s, SIGTERM);
    BOOST_TEST(life.run() == 0);
    BOOST_TEST(life.host.has_said("respawning too fast"));
    BOOST_TEST(life.host.count("launch r1") == 20u);
}

BOOST_AUTO_TEST_CASE(three_thousand_entries_cost_no_more_for_each_than_three_hundred)
{
    const auto work_of = [](int entries) {
        std::string table = "id:3:initdefault:\n";
        Life life;
        for (int i = 0; i < entries; ++i)
            table += std::to_string(i) + ":3:respawn:/bin/r\n";
        life.host.file("/etc/inittab", table);
        for (int i = 0; i < entries; ++i)
            life.host.entry(std::to_string(i)).takes = std::chrono::milliseconds(100 + i);
        life.host.signal_at(8s, SIGTERM);
        const auto begun = std::chrono::steady_clock::now();
        BOOST_TEST(life.run() == 0);
        return std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count() /
               static_cast<double>(life.host.record.size());
    };
    double few = work_of(300);
    double many = work_of(3000);
    for (int tries = 0; tries < 5 && many > 4 * few; ++tries) { // a busy machine is not its fault
        few = std::max(few, work_of(300));
        many = std::min(many, work_of(3000));
    }
    BOOST_TEST(many <= 4 * few);
}
