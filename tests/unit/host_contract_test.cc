// SPDX-License-Identifier: MIT
// What every host owes the supervisor, tried on the kernel and on the fake that the scenario tests trust: the
// same assertions for both.
#define BOOST_TEST_MODULE host_contract
#include "contract_stage.h"

using namespace init;
using namespace init::test;
using namespace std::chrono_literals;
using Kind = world::Timer::Kind;

namespace {

constexpr int exited_3 = 3 << 8;

/// The daemon that a script has left; 0 where it has not.
pid_t daemon_of(Stage& stage, world::RunId run)
{
    stage.wait_until([&] { return stage.story(run) == "started ended "; });
    return stage.end_of_script(run).left;
}

} // namespace

// --- A script's life --------------------------------------------------------------------------------

CONTRACT_TEST(a_run_starts_ends_with_its_status_and_is_empty)
{
    const world::RunId run = stage.run("one", {.exit = 3});
    HOLDS(stage.is_empty(run));
    HOLDS(stage.story(run) == "started ended empty ");
    HOLDS(stage.end_of_script(run).status == exited_3);
    HOLDS(stage.end_of_script(run).left == 0);
    HOLDS(stage.pid_of_script(run) > 1);
    HOLDS(stage.wait_until([&] { return stage.host.processes.keepers_left() == 0; }));
    return {};
}

CONTRACT_TEST(a_script_that_cannot_be_executed_fails_and_its_run_is_empty)
{
    const world::RunId run = stage.run("none", {.cannot_exec = true});
    HOLDS(stage.is_empty(run));
    HOLDS(stage.story(run) == "failed empty ");
    HOLDS(stage.all<world::ScriptFailed>()[0].error == ENOENT);
    HOLDS(stage.all<world::ScriptFailed>()[0].step == "exec");
    HOLDS(stage.wait_until([&] { return stage.host.processes.keepers_left() == 0; }));
    return {};
}

CONTRACT_TEST(two_runs_at_once_are_told_apart)
{
    const world::RunId first = stage.run("first", {.exit = 3});
    const world::RunId second = stage.run("second", {.hangs = true});
    HOLDS(first != second);
    HOLDS(stage.is_empty(first));
    HOLDS(stage.wait_until([&] { return stage.story(second) == "started "; }));
    stage.host.processes.signal_script(second, SIGTERM);
    HOLDS(stage.is_empty(second));
    HOLDS(stage.end_of_script(second).status == SIGTERM);
    HOLDS(stage.end_of_script(first).status == exited_3);
    return {};
}

CONTRACT_TEST(a_run_that_computes_is_busy_and_one_that_waits_is_not)
{
    const world::RunId waits = stage.run("waits", {.hangs = true});
    const world::RunId computes = stage.run("computes", {.computes = true});
    HOLDS(stage.wait_until([&] { return !stage.host.processes.is_busy(waits); }));
    for (int look = 0; look < 20; ++look) {
        HOLDS(stage.host.processes.is_busy(computes));
        HOLDS(!stage.host.processes.is_busy(waits));
        stage.pass(5ms);
    }
    return {};
}

CONTRACT_TEST(a_daemon_left_behind_keeps_its_run_and_is_watched_to_its_end)
{
    const world::RunId run = stage.run("one", {.leaves_daemon = true});
    const pid_t daemon = daemon_of(stage, run);
    HOLDS(daemon > 1);
    HOLDS(stage.host.processes.is_alive(daemon));
    HOLDS(stage.host.processes.run_above(daemon) == run);
    HOLDS(stage.host.processes.started_at(daemon) <= stage.host.clock.wall_clock());
    stage.host.processes.watch(daemon);
    stage.pass(20ms);
    HOLDS(stage.story(run) == "started ended ");
    HOLDS(stage.host.processes.keepers_left() == 1);
    stage.host.processes.signal_process(daemon, SIGTERM);
    HOLDS(stage.is_empty(run));
    HOLDS(stage.has<world::ProcessEnded>(1));
    HOLDS(stage.end_of(daemon)->status == SIGTERM);
    HOLDS(!stage.host.processes.is_alive(daemon));
    stage.host.processes.watch(daemon); // too late, and told at once
    HOLDS(stage.has<world::ProcessEnded>(2));
    return {};
}

