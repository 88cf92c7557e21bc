// SPDX-License-Identifier: MIT
// Who the loop calls and when, on pipes of the test's own, and what the reserve of a stop leaves of that.
#define BOOST_TEST_MODULE host_loop
#include "event_taker.h"
#include "host/loop.h"
#include "recording_log.h"

#include <boost/test/unit_test.hpp>

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <new>
#include <stdexcept>

namespace {

std::size_t allocations = 0;

} // namespace

// What the reserve may not do is counted.
void* operator new(std::size_t size)
{
    ++allocations;
    if (void* memory = std::malloc(size != 0 ? size : 1))
        return memory;
    throw std::bad_alloc();
}
void operator delete(void* memory) noexcept
{
    std::free(memory);
}
void operator delete(void* memory, std::size_t) noexcept
{
    std::free(memory);
}

using namespace init;
using namespace std::chrono_literals;
using control::Interest;
using host::Loop;
using system::UniqueFd;
using Kind = world::Timer::Kind;

namespace {

struct Pipe {
    Pipe()
    {
        int ends[2];
        BOOST_REQUIRE(::pipe2(ends, O_CLOEXEC | O_NONBLOCK) == 0);
        reader.reset(ends[0]);
        writer.reset(ends[1]);
    }
    /// A check of Boost's may allocate to report that it passed; where allocations are counted, none is made.
    bool try_fill() const noexcept { return ::write(writer.get(), "x", 1) == 1; }
    bool try_drain() const noexcept
    {
        char byte = 0;
        return ::read(reader.get(), &byte, 1) == 1;
    }
    void fill() const { BOOST_REQUIRE(try_fill()); }
    void drain() const { BOOST_REQUIRE(try_drain()); }
    UniqueFd reader, writer;
};

struct Fixture {
    test::RecordingLog log;
    Loop loop{std::move(*Loop::open()), log};
    test::EventTaker taker{loop};

    void wait_at(const Pipe& pipe, Loop::Handler handler)
    {
        BOOST_REQUIRE(loop.add(pipe.reader.get(), Interest::read, std::move(handler)).has_value());
    }
    /// One look at all that is ready: a handler says that it was called by an event.
    void tell() { loop.push(world::OwnershipUnsure{}); }
    bool is_quiet(std::chrono::milliseconds time = 50ms)
    {
        const std::size_t before = taker.events.size();
        taker.pass(time);
        return taker.events.size() == before;
    }
};

} // namespace

BOOST_FIXTURE_TEST_CASE(a_descriptor_has_its_own_handler_and_no_other_is_called, Fixture)
{
    Pipe one;
    Pipe two;
    int ones = 0;
    int twos = 0;
    wait_at(one, [&] { one.drain(), ++ones, tell(); });
    wait_at(two, [&] { two.drain(), ++twos, tell(); });
    two.fill();
    (void)loop.next_event();
    BOOST_TEST(ones == 0);
    BOOST_TEST(twos == 1);
    one.fill();
    (void)loop.next_event();
    BOOST_TEST(ones == 1);
    BOOST_TEST(twos == 1);
    BOOST_TEST(is_quiet());
}

BOOST_FIXTURE_TEST_CASE(while_a_descriptor_stays_ready_its_handler_is_called_again, Fixture)
{
    Pipe pipe;
    int calls = 0;
    wait_at(pipe, [&] { ++calls, tell(); });
    pipe.fill();
    for (int i = 0; i < 3; ++i)
        (void)loop.next_event();
    BOOST_TEST(calls == 3);
    pipe.drain();
    BOOST_TEST(is_quiet());
}

BOOST_FIXTURE_TEST_CASE(a_handler_may_remove_itself_and_others_that_are_ready, Fixture)
{
    std::vector<Pipe> pipes(6);
    int calls = 0;
    for (const Pipe& pipe : pipes)
        wait_at(pipe, [&] {
            ++calls;
            for (const Pipe& other : pipes)
                loop.remove(other.reader.get());
            tell();
        });
    for (const Pipe& pipe : pipes)
        pipe.fill();
    (void)loop.next_event();
    BOOST_TEST(calls == 1);
    BOOST_TEST(is_quiet());
    BOOST_TEST(calls == 1);
}

