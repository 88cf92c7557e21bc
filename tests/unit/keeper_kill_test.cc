// SPDX-License-Identifier: MIT
// Keepers and spawners killed at any moment, by somebody who keeps no time with init. What can be said of
// every run then: it has one outcome; its script was begun once, or, where the run failed, not at all. A
// killer that takes a keeper for granted may hit the script itself just before it executes, since it still
// looks like one; such a run has ended by SIGKILL.
#define BOOST_TEST_MODULE keeper_kill
#include "pool_world.h"
#include "system/after_fork.h"
#include "temporary_folder.h"

#include <cstdlib>
#include <random>

namespace init::test {

namespace {

/// A process that kills children of init called `comm`, one every 0 to `most` microseconds, until its own
/// end.
class Killer {
public:
    Killer(const std::string& comm, useconds_t most) : pid_(::fork())
    {
        if (pid_ != 0)
            return;
        system::close_from(3);
        std::minstd_rand random{20240613};
        for (;;) {
            const std::vector<pid_t> children = children_of(1);
            const pid_t victim = children[random() % children.size()];
            if (proc_file(victim, "comm") == comm + "\n")
                kill_process(victim);
            ::usleep(static_cast<useconds_t>(random() % most));
        }
    }
    Killer(const Killer&) = delete;
    Killer& operator=(const Killer&) = delete;
    ~Killer() { kill_process(pid_); }

private:
    pid_t pid_;
};

std::size_t size_of(const std::string& path)
{
    struct stat file {};
    return ::stat(path.c_str(), &file) == 0 ? static_cast<std::size_t>(file.st_size) : 0;
}

bool was_killed(const world::ScriptEnded& ended)
{
    return ended.status && WIFSIGNALED(*ended.status) && WTERMSIG(*ended.status) == SIGKILL;
}

Failure runs_have_one_outcome_each(PoolWorld& world, std::size_t count, const std::string& victims,
                                   useconds_t most)
{
    const tests::TemporaryFolder folder;
    const auto counter = [&](std::size_t i) { return folder.path() + "/" + std::to_string(i); };
    std::vector<RunId> runs;
    {
        const Killer killer(victims, most);
        while (runs.size() < count) {
            HOLDS(world.wait_until([&] { return world.pool->runs_alive() < 12; }));
            const RunId run = world.run("printf x >>" + counter(runs.size()) + "; sleep 0.01");
            HOLDS(run != RunId{0});
            runs.push_back(run);
        }
        for (const RunId run : runs)
            HOLDS(world.complete(run));
    }
    std::size_t failed = 0;
    for (std::size_t i = 0; i < count; ++i) {
        const RunId run = runs[i];
        const std::size_t begun = size_of(counter(i));
        const bool has_failed = world.history(run) == "FR";
        HOLDS(has_failed || world.history(run) == "SER");
        if (has_failed)
            HOLDS(begun == 0);
        else if (was_killed(world.ended.at(run)))
            HOLDS(begun <= 1);
        else
            HOLDS(begun == 1 && world.ended.at(run).status == 0);
        failed += has_failed;
    }
    if (std::getenv("SHOW_FIGURES") != nullptr)
        ::dprintf(2, "%zu runs, %zu failed, %zu children reaped\n", count, failed, world.reaped.size());
    HOLDS(failed * 50 <= count);
    HOLDS(world.pool->runs_alive() == 0);
    return {};
}

} // namespace

POOL_TEST(keepers_killed_at_any_moment_of_500_runs)
{
    return runs_have_one_outcome_each(world, 500, "rc-keeper", 4000);
}

POOL_TEST(spawners_killed_at_any_moment_of_200_runs)
{
    return runs_have_one_outcome_each(world, 200, "rc-spawner", 1000);
}

} // namespace init::test
