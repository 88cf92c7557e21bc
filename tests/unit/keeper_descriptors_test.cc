// SPDX-License-Identifier: MIT
// A pool whose limit of open files is near: daemons are started all the same, and each can be stopped.
#define BOOST_TEST_MODULE keeper_descriptors
#include "pool_world.h"
#include "system/file_limit.h"

#include <fcntl.h>
#include <sys/resource.h>

#include <filesystem>
#include <iterator>

namespace init::test {

namespace {

/// As init has it before a stop: some of the `hard` ones are kept back.
void limit_files(rlim_t hard)
{
    const rlimit limit{hard, hard};
    ::setrlimit(RLIMIT_NOFILE, &limit);
    const rlimit kept{hard - hard / 8, hard};
    ::setrlimit(RLIMIT_NOFILE, &kept);
}

std::size_t open_files()
{
    using std::filesystem::directory_iterator;
    return static_cast<std::size_t>(std::distance(directory_iterator("/proc/self/fd"), directory_iterator()));
}

/// A run that leaves a process; 0 where there is no room for it.
RunId daemon(PoolWorld& world)
{
    const RunId run = world.run("sleep 1000 & echo up");
    world.wait_until([&] { return run == RunId{0} || world.has_ended(run); });
    return run;
}

/// As many as there is room for.
std::vector<RunId> daemons(PoolWorld& world)
{
    std::vector<RunId> runs;
    for (RunId run = daemon(world); run != RunId{0} && runs.size() < 1000; run = daemon(world))
        runs.push_back(run);
    return runs;
}

} // namespace

POOL_TEST(more_daemons_than_half_of_the_limit_are_up_and_a_stop_still_runs_scripts)
{
    limit_files(72);
    const std::size_t before = open_files();
    const std::vector<RunId> runs = daemons(world);
    HOLDS(runs.size() >= 63 - before - 12);
    for (const RunId run : runs)
        HOLDS(world.history(run) == "SE" && world.ended.at(run).left != 0);
    HOLDS(open_files() <= 63 - 5);
    HOLDS(world.wait_until([&] { return world.shows("the limit of open files is near"); }));
    system::release_kept_files();
    for (int i = 0; i < 20; ++i) {
        const RunId stop = world.run("exit 3");
        HOLDS(world.complete(stop));
        HOLDS(world.ended.at(stop).status == 3 << 8);
    }
    return {};
}

POOL_TEST(a_daemon_whose_output_was_let_go_of_is_told_of_when_its_keeper_is_killed)
{
    limit_files(72);
    const std::vector<RunId> runs = daemons(world);
    kill_process(world.pool->keeper_of(runs.front()));
    HOLDS(world.complete(runs.front()));
    HOLDS(world.wait_until([&] { return world.shows("svc: its keeper was killed"); }));
    // The others are as they were.
    HOLDS(!world.is_empty(runs.back()));
    return {};
}

POOL_TEST(a_second_child_of_an_entry_has_the_reader_of_the_first)
{
    const auto keepers = [&] { return world.pool->runs_alive(); };
    auto made = world.pool->read_output("tty1");
    HOLDS(made && keepers() == 1);
    system::UniqueFd first = std::move(made->second);
    auto second = world.pool->reopen_output(made->first);
    HOLDS(second && keepers() == 1);
    first.reset();
    HOLDS(::write(second->get(), "hi\n", 3) == 3);
    second->reset();
    HOLDS(world.complete(made->first));
    HOLDS(world.wait_until([&] { return world.output == "tty1: hi\n"; }));
    HOLDS(!world.pool->reopen_output(made->first));
    return {};
}

POOL_TEST(a_child_that_comes_as_its_reader_has_seen_the_end_is_read_too)
{
    auto made = world.pool->read_output("tty1");
    HOLDS(made);
    // Its keeper sees the end, and init has not heard of it yet.
    HOLDS(world.wait_until([&] { return world.pool->keeper_of(made->first) != 0; }));
    made->second.reset();
    const pid_t keeper = world.pool->keeper_of(made->first);
    HOLDS(stand_by_until([&] {
        return proc_file(keeper, "wchan").find("poll") != std::string::npos ||
               system::read_process(keeper)->state == 'S';
    }));
    auto second = world.pool->reopen_output(made->first);
    HOLDS(second);
    for (int i = 0; i < 3; ++i) {
        HOLDS(::write(second->get(), "hi\n", 3) == 3);
        HOLDS(world.wait_until(
            [&] { return std::count(world.output.begin(), world.output.end(), '\n') == i + 1; }));
    }
    second->reset();
    HOLDS(world.complete(made->first));
    return {};
}

} // namespace init::test