CONTRACT_TEST(a_daemon_that_nobody_watches_ends_without_a_word_of_its_own)
{
    const world::RunId run = stage.run("one", {.leaves_daemon = true});
    stage.host.processes.signal_process(daemon_of(stage, run), SIGKILL);
    HOLDS(stage.is_empty(run));
    HOLDS(stage.count<world::ProcessEnded>() == 0);
    return {};
}

// --- Signals ----------------------------------------------------------------------------------------

CONTRACT_TEST(what_is_deaf_to_TERM_ends_by_KILL)
{
    const world::RunId run = stage.run("deaf", {.hangs = true, .deaf = true});
    stage.wait_until([&] { return stage.story(run) == "started "; });
    stage.host.processes.signal_script(run, SIGTERM);
    stage.pass(50ms);
    HOLDS(stage.story(run) == "started ");
    stage.host.processes.signal_script(run, SIGKILL);
    HOLDS(stage.is_empty(run));
    HOLDS(stage.end_of_script(run).status == SIGKILL);
    return {};
}

CONTRACT_TEST(a_signal_to_a_script_that_is_over_reaches_nobody)
{
    const world::RunId run = stage.run("one", {.leaves_daemon = true});
    const pid_t daemon = daemon_of(stage, run);
    stage.host.processes.signal_script(run, SIGKILL);
    stage.pass(50ms);
    HOLDS(stage.host.processes.is_alive(daemon));
    stage.host.processes.signal_process(daemon, SIGKILL);
    HOLDS(stage.is_empty(run));
    return {};
}

CONTRACT_TEST(a_stopped_process_keeps_TERM_until_it_goes_on)
{
    const world::RunId run = stage.run("one", {.leaves_daemon = true});
    const pid_t daemon = daemon_of(stage, run);
    stage.host.processes.watch(daemon);
    stage.host.processes.signal_process(daemon, SIGSTOP);
    HOLDS(stage.wait_until([&] { return stage.has_stopped(daemon); }));
    stage.host.processes.signal_process(daemon, SIGTERM);
    stage.pass(50ms);
    HOLDS(!stage.end_of(daemon));
    HOLDS(stage.host.processes.is_alive(daemon));
    stage.host.processes.signal_process(daemon, SIGCONT);
    HOLDS(stage.has<world::ProcessEnded>(1));
    HOLDS(stage.end_of(daemon)->status == SIGTERM);
    return {};
}

CONTRACT_TEST(a_stopped_process_ends_by_KILL_at_once)
{
    const pid_t child = stage.launch("one", {.hangs = true});
    stage.host.processes.signal_group(child, SIGSTOP);
    HOLDS(stage.wait_until([&] { return stage.has_stopped(child); }));
    stage.host.processes.signal_group(child, SIGTERM);
    stage.pass(20ms);
    HOLDS(stage.count<world::ChildEnded>() == 0);
    stage.host.processes.signal_group(child, SIGKILL);
    HOLDS(stage.has<world::ChildEnded>(1));
    HOLDS(stage.all<world::ChildEnded>()[0].status == SIGKILL);
    return {};
}

