// SPDX-License-Identifier: MIT
// A keeper that has had many runs gives the next script just what a new keeper gives. Runs of all kinds come
// in random order, by seed; after each few a script prints all that it can see of where it came from.
#define BOOST_TEST_MODULE keeper_reuse
#include "pool_world.h"

#include <sys/resource.h>

#include <cstdlib>
#include <random>

namespace init::test {

namespace {

constexpr const char* probe = R"sh(
for word; do echo "word $word"; done
echo "count $#"
env | sort
ulimit -a
pwd
umask
grep -E '^(Sig|Shd|Umask|NoNewPrivs|Cap|Seccomp)' /proc/self/status
cat /proc/self/limits
echo "nice $(nice)"
for fd in /proc/self/fd/*; do echo "descriptor ${fd##*/}"; done
echo looked
)sh";

using Random = std::mt19937;

std::size_t below(Random& random, std::size_t limit)
{
    return random() % limit;
}

class Sequence {
public:
    Sequence(PoolWorld& world, unsigned seed) : world_(world), random_(seed) {}

    /// One run of any kind, from its start until it is empty.
    bool step()
    {
        world::ScriptRequest request;
        request.label = below(random_, 2) == 0 ? "svc" : "another";
        request.argv = {"/bin/sh", "-c", body(), "sh"};
        for (std::size_t i = below(random_, 12); i > 0; --i)
            request.argv.push_back("left-over-" + std::to_string(i));
        for (std::size_t i = below(random_, 12); i > 0; --i)
            request.environment.push_back("LEFT_" + std::to_string(i) + "=over");
        if (below(random_, 3) == 0)
            request.environment.emplace_back("PATH=/bin:/usr/bin:/left/over");
        if (below(random_, 3) == 0)
            request.limits = {{RLIMIT_NOFILE, 64}, {RLIMIT_CORE, 0}, {RLIMIT_NPROC, 900}};
        request.grouped = below(random_, 3) == 0;
        request.keeper = below(random_, 6) != 0;
        system::UniqueFd reader;
        system::UniqueFd writer;
        if (request.keeper && below(random_, 3) == 0)
            open_caller(reader, writer);
        request.caller = writer.get();
        if (below(random_, 6) == 0)
            request.argv[0] = "/nowhere/at/all";
        const auto run = world_.pool->run(request);
        writer.reset();
        if (!run)
            return false;
        if (below(random_, 3) == 0)
            watch_something(*run);
        return world_.complete(*run) && (world_.history(*run) == "SER" || world_.history(*run) == "FR");
    }

private:
    const char* body()
    {
        constexpr const char* bodies[] = {
            "exit 0",
            "exit 7",
            "printf 'no newline'",
            "echo line; echo error >&2; kill -9 $$",
            "(sleep 0.03 >/dev/null 2>&1 &) ; exit 0",
            "(sleep 0.03; echo late) & exit 3",
            "umask 077; cd /tmp; trap '' TERM USR1; ulimit -n 32; exec 7</dev/null; exit 0",
            "set -- ; exit $#",
        };
        return bodies[below(random_, std::size(bodies))];
    }

    static void open_caller(system::UniqueFd& reader, system::UniqueFd& writer)
    {
        int ends[2] = {-1, -1};
        if (::pipe2(ends, O_CLOEXEC | O_NONBLOCK) != 0)
            return;
        reader.reset(ends[0]);
        writer.reset(ends[1]);
    }

    void watch_something(RunId run)
    {
        world_.wait_until([&] { return world_.has_ended(run) || world_.failed.contains(run); });
        if (world_.has_ended(run) && world_.ended.at(run).left > 0)
            world_.pool->watch(run, world_.ended.at(run).left);
    }

    PoolWorld& world_;
    Random random_;
};

struct Look {
    pid_t keeper = 0;
    std::string output;
    std::string last_line;
    std::size_t descriptors = 0; ///< of the keeper, while the script runs
};

