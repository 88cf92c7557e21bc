// SPDX-License-Identifier: MIT
// Processes that a keeper answers for: none is forgotten, each is answered for once, and a number that comes
// again is not taken for the one before.
#define BOOST_TEST_MODULE keeper_watch
#include "keeper/watched_pids.h"
#include "message_jam.h"
#include "pool_world.h"
#include "temporary_folder.h"

namespace init::test {

namespace {

constexpr const char* last_pid_file = "/proc/sys/kernel/ns_last_pid";

/// A number in a file that a script writes; 0 until then.
pid_t number_in(const std::string& path)
{
    const std::string text = text_of(path);
    return text.ends_with('\n') ? std::stoi(text) : 0;
}

} // namespace

BOOST_AUTO_TEST_CASE(the_list_of_watched_processes_grows_as_it_must)
{
    keeper::WatchedPids watched;
    for (pid_t pid = 1; pid <= 5000; ++pid) {
        watched.add(pid);
        watched.add(pid);
    }
    for (pid_t pid = 1; pid <= 5000; ++pid) {
        BOOST_TEST(watched.remove(pid));
        BOOST_TEST(!watched.remove(pid));
    }
}

POOL_TEST(forty_daemons_of_one_script_are_all_answered_for)
{
    const RunId run =
        world.run("i=0; while [ $i -lt 40 ]; do sleep 1000 >/dev/null 2>&1 & i=$((i+1)); done; exit 0");
    HOLDS(world.wait_until([&] { return world.has_ended(run); }));
    const std::vector<pid_t> daemons = children_of(world.pool->keeper_of(run));
    HOLDS(daemons.size() == 40);
    for (const pid_t pid : daemons)
        HOLDS(world.pool->watch(run, pid));
    for (const pid_t pid : daemons)
        kill_process(pid);
    HOLDS(world.complete(run));
    for (const pid_t pid : daemons)
        HOLDS(world.processes.contains(pid) && world.processes.at(pid) == SIGKILL);
    return {};
}

POOL_TEST(a_process_watched_twice_is_answered_for_once)
{
    const RunId run = world.run("sleep 1000 >/dev/null 2>&1 & sleep 1000 >/dev/null 2>&1 & exit 0");
    HOLDS(world.wait_until([&] { return world.has_ended(run); }));
    const std::vector<pid_t> daemons = children_of(world.pool->keeper_of(run));
    HOLDS(daemons.size() == 2);
    for (const pid_t pid : {daemons[0], daemons[0], daemons[1]})
        HOLDS(world.pool->watch(run, pid));
    kill_process(daemons[0]);
    HOLDS(world.wait_until([&] { return world.processes.contains(daemons[0]); }));
    kill_process(daemons[1]);
    HOLDS(world.complete(run));
    HOLDS(world.answers.at(daemons[0]) == 1 && world.processes.at(daemons[0]) == SIGKILL);
    HOLDS(world.answers.at(daemons[1]) == 1 && world.processes.at(daemons[1]) == SIGKILL);
    return {};
}

POOL_TEST(the_script_itself_can_be_watched)
{
    const RunId run = world.run("sleep 0.2; exit 3");
    HOLDS(world.wait_until([&] { return world.has_started(run); }));
    const pid_t script = world.started.at(run);
    HOLDS(world.pool->watch(run, script));
    HOLDS(world.complete(run));
    HOLDS(world.history(run) == "SER");
    HOLDS(world.answers[script] == 1 && world.processes.at(script) == 3 << 8);
    return {};
}

POOL_TEST(a_watch_is_answered_when_the_number_is_somebody_elses_by_now)
{
    if (::access(last_pid_file, W_OK) != 0)
        return {}; // numbers cannot be chosen here
    // Many that end, so that the first is not remembered; then one that stays.
    const RunId run = world.run("i=0; while [ $i -lt 80 ]; do (exit 1 & echo $!); i=$((i+1)); done; "
                                "sleep 1000 >/dev/null 2>&1 & exit 0");
    HOLDS(world.wait_until([&] { return world.has_ended(run) && world.shows("\n"); }));
    const pid_t gone = std::stoi(world.output.substr(world.output.find(' ')));
    HOLDS(world.wait_until([&] { return children_of(world.pool->keeper_of(run)).size() == 1; }));
    HOLDS(write_file(last_pid_file, std::to_string(gone - 1)));
    const pid_t stranger = ::fork();
    if (stranger == 0)
        for (;;)
            ::pause();
    HOLDS(stranger == gone);
    HOLDS(world.pool->watch(run, gone));
    HOLDS(world.wait_until([&] { return world.processes.contains(gone); }));
    HOLDS(!world.processes.at(gone));
    kill_process(stranger);
    return {};
}

POOL_TEST(a_daemon_with_the_number_of_one_that_has_ended_is_watched_itself)
{
    if (::access(last_pid_file, W_OK) != 0)
        return {}; // numbers cannot be chosen here
    const tests::TemporaryFolder folder;
    const std::string old_number = folder.path() + "/old";
    const std::string new_number = folder.path() + "/new";
    const RunId run = world.run("(sh -c 'exit 5' & echo $! >" + old_number + "); read old <" + old_number +
                                "; while [ -e /proc/$old ]; do :; done; (echo $((old-1)) >" + last_pid_file +
                                "; sleep 1000 >/dev/null 2>&1 & echo $! >" + new_number + "); exit 0");
    HOLDS(world.wait_until([&] { return world.has_ended(run); }));
    const pid_t daemon = number_in(new_number);
    HOLDS(daemon > 0 && daemon == number_in(old_number));
    HOLDS(world.pool->watch(run, daemon));
    HOLDS(!world.wait_until([&] { return world.processes.contains(daemon); }, 200ms));
    kill_process(daemon);
    HOLDS(world.complete(run));
    HOLDS(world.answers.at(daemon) == 1 && world.processes.at(daemon) == SIGKILL);
    return {};
}

POOL_TEST(what_a_keeper_reaped_and_did_not_tell_is_told_when_it_dies)
{
    const RunId run = world.run("sleep 1000 >/dev/null 2>&1 & sleep 1001 & exit 0");
    HOLDS(world.wait_until([&] { return world.has_ended(run); }));
    const pid_t keeper = world.pool->keeper_of(run);
    const pid_t daemon = world.ended.at(run).left;
    std::vector<pid_t> others = children_of(keeper); // of whom the run's end waits
    std::erase(others, daemon);
    HOLDS(others.size() == 1);
    HOLDS(world.pool->watch(run, daemon));
    // It has the watch, and stands still in answering.
    world.pool->ask_last_line(run);
    HOLDS(world.wait_until([&] { return world.last_lines.size() == 1; }));
    jam_messages(world.pool->descriptor());
    kill_process(daemon);
    HOLDS(stand_by_until([&] { return !system::read_process(daemon); }));
    HOLDS(kill_and_see(keeper));
    HOLDS(world.wait_until([&] { return world.processes.contains(daemon); }));
    HOLDS(!world.is_empty(run));
    kill_process(others.front());
    HOLDS(world.complete(run));
    HOLDS(world.answers.at(daemon) == 1);
    return {};
}

POOL_TEST(no_answer_is_promised_where_nobody_is_left_to_ask)
{
    const RunId run = world.run("true");
    HOLDS(world.complete(run));
    HOLDS(!world.pool->watch(run, 1234));
    return {};
}

} // namespace init::test
