// SPDX-License-Identifier: MIT
// The way of lines to the container's output when that is slow, stuck or cut off, and the end of everything.
#define BOOST_TEST_MODULE keeper_output
#include "pool_world.h"
#include "system/signal_process.h"

namespace init::test {

POOL_TEST(binary_unterminated_and_very_long_output_arrives)
{
    const RunId run =
        world.run("printf 'a\\000b\\377\\n'; head -c 10000 /dev/zero | tr '\\000' x; printf '\\nend'");
    HOLDS(world.complete(run));
    HOLDS(world.wait_until([&] { return world.shows("svc: end\n"); }));
    HOLDS(world.shows(std::string("svc: a\0b\xff\n", 10)));
    HOLDS(std::count(world.output.begin(), world.output.end(), 'x') == 10000);
    HOLDS(world.shows("x\\\nsvc: x"));
    return {};
}

POOL_TEST(a_quiet_run_completes_and_say_does_not_block_while_nobody_reads, false)
{
    const auto begin = std::chrono::steady_clock::now();
    for (int i = 0; i < 20000; ++i)
        world.pool->say("a line that nobody reads, again and again");
    HOLDS(world.complete(world.run("exit 0"), 3s));
    HOLDS(std::chrono::steady_clock::now() - begin < 3s);
    // Once somebody reads again, the count is said with the next thing that happens.
    HOLDS(world.wait_until([&] {
        world.read_output();
        world.pool->say("and another");
        return world.shows("init: and another\n");
    }));
    HOLDS(world.shows(" lines of init's own dropped: the container's output is not read fast enough\n"));
    return {};
}

POOL_TEST(a_name_in_a_line_of_inits_cannot_break_it_or_command_a_terminal)
{
    world.pool->say("we\xff"
                    "b\x1b[2J: not started\ninit: all is well\xc2\x9bK");
    world.pool->say(std::string(5000, '\n') + "end");
    HOLDS(world.wait_until([&] { return world.shows("end\n"); }));
    HOLDS(world.shows("init: we?b?[2J: not started?init: all is well?K\n"));
    HOLDS(std::count(world.output.begin(), world.output.end(), '?') == 5004);
    HOLDS(std::count(world.output.begin(), world.output.end(), '\n') == 3);
    return {};
}

POOL_TEST(a_noisy_run_is_held_up_for_five_seconds_and_then_drops_and_counts, false)
{
    const RunId run = world.run("i=0; while [ $i -lt 40000 ]; do echo line $i; i=$((i+1)); done");
    HOLDS(!world.complete(run, 3s));
    HOLDS(world.complete(run, 20s));
    const auto has_note = [&] {
        world.read_output();
        return world.shows("lines dropped: the container's output is not read fast enough\n");
    };
    HOLDS(world.wait_until(has_note));
    return {};
}

POOL_TEST(a_killed_scribe_is_made_anew_and_the_pipe_keeps_what_it_held)
{
    const RunId run = world.run("i=0; while [ $i -lt 200 ]; do echo line $i; i=$((i+1)); sleep 0.005; done");
    HOLDS(world.wait_until([&] { return world.shows("line 10\n"); }));
    const pid_t scribe = world.pool->scribe();
    HOLDS(system::send_signal(scribe, SIGKILL));
    HOLDS(world.complete(run));
    HOLDS(world.wait_until([&] { return world.shows("line 199\n"); }));
    HOLDS(world.pool->scribe() != scribe && world.pool->scribe() > 0);
    return {};
}

POOL_TEST(what_a_killed_scribe_had_read_is_written_by_the_next_one, false)
{
    constexpr int lines = 1200;
    const RunId run = world.run("i=0; while [ $i -lt 1200 ]; do echo \"$i of the lines that are as long as "
                                "most are, which is to say some eighty bytes\"; i=$((i+1)); done");
    // The output is full, so the scribe holds lines that it cannot write.
    HOLDS(world.complete(run));
    for (int i = 0; i < 3; ++i) {
        const pid_t scribe = world.pool->scribe();
        HOLDS(stand_by_until([&] { return system::read_process(scribe)->state == 'S'; }));
        kill_process(scribe);
        HOLDS(world.wait_until([&] { return world.pool->scribe() != scribe; }));
    }
    world.pool->say("the end");
    HOLDS(world.wait_until([&] {
        world.read_output();
        return world.shows("init: the end\n");
    }));
    for (int i = 0; i < lines; ++i)
        HOLDS(world.shows("svc: " + std::to_string(i) +
                          " of the lines that are as long as most are, which is "
                          "to say some eighty bytes\n"));
    return {};
}

POOL_TEST(lines_of_inits_own_have_room_where_a_script_floods_and_stand_where_they_belong, false)
{
    const RunId run = world.run("i=0; while [ $i -lt 20000 ]; do echo line $i; i=$((i+1)); done");
    int room = 0;
    HOLDS(world.wait_until([&] { // nothing moves any more
        const int before = std::exchange(room, 0);
        const pid_t keeper = world.pool->keeper_of(run);
        ::poll(nullptr, 0, 20);
        const auto process = system::read_process(keeper);
        room = process && process->state == 'S' ? before + 1 : 0;
        return room > 10;
    }));
    for (int i = 0; i < 200; ++i)
        world.pool->say("own " + std::to_string(i));
    HOLDS(world.wait_until([&] {
        world.read_output();
        return world.is_empty(run) && world.shows("line 19999\n");
    }));
    for (int i = 0; i < 200; ++i)
        HOLDS(world.shows("init: own " + std::to_string(i) + "\n"));
    HOLDS(!world.shows("dropped"));
    // What the script had written before comes before, and what it wrote later after: some 4,000 lines were
    // in the output's pipe, 1,000 at the scribe and 4,000 in the script's.
    HOLDS(world.output.find("line 7000\n") < world.output.find("init: own 0\n"));
    HOLDS(world.output.find("init: own 199\n") < world.output.find("line 12000\n"));
    return {};
}

POOL_TEST(a_helper_that_is_stopped_again_after_it_was_woken_is_replaced)
{
    HOLDS(world.complete(world.run("true")));
    const RunId run = world.run("sleep 0.1; exit 3");
    HOLDS(world.wait_until([&] { return world.has_started(run); }));
    const pid_t helpers[] = {world.pool->keeper_of(run), process_named("rc-spawner"), world.pool->scribe()};
    for (const bool is_again : {false, true}) {
        for (const pid_t pid : helpers) {
            signal_process(pid, SIGSTOP);
            HOLDS(stand_by_until([&] { return system::read_process(pid)->state == 'T'; }));
        }
        HOLDS(world.pool->wake(run));
        if (!is_again)
            for (const pid_t pid : helpers)
                HOLDS(stand_by_until([&] { return system::read_process(pid)->state != 'T'; }));
    }
    HOLDS(world.complete(run));
    HOLDS(world.history(run) == "SER");
    HOLDS(world.ended.at(run).status == 3 << 8);
    HOLDS(world.wait_until(
        [&] { return world.reaped.contains(helpers[1]) && world.reaped.contains(helpers[2]); }));
    HOLDS(world.complete(world.run("true")));
    HOLDS(world.wait_until([&] { return world.shows("init: a scribe was stopped again after CONT"); }));
    HOLDS(!world.pool->wake(run));
    return {};
}

POOL_TEST(kill_under_keepers_ends_every_tree_and_keeps_the_last_line)
{
    std::vector<RunId> runs;
    for (int i = 0; i < 10; ++i)
        runs.push_back(world.run(
            "trap '' TERM; (setsid sh -c 'echo deep; sleep 1000' &); sh -c 'sleep 1000 & sleep 1000'"));
    HOLDS(world.wait_until([&] { return std::count(world.output.begin(), world.output.end(), '\n') == 10; }));
    world.pool->kill_under_keepers();
    for (const RunId run : runs) {
        HOLDS(world.complete(run));
        HOLDS(world.ended.at(run).status && WTERMSIG(*world.ended.at(run).status) == SIGKILL);
    }
    HOLDS(world.unknown.empty());
    return {};
}

POOL_TEST(keepers_that_are_killed_once_everything_is_killed_change_nothing)
{
    const RunId run = world.run("sleep 1000");
    HOLDS(world.wait_until([&] { return world.has_started(run); }));
    HOLDS(system::send_signal(world.pool->keeper_of(run), SIGSTOP));
    world.pool->kill_under_keepers();
    HOLDS(system::send_signal_to_all(SIGKILL));
    HOLDS(world.complete(run));
    HOLDS(world.has_ended(run));
    return {};
}

POOL_TEST(a_script_whose_keeper_is_killed_still_has_its_end_told)
{
    const RunId run = world.run("sleep 0.5; exit 6");
    HOLDS(world.wait_until([&] { return world.has_started(run); }));
    HOLDS(system::send_signal(world.pool->keeper_of(run), SIGKILL));
    HOLDS(world.complete(run));
    HOLDS(world.ended.at(run).status && WEXITSTATUS(*world.ended.at(run).status) == 6);
    return {};
}

POOL_TEST(after_close_the_scribe_writes_what_it_holds_and_leaves)
{
    world.pool->say("the last words");
    world.pool->close();
    HOLDS(world.wait_until([&] { return world.pool->scribe() == 0; }));
    HOLDS(world.wait_until([&] { return world.output == "init: the last words\n"; }));
    HOLDS(world.wait_until([&] { return ::waitpid(-1, nullptr, WNOHANG) < 0; }));
    return {};
}

POOL_TEST(lines_of_a_child_of_init_are_labelled_too)
{
    auto made = world.pool->read_output("tty1");
    HOLDS(made);
    HOLDS(::write(made->second.get(), "hi\nyou", 6) == 6);
    made->second.reset();
    HOLDS(world.complete(made->first));
    HOLDS(world.wait_until([&] { return world.output == "tty1: hi\ntty1: you\n"; }));
    return {};
}

} // namespace init::test