CONTRACT_TEST(the_rest_is_scripts_daemons_and_children)
{
    const world::RunId script = stage.run("script", {.hangs = true});
    const world::RunId service = stage.run("service", {.leaves_daemon = true});
    const pid_t daemon = daemon_of(stage, service);
    const pid_t child = stage.launch("child", {.hangs = true});
    HOLDS(stage.wait_until([&] { return stage.story(script) == "started "; }));
    const pid_t pids[] = {stage.pid_of_script(script), daemon, child};
    for (const pid_t pid : pids)
        stage.host.processes.signal_process(pid, SIGSTOP);
    for (const pid_t pid : pids)
        HOLDS(stage.wait_until([&] { return stage.has_stopped(pid); }));
    stage.host.processes.signal_rest(SIGTERM);
    stage.pass(30ms);
    HOLDS(stage.host.processes.population(world::Processes::Count::all).under_keepers == 2);
    stage.host.processes.signal_rest(SIGCONT);
    HOLDS(stage.is_empty(script));
    HOLDS(stage.is_empty(service));
    HOLDS(stage.has<world::ChildEnded>(1));
    HOLDS(stage.all<world::ChildEnded>()[0].pid == child);
    HOLDS(!stage.host.processes.is_alive(daemon));
    HOLDS(stage.host.processes.population(world::Processes::Count::all).is_empty());
    return {};
}

CONTRACT_TEST(KILL_to_the_rest_ends_what_is_deaf)
{
    const world::RunId script = stage.run("script", {.hangs = true, .deaf = true});
    const pid_t child = stage.launch("child", {.hangs = true, .deaf = true});
    stage.host.processes.signal_rest(SIGTERM);
    stage.pass(30ms);
    HOLDS(stage.host.processes.is_alive(child));
    stage.host.processes.signal_rest(SIGKILL);
    HOLDS(stage.is_empty(script));
    HOLDS(stage.has<world::ChildEnded>(1));
    HOLDS(stage.end_of_script(script).status == SIGKILL);
    return {};
}

// --- The end of a stop ------------------------------------------------------------------------------

CONTRACT_TEST(what_is_under_keepers_is_killed_and_they_are_left_until_they_have_drained)
{
    const world::RunId script = stage.run("script", {.hangs = true, .deaf = true});
    const world::RunId service = stage.run("service", {.leaves_daemon = true, .daemon_deaf = true});
    const pid_t daemon = daemon_of(stage, service);
    const pid_t child = stage.launch("child", {.hangs = true});
    stage.wait_until([&] { return stage.story(script) == "started "; });
    stage.host.processes.watch(daemon);
    HOLDS(stage.host.processes.keepers_left() == 3); // one reads what the child writes
    stage.host.clock.begin_reserve();
    stage.host.processes.kill_under_keepers();
    HOLDS(stage.host.processes.keepers_left() == 3);
    HOLDS(stage.wait_until([&] {
        const std::size_t under = stage.host.processes.population(world::Processes::Count::all).under_keepers;
        return under == 0 && stage.end_of(daemon) && stage.story(script).find("ended") != std::string::npos;
    }));
    HOLDS(stage.end_of(daemon)->status == SIGKILL);
    HOLDS(stage.end_of_script(script).status == SIGKILL);
    HOLDS(stage.is_empty(script));
    HOLDS(stage.is_empty(service));
    // The child is under none. Who reads what it writes has gone all the same.
    HOLDS(stage.wait_until([&] { return stage.host.processes.keepers_left() == 0; }));
    HOLDS(stage.host.processes.is_alive(child));
    return {};
}

CONTRACT_TEST(keepers_are_gone_only_when_nothing_is_under_them)
{
    std::vector<world::RunId> runs;
    for (const char* name : {"a", "b", "c"})
        runs.push_back(stage.run(name, {.leaves_daemon = true}));
    HOLDS(stage.has<world::ScriptEnded>(3));
    stage.host.processes.kill_under_keepers();
    bool is_early = false;
    HOLDS(stage.wait_until([&] {
        const std::size_t left = stage.host.processes.keepers_left();
        is_early =
            is_early || left < stage.host.processes.population(world::Processes::Count::all).under_keepers;
        return left == 0;
    }));
    HOLDS(!is_early);
    HOLDS(stage.has<world::RunEmpty>(3));
    return {};
}