BOOST_FIXTURE_TEST_CASE(what_a_handler_captured_outlives_its_own_removal, Fixture)
{
    Pipe pipe;
    std::string seen;
    const int fd = pipe.reader.get();
    wait_at(pipe, [this, &seen, fd, text = std::string(100, 'x')] {
        loop.remove(fd);
        seen = text;
        tell();
    });
    pipe.fill();
    (void)loop.next_event();
    BOOST_TEST(seen == std::string(100, 'x'));
}

BOOST_FIXTURE_TEST_CASE(an_earlier_readiness_is_not_taken_for_that_of_a_new_descriptor_of_the_same_number,
                        Fixture)
{
    Pipe one;
    Pipe two;
    Pipe quiet;
    int stale = 0;
    // Whichever comes first puts a descriptor that is not ready in the place of the other.
    const auto replace = [&](Pipe& other) {
        const int number = other.reader.get();
        loop.remove(number);
        BOOST_REQUIRE(::dup2(quiet.reader.get(), number) == number);
        BOOST_REQUIRE(loop.add(number, Interest::read, [&] { ++stale, tell(); }).has_value());
        tell();
    };
    wait_at(one, [&] { one.drain(), replace(two); });
    wait_at(two, [&] { two.drain(), replace(one); });
    one.fill();
    two.fill();
    (void)loop.next_event();
    BOOST_TEST(stale == 0);
}

BOOST_FIXTURE_TEST_CASE(a_second_call_replaces_interest_and_handler, Fixture)
{
    Pipe pipe;
    int writes = 0;
    const int fd = pipe.writer.get();
    BOOST_REQUIRE(loop.add(fd, Interest::write,
                           [&] {
                               tell();
                               (void)loop.add(fd, Interest::write,
                                              [&] { ++writes, loop.remove(fd), tell(); });
                           })
                      .has_value());
    (void)loop.next_event();
    BOOST_TEST(writes == 0);
    (void)loop.next_event();
    BOOST_TEST(writes == 1);
    BOOST_TEST(is_quiet());
}

BOOST_FIXTURE_TEST_CASE(many_come_and_go_and_none_is_mixed_up, Fixture)
{
    std::vector<Pipe> pipes(100);
    std::vector<int> calls(pipes.size());
    for (int round = 0; round < 3; ++round) {
        for (std::size_t i = 0; i < pipes.size(); ++i)
            wait_at(pipes[i], [&, i] { pipes[i].drain(), ++calls[i], tell(); });
        for (std::size_t i = 0; i < pipes.size(); i += 2)
            loop.remove(pipes[i].reader.get());
        for (std::size_t i = 1; i < pipes.size(); i += 2)
            pipes[i].fill();
        BOOST_TEST(taker.wait_until([&] { return taker.events.size() == 50U * (round + 1U); }));
    }
    for (std::size_t i = 0; i < pipes.size(); ++i)
        BOOST_TEST(calls[i] == (i % 2 == 1 ? 3 : 0));
}

BOOST_FIXTURE_TEST_CASE(what_cannot_be_waited_for_is_an_error_and_leaves_nothing, Fixture)
{
    BOOST_TEST(loop.add(9999, Interest::read, [] {}).error().value() == EBADF);
    const UniqueFd file{::open("/proc/self/exe", O_RDONLY | O_CLOEXEC)};
    BOOST_TEST(loop.add(file.get(), Interest::read, [] {}).error().value() == EPERM);
    loop.remove(9999); // nothing happens
    // One that was closed without a word does not stand in the way of its number's next user.
    Pipe pipe;
    auto gone = std::make_unique<Pipe>();
    const int number = gone->reader.get();
    BOOST_REQUIRE(loop.add(number, Interest::read, [] {}).has_value());
    gone.reset();
    BOOST_REQUIRE(::dup2(pipe.reader.get(), number) == number);
    BOOST_REQUIRE(loop.add(number, Interest::read, [&] { pipe.drain(), tell(); }).has_value());
    pipe.fill();
    (void)loop.next_event();
    BOOST_TEST(is_quiet());
    ::close(number);
}

