// SPDX-License-Identifier: MIT
// A stop at any moment of a boot: at random ones, whose seed is said and taken from RCINIT_TEST_SEED, and
// right after each line that init and the scripts write. Always exit 0 before the deadline, and nobody left.
#define BOOST_TEST_MODULE boot_moments
#include "follower.h"
#include "trials.h"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <climits>
#include <cstdlib>
#include <iostream>
#include <random>
#include <sstream>
#include <string_view>

namespace ut = boost::unit_test;
using namespace boot;

namespace {

constexpr int services = 8;
constexpr int random_moments = 200;
constexpr int traced_moments = 40; ///< in a short run; a long one takes every event of a boot
constexpr Layout layouts[] = {Layout::red_hat, Layout::debian, Layout::plain};
constexpr milliseconds deadline{3600};

/// A boot with something of everything: services with and without K-links, noise, a respawned entry, an entry
/// in the background.
void furnish(Container& box)
{
    box.environment("RCINIT_GRACE=4s");
    for (int i = 0; i < services; ++i) {
        const std::string name = "s" + std::to_string(i);
        box.service(name, i % 3 == 0 ? "--keep-output --last bye-" + name : "");
        box.enable(name, 10 + i, i % 2 == 0 ? 90 - i : -1);
    }
    box.script("noise", "echo a word\n/opt/helper lines 20\n");
    box.enable("noise", 12);
    const std::string level(1, box.default_level());
    box.inittab(box.read("/etc/inittab") + "rs:" + level + ":respawn:/opt/helper serve\non:" + level +
                ":once:/opt/helper pass\n");
}

/// What was wrong with a stop; empty when nothing was.
std::string fault(Container& box, const std::string& moment)
{
    const Ended end = box.wait_exit(10s);
    std::ostringstream text;
    if (!end.over)
        text << "still alive; ";
    else if (end.status != 0)
        text << "status " << end.status << "; ";
    if (end.took > deadline)
        text << "took " << end.took.count() << " ms; ";
    if (end.leftovers && !end.leftovers->empty())
        text << "left behind:" << joined(*end.leftovers) << "; ";
    // What was started is stopped once, with a K-link and without. What was not may be stopped as well: its
    // start may have been interrupted before its first line.
    const std::vector<std::string> events = box.events();
    for (int i = 0; i < services; ++i) {
        const std::string name = "s" + std::to_string(i);
        const auto starts = std::ranges::count(events, name + " start");
        const auto stops = std::ranges::count(events, name + " stop");
        if (starts > 1 || stops > 1 || stops < starts)
            text << name << " was started " << starts << " times and stopped " << stops << " times; ";
    }
    if (text.str().empty())
        return {};
    return moment + ": " + text.str() + "\nevents" + joined(events) + "\nlog\n" + box.log();
}

/// How long an undisturbed boot takes here, under the load of the trials.
milliseconds measure_boot()
{
    Container box;
    furnish(box);
    const auto begun = std::chrono::steady_clock::now();
    box.boot();
    const auto took = std::chrono::duration_cast<milliseconds>(std::chrono::steady_clock::now() - begun);
    BOOST_TEST(box.stop().status == 0);
    return std::max(took, milliseconds{20});
}

void expect_none(const std::vector<std::string>& faults)
{
    for (std::size_t i = 0; i < std::min<std::size_t>(faults.size(), 3); ++i)
        BOOST_TEST(false, faults[i]);
    BOOST_TEST(faults.size() == 0U);
}

} // namespace

BOOST_AUTO_TEST_SUITE(moments, *ut::precondition(containers_work))

BOOST_AUTO_TEST_CASE(TERM_at_random_moments_of_a_boot_ends_well)
{
    const char* given = std::getenv("RCINIT_TEST_SEED");
    const unsigned long seed = given != nullptr ? std::strtoul(given, nullptr, 10) : std::random_device{}();
    std::cout << "RCINIT_TEST_SEED=" << seed << std::endl;
    const milliseconds whole = measure_boot();
    std::mt19937_64 random{seed};
    std::uniform_int_distribution<long> moment{
        0, 1500 * whole.count()}; // microseconds, a half beyond the end of the boot
    std::vector<std::chrono::microseconds> moments;
    for (int i = 0; i < random_moments; ++i)
        moments.emplace_back(moment(random));
    expect_none(run_trials(random_moments, [&](int i) {
        Container box{layouts[i % 3]};
        furnish(box);
        const auto when = moments[static_cast<std::size_t>(i)];
        const auto begun = std::chrono::steady_clock::now();
        box.start();
        box.wait_for([&] { return std::chrono::steady_clock::now() - begun >= when && box.hears_TERM(); });
        box.stop_signal();
        return fault(box, "TERM after " + std::to_string(when.count()) + " us");
    }));
}

BOOST_AUTO_TEST_CASE(TERM_right_after_each_line_of_the_log_ends_well)
{
    // The lines of one whole boot are the moments of the trials.
    int lines = 0;
    {
        Container box;
        furnish(box);
        box.environment("RCINIT_LOG=debug");
        BOOST_REQUIRE(box.boot());
        lines = static_cast<int>(std::ranges::count(box.log(), '\n'));
        BOOST_TEST(box.stop().status == 0);
    }
    BOOST_TEST(lines > 2 * services);
    expect_none(run_trials(std::min(lines, 100), [&](int i) {
        Container box;
        furnish(box);
        box.environment("RCINIT_LOG=debug");
        box.start();
        box.wait_for([&] { return std::ranges::count(box.log(), '\n') > i; }, 3s);
        box.stop_signal();
        return fault(box, "TERM after line " + std::to_string(i + 1));
    }));
}

BOOST_AUTO_TEST_CASE(TERM_right_after_each_start_of_a_script_ends_well)
{
    expect_none(run_trials(services * 3, [&](int i) {
        Container box{layouts[i / services]};
        furnish(box);
        box.start();
        box.wait_for_event("s" + std::to_string(i % services) + " start", 3s);
        box.stop_signal();
        return fault(box, "TERM after the start of s" + std::to_string(i % services));
    }));
}

BOOST_AUTO_TEST_CASE(TERM_at_each_launch_exec_and_exit_ends_well)
{
    int events = 0;
    {
        Container box;
        furnish(box);
        box.start();
        Follower follower(box);
        events = follower.run_to(INT_MAX);
        BOOST_REQUIRE(follower.release());
        BOOST_TEST(box.wait_for_state("running"));
        BOOST_TEST(box.stop().status == 0);
    }
    BOOST_TEST(events > 4 * services); // each script is launched, executes, launches its daemon, and exits
    const char* const mode = std::getenv("RCINIT_LONG");
    const bool is_long = mode != nullptr && std::string_view{mode} == "yes";
    const int trials = is_long ? events : std::min(events, traced_moments);
    expect_none(run_trials(trials, [&](int i) {
        Container box{layouts[i % 3]};
        furnish(box);
        box.start();
        Follower follower(box);
        const int moment = 1 + static_cast<int>(static_cast<long>(i) * events / trials);
        follower.run_to(moment);
        if (!box.hears_TERM()) {
            if (!follower.release())
                return std::string{"a process could not be let go"};
            box.wait_for([&] { return box.hears_TERM(); });
        }
        box.stop_signal();
        if (!follower.release())
            return std::string{"a process could not be let go"};
        return fault(box, "TERM at event " + std::to_string(moment) + " of " + std::to_string(events));
    }));
}

BOOST_AUTO_TEST_SUITE_END()
