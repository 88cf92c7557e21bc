// SPDX-License-Identifier: MIT
// The rules of the keepers, one by one, on real processes.
#define BOOST_TEST_MODULE keeper_rules
#include "pool_world.h"
#include "system/process_table.h"
#include "system/signal_process.h"

#include <csignal>
#include <cstdlib>

namespace init::test {

namespace {

/// kB of private memory.
long private_memory(pid_t pid)
{
    std::istringstream lines(proc_file(pid, "smaps_rollup"));
    std::string key;
    long sum = 0;
    while (lines >> key) {
        long kilobytes = 0;
        if (key == "Private_Clean:" || key == "Private_Dirty:")
            lines >> kilobytes;
        sum += kilobytes;
    }
    return sum;
}

std::string switches(pid_t pid)
{
    const std::string status = proc_file(pid, "status");
    return status.substr(std::min(status.find("voluntary_ctxt_switches"), status.size()));
}

/// For a world whose pool has gone, so that nothing turns.
template <class Condition> bool holds_soon(Condition holds)
{
    const auto end = std::chrono::steady_clock::now() + 20s;
    while (!holds()) {
        if (std::chrono::steady_clock::now() > end)
            return false;
        ::poll(nullptr, 0, 5);
    }
    return true;
}

std::size_t count_lines(const std::string& text, const std::string& start)
{
    std::size_t count = 0;
    for (std::size_t at = text.find(start); at != std::string::npos; at = text.find(start, at + 1))
        ++count;
    return count;
}

const std::string daemon_script = "(setsid sleep 1000 &) ; exit 0";

} // namespace

POOL_TEST(rule_1_birth_each_keeper_is_a_child_of_init_and_inherits_nothing)
{
    const RunId run = world.run(daemon_script);
    HOLDS(world.wait_until([&] { return world.has_ended(run); }));
    const pid_t keeper = world.pool->keeper_of(run);
    const auto process = system::read_process(keeper);
    HOLDS(process && process->parent == 1);
    for (int fd = 9; fd < 32; ++fd)
        HOLDS(::access(("/proc/" + std::to_string(keeper) + "/fd/" + std::to_string(fd)).c_str(), F_OK) != 0);
    return {};
}

POOL_TEST(rule_1_birth_a_dead_spawner_is_made_anew)
{
    HOLDS(world.complete(world.run("echo before")));
    const pid_t spawner = process_named("rc-spawner");
    HOLDS(spawner > 0);
    kill_process(spawner);
    std::vector<RunId> runs;
    for (int i = 0; i < 5; ++i)
        runs.push_back(world.run("echo after"));
    for (const RunId run : runs)
        HOLDS(world.complete(run));
    HOLDS(world.wait_until([&] { return count_lines(world.output, "svc: after\n") == 5; }));
    HOLDS(process_named("rc-spawner") != spawner);
    HOLDS(world.unknown.empty());
    return {};
}

POOL_TEST(rule_2_session_the_keeper_leads_it_and_the_script_leads_a_group_inside)
{
    const RunId run = world.run("sleep 1000");
    HOLDS(world.wait_until([&] { return world.has_started(run); }));
    const pid_t keeper = world.pool->keeper_of(run);
    const pid_t script = world.started.at(run);
    const auto of_keeper = system::read_process(keeper);
    const auto of_script = system::read_process(script);
    HOLDS(of_keeper && of_keeper->session == keeper);
    HOLDS(of_script && of_script->session == keeper && of_script->group == script);
    for (const int signo : {SIGTERM, SIGINT, SIGHUP, SIGUSR1, SIGUSR2})
        HOLDS(system::send_signal(keeper, signo));
    world.pool->signal_script(run, SIGTERM);
    HOLDS(world.complete(run));
    HOLDS(world.ended.at(run).status && WTERMSIG(*world.ended.at(run).status) == SIGTERM);
    return {};
}

POOL_TEST(rule_3_output_goes_on_when_the_keeper_of_a_chatty_daemon_is_killed)
{
    const RunId run =
        world.run("(i=0; while [ $i -lt 20000 ]; do echo line $i; i=$((i+1)); done; echo last) & exit 0");
    HOLDS(world.wait_until([&] { return world.has_ended(run) && world.shows("line 100\n"); }));
    const pid_t keeper = world.pool->keeper_of(run);
    kill_process(keeper);
    HOLDS(world.complete(run, 60s));
    HOLDS(world.wait_until([&] { return world.shows("svc: last\n"); }));
    HOLDS(world.reaped.contains(keeper));
    // What the dead one had read and not written is lost, which is one buffer; no process got SIGPIPE.
    std::size_t missing = 0;
    for (int i = 0; i < 20000; ++i)
        missing += !world.shows("line " + std::to_string(i) + "\n");
    HOLDS(missing < 500);
    HOLDS(world.shows("svc: line 19999\n"));
    return {};
}

POOL_TEST(rule_3_output_the_end_of_the_script_and_the_emptiness_of_the_tree_are_two_messages)
{
    const RunId run = world.run("(sleep 0.3; echo later) & echo now");
    HOLDS(world.wait_until([&] { return world.has_ended(run); }));
    HOLDS(!world.is_empty(run) && !world.shows("later"));
    HOLDS(world.ended.at(run).left > 0);
    HOLDS(world.complete(run));
    HOLDS(world.wait_until([&] { return world.output == "svc: now\nsvc: later\n"; }));
    return {};
}

POOL_TEST(rule_3_output_a_partial_line_is_shown_after_a_second)
{
    const RunId run = world.run("printf 'half '; sleep 3; echo whole");
    HOLDS(world.wait_until([&] { return world.output == "svc: half \n"; }, 2500ms));
    world.pool->ask_last_line(run);
    HOLDS(world.wait_until([&] { return !world.last_lines.empty(); }));
    HOLDS(world.last_lines.front() == "half ");
    HOLDS(world.complete(run));
    HOLDS(world.wait_until([&] { return world.output == "svc: half \nsvc: whole\n"; }));
    return {};
}

POOL_TEST(rule_4_life_the_keeper_stays_while_anything_is_under_it_and_is_free_then)
{
    const RunId run = world.run("(setsid sleep 0.5 >/dev/null 2>&1 &); exit 0");
    HOLDS(world.wait_until([&] { return world.has_ended(run); }));
    const pid_t keeper = world.pool->keeper_of(run);
    HOLDS(world.pool->run_of_keeper(keeper) == run);
    HOLDS(world.complete(run));
    HOLDS(world.pool->keeper_of(run) == 0);
    HOLDS(!world.pool->run_of_keeper(keeper));
    // It may have the next run, which shows nothing of the one before.
    const RunId next = world.run("env | grep -c ^RCINIT_; sleep 0.2");
    HOLDS(world.wait_until([&] { return world.output == "svc: 1\n"; }));
    HOLDS(world.complete(next));
    return {};
}

POOL_TEST(rule_4_life_keepers_beyond_the_spare_ones_leave)
{
    std::vector<RunId> runs;
    for (int i = 0; i < 6; ++i)
        runs.push_back(world.run("(setsid sleep 0.4 >/dev/null 2>&1 &); exit 0"));
    HOLDS(world.wait_until([&] { return world.pool->keepers().size() >= 6; }));
    for (const RunId run : runs)
        HOLDS(world.complete(run));
    HOLDS(world.wait_until([&] { return world.pool->keepers().size() <= 2; }));
    return {};
}

POOL_TEST(rule_4_life_a_watched_process_is_answered_for_with_its_status)
{
    const RunId run = world.run("(setsid sh -c 'sleep 0.3; exit 5' &) ; exit 0");
    HOLDS(world.wait_until([&] { return world.has_ended(run); }));
    const pid_t left = world.ended.at(run).left;
    HOLDS(left > 0);
    world.pool->watch(run, left);
    HOLDS(world.wait_until([&] { return world.processes.contains(left); }));
    HOLDS(world.processes.at(left) == std::optional<int>(5 << 8));
    return {};
}

POOL_TEST(rule_5_generations_every_run_has_a_keeper_of_its_own)
{
    const RunId first = world.run(daemon_script);
    const RunId second = world.run(daemon_script);
    HOLDS(world.wait_until([&] { return world.has_ended(first) && world.has_ended(second); }));
    HOLDS(first != second);
    HOLDS(world.pool->keeper_of(first) != world.pool->keeper_of(second));
    return {};
}

POOL_TEST(rule_5_generations_scripts_carry_their_service_and_no_other_key_of_ours)
{
    HOLDS(world.complete(world.run("env | grep ^RCINIT_")));
    HOLDS(world.wait_until([&] { return world.output == "svc: RCINIT_SERVICE=svc\n"; }));
    return {};
}

POOL_TEST(rule_6_looks_never_show_the_service)
{
    const RunId run = world.run(daemon_script, "secretive");
    HOLDS(world.wait_until([&] { return world.has_ended(run); }));
    const pid_t keeper = world.pool->keeper_of(run);
    HOLDS(proc_file(keeper, "comm") == "rc-keeper\n");
    HOLDS(proc_file(keeper, "cmdline").starts_with("rc-keeper"));
    HOLDS(proc_file(keeper, "cmdline").size() <= sizeof "rc-keeper");
    HOLDS(process_named("rc-spawner") > 0 && process_named("rc-scribe") == world.pool->scribe());
    return {};
}

POOL_TEST(rule_7_opt_out_puts_the_script_directly_under_init_and_reads_its_output)
{
    const RunId run = world.run("echo parent $PPID; exit 4", "svc", false);
    HOLDS(world.complete(run));
    HOLDS(world.has_started(run));
    HOLDS(world.ended.at(run).status && WEXITSTATUS(*world.ended.at(run).status) == 4);
    HOLDS(world.wait_until([&] { return world.output == "svc: parent 1\n"; }));
    return {};
}

POOL_TEST(rule_7_opt_out_a_failed_start_is_told_like_any_other)
{
    world::ScriptRequest request;
    request.label = "svc";
    request.argv = {"/nowhere/at/all"};
    for (const bool keeper : {true, false}) {
        request.keeper = keeper;
        const auto run = world.pool->run(request);
        HOLDS(run);
        HOLDS(world.complete(*run));
        HOLDS(world.failed.contains(*run));
        HOLDS(world.failed.at(*run).error == ENOENT);
        HOLDS(world.failed.at(*run).step == "exec");
        HOLDS(world.failed.at(*run).path == "/nowhere/at/all");
    }
    return {};
}

POOL_TEST(rule_8_cgroups_everything_works_where_there_is_none)
{
    const RunId run = world.run("cat /proc/self/cgroup >/dev/null; exit 0");
    HOLDS(world.complete(run));
    HOLDS(world.ended.at(run).status == 0);
    return {};
}

POOL_TEST(rule_9_without_init_a_keeper_goes_on_draining_and_leaves_when_empty)
{
    const RunId run = world.run("(sleep 0.5; echo later) & exit 0");
    HOLDS(world.wait_until([&] { return world.has_ended(run); }));
    const pid_t keeper = world.pool->keeper_of(run);
    // This init lets go of every descriptor, as one that died would.
    world.pool.reset();
    HOLDS(::kill(keeper, 0) == 0);
    int status = -1;
    HOLDS(holds_soon([&] { return ::waitpid(keeper, &status, WNOHANG) == keeper; }));
    HOLDS(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    // Spawner, spare keeper and scribe leave too; then all that was to be written has been.
    HOLDS(holds_soon([] { return ::waitpid(-1, nullptr, WNOHANG) < 0; }));
    world.read_output();
    HOLDS(world.shows("svc: later\n"));
    return {};
}

POOL_TEST(rule_9_a_keeper_that_is_born_when_init_has_gone_leaves)
{
    HOLDS(world.wait_until([&] { return world.pool->keepers().size() == 1; }));
    const pid_t spawner = process_named("rc-spawner");
    HOLDS(::kill(spawner, SIGSTOP) == 0);
    // It takes the spare keeper, and the order for another one waits for the spawner.
    const RunId run = world.run("exit 0");
    HOLDS(world.wait_until([&] { return world.has_ended(run); }));
    world.pool.reset();
    HOLDS(::kill(spawner, SIGCONT) == 0);
    HOLDS(holds_soon([] { return ::waitpid(-1, nullptr, WNOHANG) < 0; }));
    return {};
}

POOL_TEST(rule_10_cost_the_largest_of_200_keepers_holds_at_most_100_kib)
{
    std::vector<RunId> runs;
    for (int i = 0; i < 200; ++i) {
        runs.push_back(world.run("echo started; exec sleep 1000"));
        world.turn(0ms);
    }
    const auto all_started = [&] {
        return std::all_of(runs.begin(), runs.end(), [&](RunId run) { return world.has_started(run); });
    };
    HOLDS(world.wait_until(all_started, 60s));
    HOLDS(world.wait_until([&] { return count_lines(world.output, "svc: started\n") == 200; }, 60s));
    long largest = 0;
    for (const RunId run : runs)
        largest = std::max(largest, private_memory(world.pool->keeper_of(run)));
    if (std::getenv("SHOW_FIGURES") != nullptr)
        ::dprintf(2, "largest keeper: %ld kB\n", largest);
#ifndef __SANITIZE_ADDRESS__
    HOLDS(largest > 0 && largest <= 100);
#endif
    world.pool->kill_under_keepers();
    HOLDS(world.wait_until([&] { return world.pool->runs_alive() == 0; }, 60s));
    return {};
}

POOL_TEST(rule_10_cost_nobody_wakes_up_when_nothing_happens)
{
    const RunId run = world.run("exec sleep 1000");
    HOLDS(world.wait_until([&] { return world.has_started(run); }));
    std::vector<pid_t> own = world.pool->keepers();
    own.push_back(world.pool->scribe());
    own.push_back(process_named("rc-spawner"));
    // On a machine that is busy with others they come to rest late; then no one stirs for as long as one
    // looks.
    const auto all_switches = [&own] {
        std::string all;
        for (const pid_t pid : own)
            all += switches(pid);
        return all;
    };
    HOLDS(world.wait_until(
        [&] {
            const std::string before = all_switches();
            world.turn(2000ms);
            return all_switches() == before;
        },
        30s));
    return {};
}

} // namespace init::test
