// SPDX-License-Identifier: MIT
// The host's hands on processes, against the kernel: reaping, watching, counting and signalling, as PID 1 of
// a namespace of its own.
#define BOOST_TEST_MODULE host_processes
#include "host_world.h"

#include <sys/mount.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <algorithm>
#include <csignal>
#include <fstream>
#include <iterator>
#include <thread>

using namespace init;
using namespace init::test;
using namespace std::chrono_literals;

namespace {

constexpr int killed = SIGKILL;

world::Result<system::UniqueFd> no_pidfd(pid_t) noexcept
{
    return world::errno_code(ENOSYS);
}

std::string asleep(std::size_t count)
{
    return "i=0; while [ $i -lt " + std::to_string(count) + " ]; do sleep 1000 & i=$((i+1)); done; ";
}

void sleep_for_ever()
{
    for (;;)
        ::pause();
}

std::size_t zombies()
{
    std::size_t count = 0;
    system::visit_children(
        1,
        [](pid_t pid, void* data) {
            const auto stat = system::read_process(pid);
            if (stat && stat->state == 'Z')
                ++*static_cast<std::size_t*>(data);
        },
        &count);
    return count;
}

/// Ends a process that neither init nor a keeper is the parent of, and takes the word of its end.
Failure check_watched_grandchild(HostWorld& world, std::optional<int> status, bool orphaned)
{
    const pid_t child = world.launch("sleep 1000 & wait");
    const pid_t grandchild = world.only_child_of(child);
    HOLDS(child > 0 && grandchild > 0);
    world.processes.watch(grandchild);
    if (orphaned) {
        world.kill(child);
        HOLDS(world.wait_until([&] { return world.count<world::ChildEnded>() == 1; }));
    }
    HOLDS(!world.end_of(grandchild));
    world.kill(grandchild);
    HOLDS(world.wait_until([&] { return world.end_of(grandchild).has_value(); }));
    HOLDS(world.end_of(grandchild)->status == status);
    world.pass(20ms);
    HOLDS(world.count<world::ProcessEnded>() == 1);
    return {};
}

} // namespace

// --- Reaping ----------------------------------------------------------------------------------------

HOST_TEST(more_children_than_a_batch_are_reaped_to_the_end_by_one_SIGCHLD)
{
    constexpr std::size_t children = 200;
    for (std::size_t i = 0; i < children; ++i)
        if (::fork() == 0)
            ::_exit(0);
    // All have ended before the first look: SIGCHLD is pending once, and no further one follows.
    const auto limit = std::chrono::steady_clock::now() + 20s;
    while (zombies() < children && std::chrono::steady_clock::now() < limit)
        ::usleep(1000);
    HOLDS(zombies() == children);
    world.wait_until([] { return zombies() == 0; }, 10s);
    HOLDS(zombies() == 0);
    return {};
}

HOST_TEST(a_launched_child_ends_with_its_status_and_an_orphan_makes_ownership_unsure)
{
    const pid_t child = world.launch("(sleep 0.05 & ) ; exit 3");
    HOLDS(world.wait_until([&] { return world.count<world::ChildEnded>() == 1; }));
    HOLDS(world.all<world::ChildEnded>()[0].pid == child);
    HOLDS(WEXITSTATUS(world.all<world::ChildEnded>()[0].status) == 3);
    HOLDS(world.wait_until([&] { return world.count<world::OwnershipUnsure>() == 1; }));
    world.pass(300ms);
    HOLDS(world.count<world::OwnershipUnsure>() == 1);
    return {};
}

HOST_TEST(TERM_of_another_process_inside_is_told_with_its_sender)
{
    const pid_t child = world.launch("kill -TERM 1; sleep 1000");
    HOLDS(world.wait_until([&] { return world.count<world::SignalReceived>() == 1; }));
    const world::SignalReceived signal = world.all<world::SignalReceived>()[0];
    HOLDS(signal.signo == SIGTERM && signal.sender == child);
    HOLDS(!signal.from_outside && !signal.from_kernel);
    return {};
}

HOST_TEST(a_process_whose_first_thread_alone_has_ended_lives)
{
    const pid_t child = ::fork();
    if (child == 0) {
        std::thread([] { ::pause(); }).detach();
        ::syscall(SYS_exit, 0);
    }
    const auto first_thread = [child] {
        std::ifstream file{"/proc/" + std::to_string(child) + "/stat"};
        std::string words{std::istreambuf_iterator<char>{file}, {}};
        return words.substr(std::min(words.rfind(')'), words.size()));
    };
    HOLDS(world.wait_until([&] { return first_thread().starts_with(") Z"); }));
    HOLDS(world.processes.is_alive(child));
    HOLDS(world.processes.population(world::Processes::Count::all).others == 1);
    world.processes.signal_rest(SIGKILL);
    HOLDS(world.wait_until([&] { return !world.processes.is_alive(child); }));
    return {};
}