Look look(PoolWorld& world)
{
    Look look;
    // What it has of the run before would be its last line.
    const RunId silent = world.run("sleep 0.05; exit 0");
    world.wait_until([&] { return world.has_started(silent); });
    look.keeper = world.pool->keeper_of(silent);
    const std::string folder = "/proc/" + std::to_string(look.keeper) + "/fd/";
    for (int fd = 0; fd < 64; ++fd)
        look.descriptors += ::access((folder + std::to_string(fd)).c_str(), F_OK) == 0;
    world.last_lines.clear();
    world.pool->ask_last_line(silent);
    world.wait_until([&] { return !world.last_lines.empty(); });
    look.last_line = world.last_lines.empty() ? "none" : world.last_lines.front();
    world.complete(silent);
    world.turn(0ms);
    world.output.clear();
    const RunId run = world.run(probe);
    world.complete(run);
    world.wait_until([&] { return world.shows("svc: looked\n"); });
    look.output = world.output;
    return look;
}

/// The keeper that has had all the runs is gone, and the spare one with it.
bool begin_afresh(PoolWorld& world)
{
    for (const pid_t keeper : world.pool->keepers()) {
        kill_process(keeper);
        if (!world.wait_until([&] { return world.reaped.contains(keeper); }))
            return false;
    }
    return world.complete(world.run("true")) &&
           world.wait_until([&] { return world.pool->keepers().size() == 2; });
}

Failure a_used_keeper_is_as_a_new_one(PoolWorld& world, unsigned seed)
{
    HOLDS(begin_afresh(world));
    const Look fresh = look(world);
    HOLDS(fresh.output.find("count 0\n") != std::string::npos);
    HOLDS(fresh.last_line.empty());
    Sequence sequence(world, seed);
    for (int i = 0; i < 12; ++i) {
        for (int j = 0; j < 4; ++j)
            HOLDS(sequence.step());
        const Look used = look(world);
        HOLDS(used.keeper == fresh.keeper);
        if (used.output != fresh.output)
            return "seed " + std::to_string(seed) + ", a used keeper gives\n" + used.output +
                   "\na new one\n" + fresh.output;
        HOLDS(used.last_line == fresh.last_line);
        HOLDS(used.descriptors == fresh.descriptors);
    }
    return {};
}

std::size_t keepers_living()
{
    std::size_t count = 0;
    for (const pid_t pid : children_of(::getpid()))
        count += proc_file(pid, "comm") == "rc-keeper\n" && !is_gone_or_zombie(pid);
    return count;
}

} // namespace

POOL_TEST(a_spare_keeper_that_is_born_when_others_have_come_back_is_one_too_many)
{
    const RunId first = world.run("exec sleep 1000");
    HOLDS(world.wait_until([&] { return world.has_started(first) && world.pool->keepers().size() == 2; }));
    const pid_t spawner = process_named("rc-spawner");
    signal_process(spawner, SIGSTOP);
    const RunId second = world.run("exit 0"); // a third one is asked for, and cannot be made now
    HOLDS(world.complete(second));
    world.pool->signal_script(first, SIGTERM);
    HOLDS(world.complete(first));
    HOLDS(keepers_living() == 2);
    signal_process(spawner, SIGCONT);
    const auto has_one_left = [&] {
        return std::ranges::any_of(world.reaped, [&](const auto& end) { return end.first > spawner; });
    };
    HOLDS(world.wait_until(has_one_left));
    HOLDS(keepers_living() == 2);
    return {};
}

POOL_TEST(a_keeper_that_had_any_runs_before_gives_what_a_new_one_gives)
{
    const char* const given = std::getenv("SEED");
    if (given != nullptr)
        return a_used_keeper_is_as_a_new_one(world, static_cast<unsigned>(std::stoul(given)));
    for (unsigned seed = 1; seed <= 5; ++seed) {
        const Failure failure = a_used_keeper_is_as_a_new_one(world, seed);
        if (!failure.empty())
            return failure;
    }
    return {};
}

} // namespace init::test
