// SPDX-License-Identifier: MIT
// A run that somebody waits for: what the script writes reaches the caller and the log until it ends; and
// runs whose lines are held together.
#define BOOST_TEST_MODULE keeper_caller
#include "pool_world.h"
#include "system/signal_process.h"

#include <sys/resource.h>

namespace init::test {
namespace {

/// The caller's end of a pipe, and a run that writes into the other.
struct Call {
    Call(PoolWorld& world, const std::string& script, std::vector<world::SoftLimit> limits = {})
    {
        int ends[2];
        if (::pipe2(ends, O_CLOEXEC | O_NONBLOCK) != 0)
            return;
        reader.reset(ends[0]);
        world::ScriptRequest request;
        request.label = "svc";
        request.argv = {"/bin/sh", "-c", script, "sh"};
        request.caller = ends[1];
        request.limits = std::move(limits);
        const auto result = world.pool->run(request);
        run = result ? *result : RunId{0};
        ::close(ends[1]);
    }
    /// True at the end of the stream.
    bool read()
    {
        char buffer[65536];
        ssize_t got = 0;
        while ((got = ::read(reader.get(), buffer, sizeof buffer)) > 0)
            text.append(buffer, static_cast<std::size_t>(got));
        return got == 0;
    }

    system::UniqueFd reader;
    RunId run{};
    std::string text;
};

} // namespace

POOL_TEST(the_caller_gets_what_the_script_wrote_as_it_came_and_so_does_the_log)
{
    Call call(world, "printf 'one\\ntwo'; echo err >&2; exit 3");
    HOLDS(world.wait_until([&] { return call.read() && world.has_ended(call.run); }));
    HOLDS(call.text == "one\ntwoerr\n");
    HOLDS(WEXITSTATUS(*world.ended.at(call.run).status) == 3);
    HOLDS(world.wait_until([&] { return world.shows("svc: twoerr\n"); }));
    return {};
}

POOL_TEST(the_stream_ends_with_the_script_although_a_daemon_keeps_the_pipe)
{
    Call call(world, "(echo early; while :; do echo daemon; sleep 0.01; done) & echo script; exit 0");
    HOLDS(world.wait_until([&] { return call.read() && world.has_ended(call.run); }, 5s));
    HOLDS(call.text.find("script\n") != std::string::npos);
    const std::size_t size = call.text.size();
    // The log goes on.
    const auto lines = std::count(world.output.begin(), world.output.end(), '\n');
    HOLDS(world.wait_until(
        [&] { return std::count(world.output.begin(), world.output.end(), '\n') > lines + 5; }));
    HOLDS(call.read() && call.text.size() == size);
    world.pool->kill_under_keepers();
    HOLDS(world.complete(call.run));
    return {};
}

POOL_TEST(ten_thousand_lines_arrive_whole_at_both)
{
    Call call(world, "i=0; while [ $i -lt 10000 ]; do echo line $i; i=$((i+1)); done");
    HOLDS(world.wait_until([&] { return call.read() && world.has_ended(call.run); }));
    HOLDS(std::count(call.text.begin(), call.text.end(), '\n') == 10000);
    HOLDS(call.text.ends_with("line 9999\n"));
    HOLDS(world.wait_until([&] { return world.shows("svc: line 9999\n"); }));
    HOLDS(std::count(world.output.begin(), world.output.end(), '\n') == 10000);
    return {};
}

POOL_TEST(a_caller_that_has_gone_costs_nothing)
{
    Call call(world, "i=0; while [ $i -lt 2000 ]; do echo line $i; i=$((i+1)); done");
    call.reader.reset();
    HOLDS(world.wait_until([&] { return world.has_ended(call.run) && world.shows("svc: line 1999\n"); }));
    return {};
}

POOL_TEST(a_caller_that_does_not_read_holds_the_script_back_and_no_longer_than_that)
{
    Call call(world, "head -c 200000 /dev/zero | tr '\\000' x; echo; echo over");
    HOLDS(!world.wait_until([&] { return world.has_ended(call.run); }, 500ms));
    HOLDS(world.wait_until([&] { return call.read() && world.has_ended(call.run); }));
    HOLDS(call.text.size() == 200000 + 6);
    // One that never reads what is left at the end is given up.
    Call deaf(world, "head -c 68000 /dev/zero | tr '\\000' x; echo over");
    HOLDS(world.wait_until([&] { return world.has_ended(deaf.run); }, 10s));
    return {};
}

POOL_TEST(the_limits_of_the_caller_are_the_scripts)
{
    Call call(world, "ulimit -n; ulimit -c", {{RLIMIT_NOFILE, 77}, {RLIMIT_CORE, 0}});
    HOLDS(world.wait_until([&] { return call.read() && world.has_ended(call.run); }));
    HOLDS(call.text == "77\n0\n");
    return {};
}

POOL_TEST(a_keeper_that_is_killed_ends_the_callers_stream)
{
    Call call(world, "echo begun; sleep 1000");
    HOLDS(world.wait_until([&] { return call.read() || call.text == "begun\n"; }));
    HOLDS(system::send_signal(world.pool->keeper_of(call.run), SIGKILL));
    HOLDS(world.wait_until([&] { return call.read(); }));
    world.pool->signal_script(call.run, SIGKILL);
    return {};
}

POOL_TEST(grouped_lines_of_scripts_side_by_side_stand_together)
{
    const auto run = [&](const char* label) {
        world::ScriptRequest request;
        request.label = label;
        request.argv = {"/bin/sh", "-c", "for i in 1 2 3 4 5; do echo $i; sleep 0.02; done; printf last",
                        "sh"};
        request.grouped = true;
        return *world.pool->run(request);
    };
    const RunId a = run("a");
    const RunId b = run("b");
    HOLDS(world.complete(a) && world.complete(b));
    HOLDS(world.wait_until([&] { return world.shows("a: last\n") && world.shows("b: last\n"); }));
    HOLDS(world.shows("a: 1\na: 2\na: 3\na: 4\na: 5\n"));
    HOLDS(world.shows("b: 1\nb: 2\nb: 3\nb: 4\nb: 5\n"));
    return {};
}

POOL_TEST(a_group_that_grows_too_large_is_written_in_pieces_and_loses_nothing)
{
    world::ScriptRequest request;
    request.label = "svc";
    request.argv = {"/bin/sh", "-c", "i=0; while [ $i -lt 5000 ]; do echo line $i; i=$((i+1)); done", "sh"};
    request.grouped = true;
    const RunId run = *world.pool->run(request);
    HOLDS(world.complete(run));
    HOLDS(world.wait_until([&] { return world.shows("svc: line 4999\n"); }));
    HOLDS(std::count(world.output.begin(), world.output.end(), '\n') == 5000);
    return {};
}

POOL_TEST(a_daemon_of_a_grouped_script_writes_line_by_line)
{
    world::ScriptRequest request;
    request.label = "svc";
    request.argv = {"/bin/sh", "-c", "(while :; do echo daemon; sleep 0.01; done) & echo script", "sh"};
    request.grouped = true;
    const RunId run = *world.pool->run(request);
    HOLDS(world.wait_until([&] { return world.has_ended(run) && world.shows("svc: script\n"); }));
    const auto lines = std::count(world.output.begin(), world.output.end(), '\n');
    HOLDS(world.wait_until(
        [&] { return std::count(world.output.begin(), world.output.end(), '\n') > lines + 5; }));
    world.pool->kill_under_keepers();
    HOLDS(world.complete(run));
    return {};
}

} // namespace init::test