BOOST_FIXTURE_TEST_CASE(a_handler_that_throws_is_said_and_the_loop_goes_on, Fixture)
{
    Pipe pipe;
    wait_at(pipe, [&] {
        pipe.drain();
        tell();
        throw std::runtime_error("broken");
    });
    pipe.fill();
    (void)loop.next_event();
    BOOST_TEST(log.has("broken"));
    pipe.fill();
    (void)loop.next_event();
}

BOOST_FIXTURE_TEST_CASE(from_the_reserve_on_only_what_is_vital_and_timers_are_served_and_nothing_allocates,
                        Fixture)
{
    struct Counted final : host::Chore {
        std::optional<world::TimePoint> due() const noexcept override { return world::TimePoint{}; }
        void work(world::TimePoint) noexcept override { ++done; }
        int done = 0;
    } rare_chore, vital_chore;
    loop.add_chore(rare_chore, Loop::Weight::rare);
    loop.add_chore(vital_chore, Loop::Weight::vital);
    Pipe rare;
    Pipe vital;
    int served = 0;
    int drained = 0;
    bool told = false;
    wait_at(rare, [&] { ++served, rare.drain(); });
    BOOST_REQUIRE(loop.add_vital(vital.reader.get(), [&] { drained += vital.try_drain() ? 1 : 0, tell(); })
                      .has_value());
    loop.at_reserve([&] { told = true; });
    loop.begin_reserve();
    BOOST_TEST(told);
    BOOST_TEST(loop.add(rare.reader.get(), Interest::read, [] {}).has_error());
    rare.fill();
    const std::size_t before = allocations;
    std::size_t events = 0;
    int filled = 0;
    for (int i = 0; i < 200; ++i) {
        filled += vital.try_fill() ? 1 : 0;
        loop.arm({Kind::stop_kill}, loop.now());
        (void)loop.next_event(), (void)loop.next_event();
        events += 2;
    }
    const std::size_t spent = allocations - before;
    loop.remove(rare.reader.get()); // its owner may still say so
    BOOST_TEST(spent == 0U);
    BOOST_TEST(events == 400U);
    BOOST_TEST(filled == 200);
    BOOST_TEST(drained == 200);
    BOOST_TEST(served == 0);
    BOOST_TEST(rare_chore.done == 0);
    BOOST_TEST(vital_chore.done > 0);
}

BOOST_FIXTURE_TEST_CASE(timers_fire_by_kind_and_id_in_their_time, Fixture)
{
    const world::TimePoint begin = loop.now();
    loop.arm({Kind::run_limit, 7}, begin + 20ms);
    loop.arm({Kind::run_limit, 8}, begin + 1ms);
    loop.arm({Kind::run_limit, 8}, begin + 40ms);
    loop.arm({Kind::run_limit, 9}, begin + 1ms);
    loop.arm({Kind::stop_share}, begin + 30ms);
    loop.disarm({Kind::run_limit, 9});
    std::vector<world::Timer> fired;
    for (int i = 0; i < 3; ++i)
        fired.push_back(std::get<world::TimerFired>(loop.next_event()).timer);
    BOOST_TEST(
        (fired == std::vector<world::Timer>{{Kind::run_limit, 7}, {Kind::stop_share}, {Kind::run_limit, 8}}));
    BOOST_TEST((loop.now() >= begin + 40ms));
}

BOOST_FIXTURE_TEST_CASE(idle_costs_no_wake_up, Fixture)
{
    struct Asked final : host::Chore {
        std::optional<world::TimePoint> due() const noexcept override { return ++times, std::nullopt; }
        void work(world::TimePoint) noexcept override {}
        mutable int times = 0;
    } chore;
    loop.add_chore(chore, Loop::Weight::rare);
    Pipe pipe;
    wait_at(pipe, [&] { tell(); });
    loop.arm({Kind::stop_share}, loop.now() + 300ms);
    (void)loop.next_event();
    BOOST_TEST(chore.times <= 4); // before the wait and after it
}
