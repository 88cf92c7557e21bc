// SPDX-License-Identifier: MIT
// Keepers and spawners killed at one certain moment: each run has its one outcome, what had not begun is
// begun again under the same number, and what had begun is told of with its real status.
#define BOOST_TEST_MODULE keeper_loss
#include "message_jam.h"
#include "pool_world.h"

#include <sys/ioctl.h>

#include <set>

namespace init::test {

namespace {

/// The spare keeper that the next run goes to, once there are two.
pid_t spare_keeper(PoolWorld& world)
{
    if (!world.complete(world.run("true")) ||
        !world.wait_until([&] { return world.pool->keepers().size() == 2; }))
        return 0;
    return world.pool->keepers().front();
}

std::size_t waiting_messages(PoolWorld& world)
{
    int bytes = 0;
    ::ioctl(world.pool->descriptor(), FIONREAD, &bytes);
    return static_cast<std::size_t>(bytes) / sizeof(keeper::Message);
}

/// Keepers that init does not know of yet.
std::vector<pid_t> unborn_keepers(PoolWorld& world)
{
    const std::vector<pid_t> known = world.pool->keepers();
    std::vector<pid_t> unborn;
    for (const pid_t child : children_of(1))
        if (proc_file(child, "comm") == "rc-keeper\n" && std::count(known.begin(), known.end(), child) == 0)
            unborn.push_back(child);
    return unborn;
}

world::ScriptRequest script(const std::string& text)
{
    world::ScriptRequest request;
    request.label = "svc";
    request.argv = {"/bin/sh", "-c", text, "sh"};
    return request;
}

struct CallerPipe {
    CallerPipe()
    {
        int ends[2] = {-1, -1};
        if (::pipe2(ends, O_CLOEXEC | O_NONBLOCK) == 0) {
            reader.reset(ends[0]);
            writer.reset(ends[1]);
        }
    }
    std::string read() const
    {
        char buffer[4096];
        const ssize_t got = ::read(reader.get(), buffer, sizeof buffer);
        return got > 0 ? std::string(buffer, static_cast<std::size_t>(got)) : std::string();
    }
    system::UniqueFd reader, writer;
};

} // namespace

POOL_TEST(a_keeper_killed_before_it_was_born_costs_its_run_nothing)
{
    HOLDS(spare_keeper(world) > 0);
    jam_messages(world.pool->descriptor());
    std::vector<RunId> runs;
    for (int i = 0; i < 3; ++i)
        runs.push_back(world.run("exit 3"));
    HOLDS(stand_by_until([&] { return unborn_keepers(world).size() == 2; }));
    const std::vector<pid_t> unborn = unborn_keepers(world);
    for (const pid_t pid : unborn)
        HOLDS(world.pool->is_own(pid) && kill_and_see(pid));
    for (const RunId run : runs) {
        HOLDS(world.complete(run));
        HOLDS(world.history(run) == "SER");
        HOLDS(world.ended.at(run).status == 3 << 8);
    }
    HOLDS(world.unknown.empty());
    for (const pid_t pid : unborn)
        HOLDS(world.reaped.contains(pid));
    return {};
}

POOL_TEST(a_keeper_killed_between_order_and_start_has_its_script_begun_by_another)
{
    const pid_t keeper = spare_keeper(world);
    signal_process(keeper, SIGSTOP);
    CallerPipe caller;
    auto request = script("echo hello; exit 3");
    request.caller = caller.writer.get();
    const RunId run = *world.pool->run(request);
    caller.writer.reset();
    HOLDS(world.pool->keeper_of(run) == keeper);
    kill_process(keeper);
    HOLDS(world.complete(run));
    HOLDS(world.history(run) == "SER");
    HOLDS(world.ended.at(run).status == 3 << 8);
    HOLDS(world.wait_until([&] { return world.output == "svc: hello\n"; }));
    HOLDS(caller.read() == "hello\n");
    HOLDS(world.wait_until([&] {
        char one = 0;
        return ::read(caller.reader.get(), &one, 1) == 0;
    }));
    return {};
}

POOL_TEST(a_script_that_cannot_be_executed_has_failed_also_when_begun_again)
{
    const pid_t keeper = spare_keeper(world);
    signal_process(keeper, SIGSTOP);
    auto request = script("");
    request.argv = {"/nowhere/at/all"};
    const RunId run = *world.pool->run(request);
    kill_process(keeper);
    HOLDS(world.complete(run));
    HOLDS(world.history(run) == "FR");
    HOLDS(world.failed.at(run).error == ENOENT);
    return {};
}

POOL_TEST(the_last_messages_of_a_dead_keeper_are_taken_before_its_death)
{
    HOLDS(spare_keeper(world) > 0);
    const RunId run = world.run("(setsid sleep 1000 >/dev/null 2>&1 &); exit 3");
    const pid_t keeper = world.pool->keeper_of(run);
    HOLDS(stand_by_until([&] { return waiting_messages(world) == 2; }));
    HOLDS(kill_and_see(keeper));
    world.reap();
    HOLDS(world.reaped.contains(keeper));
    HOLDS(world.history(run).starts_with("SE"));
    HOLDS(world.ended.at(run).status == 3 << 8);
    HOLDS(world.ended.at(run).left > 0); // which only the dead one knew
    HOLDS(world.complete(run));
    HOLDS(world.history(run) == "SER");
    return {};
}

POOL_TEST(a_run_that_was_over_when_its_keeper_died_is_over)
{
    HOLDS(spare_keeper(world) > 0);
    const RunId run = world.run("exit 3");
    const pid_t keeper = world.pool->keeper_of(run);
    HOLDS(stand_by_until([&] { return waiting_messages(world) == 3; }));
    HOLDS(kill_and_see(keeper));
    world.reap();
    HOLDS(world.history(run) == "SER");
    HOLDS(world.pool->runs_alive() == 0);
    return {};
}

POOL_TEST(a_script_whose_start_was_never_told_is_told_of_with_its_status)
{
    HOLDS(spare_keeper(world) > 0);
    jam_messages(world.pool->descriptor());
    const RunId run = world.run("exit 3");
    const pid_t keeper = world.pool->keeper_of(run);
    // It stands still in telling; its script has ended meanwhile.
    HOLDS(stand_by_until([&] {
        const auto children = children_of(keeper);
        return children.size() == 1 && is_gone_or_zombie(children.front());
    }));
    HOLDS(kill_and_see(keeper));
    HOLDS(world.complete(run));
    HOLDS(world.history(run) == "SER");
    HOLDS(world.ended.at(run).status == 3 << 8);
    return {};
}

POOL_TEST(the_status_that_a_keeper_took_with_it_is_in_the_ledger)
{
    HOLDS(spare_keeper(world) > 0);
    CallerPipe caller; // who does not read, so that the end is not told yet
    auto request = script("head -c 68000 /dev/zero | tr '\\000' x; exit 3");
    request.caller = caller.writer.get();
    const RunId run = *world.pool->run(request);
    HOLDS(world.wait_until([&] { return world.has_started(run); }));
    HOLDS(world.wait_until([&] { return !system::read_process(world.started.at(run)); }));
    HOLDS(!world.has_ended(run));
    kill_process(world.pool->keeper_of(run));
    HOLDS(world.complete(run));
    HOLDS(world.history(run) == "SER");
    HOLDS(world.ended.at(run).status == 3 << 8);
    return {};
}

POOL_TEST(a_script_that_outlives_its_keeper_ends_with_its_status)
{
    const RunId run = world.run("sleep 1000");
    HOLDS(world.wait_until([&] { return world.has_started(run); }));
    kill_process(world.pool->keeper_of(run));
    HOLDS(world.wait_until([&] { return world.pool->keeper_of(run) != 0 && world.reaped.size() == 1; }));
    world.pool->signal_script(run, SIGTERM);
    HOLDS(world.complete(run));
    HOLDS(world.history(run) == "SER");
    HOLDS(world.ended.at(run).status && WTERMSIG(*world.ended.at(run).status) == SIGTERM);
    return {};
}

POOL_TEST(one_who_kills_every_keeper_costs_a_run_a_bounded_number_of_them)
{
    HOLDS(spare_keeper(world) > 0);
    const auto stop_spare = [&] {
        for (const pid_t keeper : world.pool->keepers())
            if (!world.pool->run_of_keeper(keeper))
                signal_process(keeper, SIGSTOP);
    };
    stop_spare();
    const RunId run = world.run("echo begun");
    std::set<pid_t> killed;
    while (!world.failed.contains(run)) {
        HOLDS(world.wait_until([&] {
            stop_spare();
            return world.pool->keepers().size() >= 2;
        }));
        stop_spare();
        const pid_t keeper = world.pool->keeper_of(run);
        HOLDS(keeper > 0 && killed.insert(keeper).second && killed.size() < 50);
        kill_process(keeper);
        HOLDS(world.wait_until([&] { return world.reaped.contains(keeper); }));
    }
    HOLDS(world.history(run) == "FR");
    HOLDS(world.failed.at(run).error == EOWNERDEAD);
    HOLDS(!world.shows("svc: begun"));
    for (const pid_t keeper : world.pool->keepers())
        signal_process(keeper, SIGCONT);
    HOLDS(world.complete(world.run("true")));
    return {};
}

POOL_TEST(in_the_reserve_nothing_is_begun_again)
{
    const pid_t keeper = spare_keeper(world);
    signal_process(keeper, SIGSTOP);
    const RunId ordered = world.run("echo begun");
    const pid_t spawner = process_named("rc-spawner");
    signal_process(spawner, SIGSTOP);
    const RunId spare = world.run("sleep 1000");
    HOLDS(world.wait_until([&] { return world.has_started(spare); }));
    const RunId unborn = world.run("echo begun");
    world.pool->begin_reserve();
    kill_process(keeper);
    kill_process(spawner);
    HOLDS(world.wait_until([&] { return world.is_empty(ordered) && world.is_empty(unborn); }));
    HOLDS(world.history(ordered) == "FR" && world.history(unborn) == "FR");
    HOLDS(!world.shows("begun"));
    world.pool->signal_script(spare, SIGKILL);
    HOLDS(world.complete(spare));
    return {};
}

POOL_TEST(what_a_stopped_spawner_had_not_made_is_made_by_the_next)
{
    HOLDS(spare_keeper(world) > 0);
    const pid_t spawner = process_named("rc-spawner");
    signal_process(spawner, SIGSTOP);
    std::vector<RunId> runs;
    for (int i = 0; i < 5; ++i)
        runs.push_back(world.run("echo hello; sleep 0.1"));
    kill_process(spawner);
    for (const RunId run : runs) {
        HOLDS(world.complete(run));
        HOLDS(world.history(run) == "SER");
    }
    HOLDS(world.unknown.empty());
    return {};
}

POOL_TEST(a_script_killed_with_its_caller_still_reading_has_ended)
{
    CallerPipe caller;
    auto request = script("head -c 68000 /dev/zero | tr '\\000' x; sleep 1000");
    request.caller = caller.writer.get();
    const RunId run = *world.pool->run(request);
    HOLDS(world.wait_until([&] { return world.has_started(run); }));
    HOLDS(stand_by_until([&] { return children_of(world.started.at(run)).size() == 1; }));
    world.pool->kill_under_keepers();
    HOLDS(world.complete(run));
    HOLDS(world.history(run) == "SER");
    return {};
}

} // namespace init::test
