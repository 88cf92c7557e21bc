// SPDX-License-Identifier: MIT
// When no process, descriptor or memory can be had for a script: it is tried again for as long as it has
// time, and the others have theirs.
#define BOOST_TEST_MODULE room_scenario
#include "life.h"

#include <boost/test/unit_test.hpp>

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
