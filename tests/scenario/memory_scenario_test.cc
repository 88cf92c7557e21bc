// SPDX-License-Identifier: MIT
// Memory that runs out during a stop: the n-th allocation of the supervisor's fails for every n, or all of
// them do from the n-th on. The container ends all the same, in time, and as well as it can.
#define BOOST_TEST_MODULE memory_scenario
#include "scenario/life.h"

#include <boost/test/unit_test.hpp>

#include <cstdlib>
#include <new>

using namespace init;
using namespace init::scenario;

namespace {

/// What the allocator below does; it counts only while `on` and outside the fake host.
struct Starvation {
    bool on = false;
    bool for_good = false;   ///< what fails once goes on failing
    std::size_t passing = 0; ///< so many allocations are still granted
    std::size_t refused = 0;

    bool refuses() noexcept
    {
        if (!on || fakes::OwnMemory::is_used())
            return false;
        if (passing != 0) {
            --passing;
            return false;
        }
        ++refused;
        on = for_good;
        return true;
    }
};
Starvation starvation;

} // namespace

void* operator new(std::size_t size)
{
    void* const memory = starvation.refuses() ? nullptr : std::malloc(size);
    if (!memory)
        throw std::bad_alloc();
    return memory;
}
// As the one of the library that is allowed to fail, whose memory is given back by the same two below.
void* operator new(std::size_t size, const std::nothrow_t&) noexcept
{
    return starvation.refuses() ? nullptr : std::malloc(size);
}
void operator delete(void* memory) noexcept
{
    std::free(memory);
}
void operator delete(void* memory, std::size_t) noexcept
{
    std::free(memory);
}

namespace {

constexpr const char* linked[] = {"a", "b", "c"};

struct Outcome {
    int status = 0;
    std::size_t refused = 0;
    std::size_t stopped = 0; ///< of `linked` and the unlinked one, by their scripts
    std::size_t reserves = 0;
    std::chrono::milliseconds took{};
    std::size_t left = 0;
};

Outcome stop_with(std::size_t passing, bool for_good, bool from_outside)
{
    Life life;
    life.red_hat({"a", "b", "c"});
    life.host.file("/etc/inittab", "id:3:initdefault:\nr1:3:respawn:/bin/r\n");
    life.host.entry("r1").hangs = true;
    life.host.link("/etc/rc.d/rc3.d", "S80unlinked");
    life.host.file("/etc/rc.d/init.d/unlinked", "#!/bin/sh\n", true);
    life.host.start_of("unlinked").leaves_daemon = true;
    life.host.at(900ms, world::OrphansReaped{});
    starvation = {};
    life.host.before_event = [&] {
        if (life.host.elapsed() == 900ms)
            starvation = {true, for_good, passing, 0};
    };
    if (from_outside)
        life.host.signal_at(1s, SIGTERM);
    else
        life.host.request_at(1s, '0');
    Outcome outcome;
    outcome.status = life.run();
    starvation.on = false;
    outcome.refused = starvation.refused;
    for (const char* name : linked)
        outcome.stopped += life.host.count(std::string("stop ") + name);
    outcome.stopped += life.host.count("stop unlinked");
    outcome.reserves = life.host.count("reserve");
    outcome.took = life.host.elapsed() - 1s;
    outcome.left = life.host.alive();
    return outcome;
}

} // namespace

BOOST_AUTO_TEST_CASE(one_allocation_that_fails_during_a_stop_costs_one_script_at_most)
{
    for (const bool from_outside : {true, false}) {
        std::size_t n = 0;
        for (bool met = true; met && n < 20'000; ++n) {
            const Outcome end = stop_with(n, false, from_outside);
            met = end.refused != 0;
            BOOST_TEST_CONTEXT("allocation " << n << (from_outside ? " from outside" : " from inside"))
            {
                BOOST_TEST((end.status == 0 || end.status == 73));
                BOOST_TEST(end.stopped >= 3u);
                BOOST_TEST(end.stopped <= 4u);
                BOOST_TEST((end.stopped == 4 || end.status == 73));
                BOOST_TEST(end.reserves == 1u);
                BOOST_TEST(end.left == 0u);
                if (from_outside)
                    BOOST_TEST(end.took.count() <= 9500);
            }
        }
        BOOST_TEST(n > 100u); // a stop allocates; if not, nothing was tried here
        BOOST_TEST(n < 20'000u);
    }
}

BOOST_AUTO_TEST_CASE(a_stop_ends_in_time_when_there_is_no_memory_from_any_point_on)
{
    std::size_t n = 0;
    for (bool met = true; met && n < 20'000; ++n) {
        const Outcome end = stop_with(n, true, true);
        met = end.refused != 0;
        BOOST_TEST_CONTEXT("from allocation " << n)
        {
            BOOST_TEST((end.status == 0 || end.status == 73));
            BOOST_TEST(end.reserves == 1u);
            BOOST_TEST(end.left == 0u);
            BOOST_TEST(end.took.count() <= 9500);
        }
    }
    BOOST_TEST(n > 100u);
}

BOOST_AUTO_TEST_CASE(every_call_that_was_taken_has_its_answer_whatever_allocation_fails)
{
    constexpr const char* verbs[] = {"start", "restart", "stop", "status", "stop"};
    std::size_t n = 0;
    for (bool met = true; met && n < 20'000; ++n) {
        Life life;
        life.red_hat({"a"});
        life.host.file("/etc/rc.d/init.d/a", "#!/bin/sh\n", true);
        std::uint32_t calls = 0;
        for (const char* verb : verbs)
            life.host.at(1s, world::ServiceCalled{world::CallId{++calls}, "a", {verb}, {}, {}, 9});
        life.host.at(900ms, world::OrphansReaped{});
        starvation = {};
        life.host.before_event = [&] {
            if (life.host.elapsed() == 900ms)
                starvation = {true, false, n, 0};
        };
        life.host.signal_at(30s, SIGTERM);
        BOOST_TEST_CONTEXT("allocation " << n)
        {
            const int status = life.run();
            starvation.on = false;
            BOOST_TEST((status == 0 || status == 73));
            const auto times = [&](const std::string& what) {
                return std::ranges::count_if(life.host.record,
                                             [&](const std::string& line) { return line.starts_with(what); });
            };
            for (std::uint32_t call = 1; call <= calls; ++call)
                BOOST_TEST(times("answered " + std::to_string(call)) ==
                           times("taken " + std::to_string(call)));
        }
        met = starvation.refused != 0;
    }
    BOOST_TEST(n > 100u);
    BOOST_TEST(n < 20'000u);
}