HOST_TEST(the_beginning_of_a_process_is_told_as_files_tell_the_time)
{
    const std::int64_t before = world.loop.wall_clock();
    const pid_t child = world.launch("sleep 1000");
    const std::int64_t after = world.loop.wall_clock();
    const std::int64_t told = world.processes.started_at(child);
    HOLDS(told >= before - 1 && told <= after); // the kernel counts in hundredths of a second
    HOLDS(world.processes.started_at(::getpid()) <= before);
    HOLDS(world.processes.started_at(999'999) == 0);
    return {};
}

// --- Watching ---------------------------------------------------------------------------------------

HOST_TEST(a_watched_grandchild_is_told_by_its_pidfd)
{
    return check_watched_grandchild(world, std::nullopt, false);
}

HOST_TEST_WITH(a_watched_grandchild_is_told_also_where_there_are_no_pidfds, no_pidfd, {})
{
    return check_watched_grandchild(world, std::nullopt, false);
}

HOST_TEST(a_watched_grandchild_that_became_a_child_is_told_with_its_status)
{
    return check_watched_grandchild(world, killed, true);
}

HOST_TEST_WITH(likewise_where_there_are_no_pidfds, no_pidfd, {})
{
    return check_watched_grandchild(world, killed, true);
}

HOST_TEST(what_is_gone_already_is_told_at_once)
{
    const pid_t gone = ::fork();
    if (gone == 0)
        ::_exit(0);
    ::waitpid(gone, nullptr, 0);
    world.processes.watch(gone);
    HOLDS(world.wait_until([&] { return world.end_of(gone).has_value(); }));
    return {};
}

HOST_TEST_WITH(likewise_without_pidfds, no_pidfd, {})
{
    const pid_t gone = ::fork();
    if (gone == 0)
        ::_exit(0);
    ::waitpid(gone, nullptr, 0);
    world.processes.watch(gone);
    HOLDS(world.wait_until([&] { return world.end_of(gone).has_value(); }));
    return {};
}

HOST_TEST(forty_watched_processes_under_one_keeper_lose_none)
{
    const world::RunId run = world.run(asleep(40) + "exit 0");
    HOLDS(world.wait_until([&] { return world.count<world::ScriptEnded>() == 1; }));
    const std::vector<pid_t> pids = world.below_keeper(run, 40);
    HOLDS(pids.size() == 40);
    for (const pid_t pid : pids)
        world.processes.watch(pid);
    for (const pid_t pid : pids)
        world.processes.watch(pid);     // twice is once
    world.processes.ask_last_line(run); // its keeper has heard of all when it answers
    HOLDS(world.wait_until([&] { return world.count<world::LastLine>() == 1; }));
    for (const pid_t pid : pids)
        world.kill(pid);
    world.wait_until([&] { return world.count<world::ProcessEnded>() == 40; }, 10s);
    HOLDS(world.wait_until([&] { return world.count<world::RunEmpty>() == 1; }));
    for (const pid_t pid : pids)
        HOLDS(world.end_of(pid));
    HOLDS(world.count<world::ProcessEnded>() == 40);
    return {};
}

HOST_TEST(forty_watched_processes_of_a_child_lose_none)
{
    const pid_t child = world.launch(asleep(40) + "wait");
    std::vector<pid_t> pids;
    HOLDS(world.wait_until([&] { return (pids = world.children_of(child)).size() == 40; }));
    for (const pid_t pid : pids)
        world.processes.watch(pid);
    for (std::size_t i = 0; i < 40; i += 2)
        world.kill(pids[i]);
    HOLDS(world.wait_until([&] { return world.count<world::ProcessEnded>() == 20; }));
    world.kill(child); // the others are init's from now on
    HOLDS(world.wait_until([&] { return world.count<world::ChildEnded>() == 1; }));
    for (std::size_t i = 1; i < 40; i += 2)
        world.kill(pids[i]);
    HOLDS(world.wait_until([&] { return world.count<world::ProcessEnded>() == 40; }));
    for (std::size_t i = 1; i < 40; i += 2)
        HOLDS(world.end_of(pids[i])->status == killed);
    return {};
}

HOST_TEST(a_process_whose_keeper_was_killed_is_still_watched)
{
    const world::RunId run = world.run("sleep 1000 & exit 0");
    HOLDS(world.wait_until([&] { return world.count<world::ScriptEnded>() == 1; }));
    const std::vector<pid_t> pids = world.below_keeper(run, 1);
    HOLDS(pids.size() == 1);
    world.processes.watch(pids[0]);
    const pid_t keeper = world.pool->keeper_of(run);
    world.kill(keeper);
    HOLDS(world.wait_until([&] { return !world.pool->is_own(keeper); }));
    world.kill(pids[0]);
    HOLDS(world.wait_until([&] { return world.end_of(pids[0]).has_value(); }));
    HOLDS(world.end_of(pids[0])->status == killed);
    return {};
}

// --- Counting and signalling ------------------------------------------------------------------------

HOST_TEST_WITH(keepers_children_others_and_visitors_are_counted_apart, system::open_pidfd, sleep_for_ever)
{
    HOLDS(world.wait_until(
        [&] { return world.processes.population(world::Processes::Count::all).visitors == 1; }));
    HOLDS(world.processes.population(world::Processes::Count::all).under_keepers +
              world.processes.population(world::Processes::Count::all).others ==
          0);
    const world::RunId run = world.run("sleep 1000 & exec sleep 1000");
    HOLDS(world.below_keeper(run, 1).size() == 1);
    const pid_t child = world.launch("sleep 1000 & wait");
    HOLDS(world.only_child_of(child) > 0);
    HOLDS(world.wait_until(
        [&] { return world.processes.population(world::Processes::Count::all).others == 2; }));
    HOLDS(world.wait_until(
        [&] { return world.processes.population(world::Processes::Count::all).under_keepers == 2; }));
    HOLDS(world.processes.population(world::Processes::Count::all).visitors == 1);

    world.processes.signal_visitors(SIGKILL);
    HOLDS(world.wait_until(
        [&] { return world.processes.population(world::Processes::Count::all).visitors == 0; }));
    HOLDS(world.processes.population(world::Processes::Count::all).others == 2);
    return {};
}

HOST_TEST(the_chain_above_a_process_may_be_as_long_as_it_likes)
{
    // Each waits for the next one, 400 deep: more than anybody asks about one by one.
    const world::RunId run =
        world.run("f() { if [ $1 -gt 0 ]; then (f $(($1 - 1)); :); else sleep 1000; fi; }; f 400");
    const auto of_the_run = [&] {
        const auto all = world.processes.processes();
        return std::ranges::count(all, run, [](const world::ProcessLook& look) { return look.run; });
    };
    HOLDS(world.wait_until([&] { return of_the_run() >= 401; }));
    HOLDS(world.processes.population(world::Processes::Count::all).others == 0);
    return {};
}

HOST_TEST(a_look_for_any_of_ours_ends_at_the_first)
{
    const pid_t child = world.launch("for i in 1 2 3 4 5; do sleep 1000 & done; wait");
    using Count = world::Processes::Count;
    HOLDS(world.wait_until([&] { return world.processes.population(Count::all).others == 6; }));
    HOLDS(world.processes.population(Count::until_ours).ours() == 1);
    HOLDS(world.processes.population(Count::until_other).others == 1);
    world.run("sleep 1000 & exec sleep 1000");
    HOLDS(world.wait_until([&] { return world.processes.population(Count::all).under_keepers == 2; }));
    HOLDS(world.processes.population(Count::until_ours).ours() == 1);
    HOLDS(world.processes.population(Count::until_other).others == 1);
    world.kill(child);
    return {};
}

HOST_TEST(a_signal_to_the_rest_spares_the_helpers)
{
    const world::RunId run = world.run("sleep 1000 & exec sleep 1000");
    HOLDS(world.wait_until(
        [&] { return world.processes.population(world::Processes::Count::all).under_keepers == 2; }));
    const pid_t child = world.launch("exec sleep 1000");
    const pid_t keeper = world.pool->keeper_of(run);
    const pid_t scribe = world.pool->scribe();
    for (const int signo : {SIGTERM, SIGCONT, SIGKILL})
        world.processes.signal_rest(signo);
    // The reader of what the child writes is a run of its own.
    const auto is_empty = [&] {
        return std::ranges::any_of(world.all<world::RunEmpty>(),
                                   [run](const world::RunEmpty& empty) { return empty.run == run; });
    };
    HOLDS(world.wait_until(is_empty));
    HOLDS(world.wait_until([&] { return world.count<world::ChildEnded>() == 1; }));
    HOLDS(world.all<world::ChildEnded>()[0].pid == child);
    HOLDS(world.count<world::ScriptEnded>() == 1);
    HOLDS(world.all<world::ScriptEnded>()[0].status.has_value());
    HOLDS(world.pool->scribe() == scribe && system::read_process(scribe));
    HOLDS(system::read_process(keeper));
    HOLDS(world.wait_until(
        [&] { return world.processes.population(world::Processes::Count::all).is_empty(); }));
    return {};
}

HOST_TEST(after_a_count_that_was_not_empty_the_next_batch_is_told)
{
    const pid_t child = world.launch("sleep 1000 & sleep 1000 & exec sleep 1000");
    HOLDS(world.wait_until(
        [&] { return world.processes.population(world::Processes::Count::all).others == 3; }));
    world.kill(child);
    HOLDS(world.wait_until([&] { return world.count<world::OrphansReaped>() == 1; }));
    world.processes.signal_rest(SIGKILL);
    HOLDS(world.wait_until([] { return zombies() == 0 && system::oldest_child(1) != 0; }));
    world.pass(20ms);
    HOLDS(world.count<world::OrphansReaped>() == 1); // nobody has counted since
    return {};
}

// --- Runs by hand -----------------------------------------------------------------------------------

namespace {

bool is_anybody_looking()
{
    bool found = false;
    system::visit_processes(
        [](pid_t pid, void* context) {
            const auto stat = system::read_process(pid);
            *static_cast<bool*>(context) |= stat && std::string_view(stat->comm) == "rc-looker";
        },
        &found);
    return found;
}

/// What is told of a run of foo's script by hand; nothing where no answer comes.
std::optional<world::RunByHandTold> look_for(HostWorld& world, std::span<const world::RunId> own)
{
    const std::size_t before = world.count<world::RunByHandTold>();
    if (!world.processes.look_for_run_by_hand("foo", own))
        return std::nullopt;
    if (!world.wait_until([&] { return world.count<world::RunByHandTold>() > before; }))
        return std::nullopt;
    return world.all<world::RunByHandTold>().back();
}

} // namespace

HOST_TEST(a_run_by_hand_is_found_and_one_who_only_reads_the_script_is_none)
{
    HOLDS(::mount("none", "/etc", "tmpfs", 0, nullptr) == 0 && ::mkdir("/etc/init.d", 0755) == 0);
    std::ofstream("/etc/init.d/foo") << "#!/bin/sh\nsleep 1000\n:\n";
    ::chmod("/etc/init.d/foo", 0755);
    const auto found = [&](std::span<const world::RunId> own) {
        const auto told = look_for(world, own);
        return told ? told->pid : -1;
    };
    for (const char* command :
         {"exec tail -f /etc/init.d/foo", "mkfifo /etc/p; exec grep x /etc/init.d/foo /etc/p",
          "exec sh -c 'sleep 1000; :' /etc/init.d/foo"}) {
        const pid_t reader = world.launch(command);
        const auto text = [&] {
            std::ifstream file("/proc/" + std::to_string(reader) + "/cmdline");
            return std::string{std::istreambuf_iterator<char>{file}, {}};
        };
        HOLDS(world.wait_until([&] { return text().find("/etc/init.d/foo") != std::string::npos; }));
        HOLDS(found({}) == 0);
    }
    const world::RunId run = world.run("/etc/init.d/foo start");
    HOLDS(world.wait_until([&] { return found({}) > 0; })); // somebody else's run, then
    HOLDS(look_for(world, {})->verb == "start");
    HOLDS(look_for(world, {})->service == "foo");
    HOLDS(found(std::array{run}) == 0);
    const pid_t hand = world.launch("cd /etc/init.d; exec sh -x ./foo restart");
    HOLDS(world.wait_until([&] { return found(std::array{run}) == hand; }));
    HOLDS(look_for(world, std::array{run})->verb == "restart");
    // Nothing is left of those who looked.
    HOLDS(world.wait_until([&] { return !is_anybody_looking(); }));
    HOLDS(world.count<world::ChildEnded>() == 0);
    return {};
}

HOST_TEST(a_look_that_hangs_costs_its_answer_and_nothing_else)
{
    HOLDS(::mount("none", "/etc", "tmpfs", 0, nullptr) == 0 && ::mkdir("/etc/init.d", 0755) == 0);
    // Whoever opens the script for its first line waits for ever.
    HOLDS(::mkfifo("/etc/init.d/foo", 0644) == 0);
    for (std::size_t i = 0; i < host::LookAside::most; ++i)
        HOLDS(static_cast<bool>(world.processes.look_for_run_by_hand("foo", {})));
    const auto one_too_many = world.processes.look_for_run_by_hand("foo", {});
    HOLDS(!one_too_many && one_too_many.error().value() == EAGAIN);
    HOLDS(world.wait_until([&] { return world.count<world::RunByHandTold>() == host::LookAside::most; }));
    for (const world::RunByHandTold& told : world.all<world::RunByHandTold>())
        HOLDS(told.pid == 0);
    HOLDS(world.wait_until([&] { return !is_anybody_looking(); }));
    HOLDS(
        world.wait_until([&] { return static_cast<bool>(world.processes.look_for_run_by_hand("foo", {})); }));
    return {};
}