// --- Counting ---------------------------------------------------------------------------------------

CONTRACT_TEST(the_population_is_what_is_under_keepers_and_what_is_not)
{
    HOLDS(stage.host.processes.population(world::Processes::Count::all).is_empty());
    const world::RunId run = stage.run("service", {.leaves_daemon = true});
    const pid_t daemon = daemon_of(stage, run);
    const pid_t child = stage.launch("child", {.hangs = true});
    HOLDS(stage.wait_until(
        [&] { return stage.host.processes.population(world::Processes::Count::all).under_keepers == 1; }));
    // A keeper that has not announced itself yet is counted for an instant.
    HOLDS(stage.wait_until(
        [&] { return stage.host.processes.population(world::Processes::Count::all).others == 1; }));
    HOLDS(stage.host.processes.population(world::Processes::Count::all).visitors == 0);
    std::size_t met = 0;
    for (const world::ProcessLook& look : stage.host.processes.processes()) {
        met += look.pid == daemon && look.run == run ? 1 : 0;
        met += look.pid == child && !look.run ? 1 : 0;
    }
    HOLDS(met == 2);
    stage.host.processes.signal_rest(SIGKILL);
    HOLDS(stage.is_empty(run));
    HOLDS(stage.wait_until(
        [&] { return stage.host.processes.population(world::Processes::Count::all).is_empty(); }));
    return {};
}

// --- Children ---------------------------------------------------------------------------------------

CONTRACT_TEST(a_child_ends_with_its_status)
{
    const pid_t child = stage.launch("one", {.exit = 3});
    HOLDS(stage.has<world::ChildEnded>(1));
    HOLDS(stage.all<world::ChildEnded>()[0].pid == child);
    HOLDS(stage.all<world::ChildEnded>()[0].status == exited_3);
    return {};
}

CONTRACT_TEST(a_program_that_is_not_there_is_not_launched)
{
    const auto launched = stage.host.processes.launch(stage.child("none", {.cannot_exec = true}));
    HOLDS(launched.has_error());
    HOLDS(launched.error() == boost::system::errc::no_such_file_or_directory);
    stage.pass(20ms);
    HOLDS(stage.count<world::ChildEnded>() == 0);
    return {};
}

// --- Timers -----------------------------------------------------------------------------------------

CONTRACT_TEST(timers_are_replaced_disarmed_and_kept_apart_by_their_id)
{
    world::Clock& clock = stage.host.clock;
    const world::TimePoint begin = clock.now();
    clock.arm({Kind::stop_share}, begin + 1ms);
    clock.arm({Kind::stop_share}, begin + 60ms); // in its place
    clock.arm({Kind::stop_kill}, begin + 1ms);
    clock.disarm({Kind::stop_kill});
    clock.disarm({Kind::stop_look}); // never armed
    clock.arm({Kind::run_limit, 1}, begin + 40ms);
    clock.arm({Kind::run_limit, 2}, begin + 20ms);
    clock.arm({Kind::run_limit, 3}, begin + 1ms);
    clock.disarm({Kind::run_limit, 3});
    HOLDS(stage.has<world::TimerFired>(3));
    HOLDS(clock.now() >= begin + 60ms);
    const auto fired = stage.all<world::TimerFired>();
    HOLDS((fired[0].timer == world::Timer{Kind::run_limit, 2}));
    HOLDS((fired[1].timer == world::Timer{Kind::run_limit, 1}));
    HOLDS((fired[2].timer == world::Timer{Kind::stop_share}));
    stage.pass(30ms);
    HOLDS(stage.count<world::TimerFired>() == 3); // each fires once
    return {};
}

CONTRACT_TEST(a_time_that_has_passed_fires_at_once)
{
    stage.host.clock.arm({Kind::stop_share}, stage.host.clock.now() - 1s);
    HOLDS(stage.has<world::TimerFired>(1));
    return {};
}
