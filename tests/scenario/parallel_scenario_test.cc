// SPDX-License-Identifier: MIT
// Scripts side by side: what their headers allow, how many at once, and how a stop divides its time among
// them.
#define BOOST_TEST_MODULE parallel_scenario
#include "scenario/life.h"

#include <boost/test/unit_test.hpp>

using namespace init;
using namespace init::scenario;

namespace {

std::string header(const std::string& name, const std::string& needs, const std::string& more = "")
{
    return "#!/bin/sh\n### BEGIN INIT INFO\n# Provides: " + name + "\n# Required-Start: " + needs +
           "\n# Required-Stop: " + needs + "\n# Default-Start: 2 3 4 5\n# Default-Stop: 0 1 6\n" + more +
           "### END INIT INFO\n";
}

/// A plain tree whose scripts all link at 10 and carry a block.
struct Parallel : Life {
    Parallel()
    {
        host.file("/etc/inittab", "id:3:initdefault:\n");
        host.file("/etc/rc3.d/.keep");
        host.file("/etc/init.d/.keep");
        host.signal_at(30s, SIGTERM);
    }
    fakes::Behaviour& service(const std::string& name, const std::string& needs, const std::string& more = "")
    {
        host.file("/etc/rc3.d/S10" + name, header(name, needs, more), true);
        host.file("/etc/rc0.d/K10" + name, header(name, needs, more), true);
        host.start_of(name).leaves_daemon = true;
        host.start_of(name).takes = 1s;
        host.stop_of(name).takes = 100ms;
        return host.start_of(name);
    }
    /// Both ran, and the first had ended when the second began.
    bool strictly(const std::string& first, const std::string& second)
    {
        return host.spans.contains(first) && host.spans.contains(second) && host.spans[first].end &&
               *host.spans[first].end <= host.spans[second].begin;
    }
    [[nodiscard]] std::size_t most_at_once(std::string_view verb) const
    {
        std::size_t most = 0;
        for (const auto& [what, span] : host.spans) {
            std::size_t running = 0;
            for (const auto& [other, its] : host.spans)
                running += other.starts_with(verb) && its.begin <= span.begin && *its.end > span.begin;
            if (what.starts_with(verb))
                most = std::max(most, running);
        }
        return most;
    }
    [[nodiscard]] std::chrono::milliseconds last_end(std::string_view verb) const
    {
        std::chrono::milliseconds last{0};
        for (const auto& [what, span] : host.spans)
            if (what.starts_with(verb))
                last = std::max(last, *span.end);
        return last;
    }
    bool together(const std::string& first, const std::string& second)
    {
        return host.spans.contains(first) && host.spans.contains(second) && !strictly(first, second) &&
               !strictly(second, first);
    }
};

} // namespace

BOOST_AUTO_TEST_CASE(scripts_with_complete_blocks_start_and_stop_side_by_side)
{
    Parallel life;
    life.service("db", "");
    life.service("log", "");
    life.service("web", "db log");
    BOOST_TEST(life.run() == 0);
    BOOST_TEST(life.together("start db", "start log"));
    BOOST_TEST(life.strictly("start db", "start web"));
    BOOST_TEST(life.strictly("start log", "start web"));
    BOOST_TEST(life.together("stop db", "stop log"));
    BOOST_TEST(life.strictly("stop web", "stop db"));
    BOOST_TEST(life.strictly("stop web", "stop log"));
}

BOOST_AUTO_TEST_CASE(one_script_without_a_block_keeps_the_level_in_link_order)
{
    Parallel life;
    life.service("a", "");
    life.service("b", "");
    life.host.link("/etc/rc3.d", "S50old");
    BOOST_TEST(life.run() == 0);
    BOOST_TEST(life.strictly("start a", "start b"));
    BOOST_TEST(life.strictly("start b", "start old"));
    BOOST_TEST(life.together("stop a", "stop b")); // no K-script lacks one
}

BOOST_AUTO_TEST_CASE(parallel_yes_makes_it_a_barrier_at_its_number)
{
    Parallel life;
    life.settings.parallel = model::ParallelChoice::yes;
    life.service("a", "");
    life.service("b", "");
    life.host.link("/etc/rc3.d", "S50old");
    life.host.file("/etc/rc3.d/S60c", header("c", ""), true);
    life.host.file("/etc/rc3.d/S61d", header("d", ""), true);
    BOOST_TEST(life.run() == 0);
    BOOST_TEST(life.together("start a", "start b"));
    BOOST_TEST(life.strictly("start a", "start old"));
    BOOST_TEST(life.strictly("start b", "start old"));
    BOOST_TEST(life.strictly("start old", "start c"));
    BOOST_TEST(life.together("start c", "start d"));
}

BOOST_AUTO_TEST_CASE(parallel_no_runs_one_at_a_time_whatever_the_headers_say)
{
    Parallel life;
    life.settings.parallel = model::ParallelChoice::no;
    life.service("a", "b");
    life.service("b", "");
    BOOST_TEST(life.run() == 0);
    BOOST_TEST(life.strictly("start a", "start b"));
    BOOST_TEST(life.strictly("stop a", "stop b"));
}

BOOST_AUTO_TEST_CASE(no_more_scripts_run_at_once_than_jobs_allows)
{
    for (const unsigned jobs : {1U, 2U, 3U}) {
        Parallel life;
        life.settings.jobs = jobs; // they only wait, and jobs is taken at its word
        for (const char* name : {"a", "b", "c", "d", "e", "f"})
            life.service(name, "");
        BOOST_TEST(life.run() == 0);
        BOOST_TEST(life.most_at_once("start") == jobs);
    }
}

BOOST_AUTO_TEST_CASE(four_scripts_that_compute_run_at_once_on_two_processors)
{
    Parallel life;
    for (int i = 0; i < 200; ++i)
        life.service("s" + std::to_string(i), "").computes = true;
    life.host.signal_at(300s, SIGTERM);
    BOOST_TEST(life.run() == 0);
    BOOST_TEST(life.most_at_once("start") == 4u);
}

BOOST_AUTO_TEST_CASE(scripts_that_wait_hold_no_slot)
{
    Parallel life;
    for (int i = 0; i < 40; ++i) {
        life.service("s" + std::to_string(i), "");
        life.host.stop_of("s" + std::to_string(i)).takes = 1s;
    }
    BOOST_TEST(life.run() == 0);
    BOOST_TEST(life.most_at_once("start") == 40u);
    BOOST_TEST(life.most_at_once("stop") == 40u);
    // A second each, and a little for looking at who waits.
    BOOST_TEST(life.last_end("start") < 1100ms);
}

BOOST_AUTO_TEST_CASE(there_is_an_end_to_how_many_wait_at_once)
{
    Parallel life;
    for (int i = 0; i < 100; ++i)
        life.service("s" + std::to_string(i), "");
    BOOST_TEST(life.run() == 0);
    BOOST_TEST(life.most_at_once("start") == supervisor::ScriptSlots::most_at_once);
}

BOOST_AUTO_TEST_CASE(one_that_computes_has_its_slot_beside_those_that_wait)
{
    Parallel life;
    for (int i = 0; i < 30; ++i)
        life.service("s" + std::to_string(i), "").computes = i % 2 == 1;
    BOOST_TEST(life.run() == 0);
    std::size_t most = 0;
    for (const auto& [what, span] : life.host.spans) {
        std::size_t computing = 0;
        for (int i = 1; i < 30; i += 2) {
            const fakes::FakeHost::Span& its = life.host.spans["start s" + std::to_string(i)];
            computing += its.begin <= span.begin && *its.end > span.begin ? 1 : 0;
        }
        most = std::max(most, computing);
    }
    // Before the first look four begin, whoever they are; what begins after a look may turn out to compute.
    BOOST_TEST(most >= 4u);
    BOOST_TEST(most <= 7u);
}

BOOST_AUTO_TEST_CASE(an_interactive_script_runs_alone)
{
    Parallel life;
    life.service("ask", "", "# X-Interactive: true\n");
    life.service("a", "");
    life.service("b", "ask");
    BOOST_TEST(life.run() == 0);
    BOOST_TEST(life.strictly("start a", "start ask"));
    BOOST_TEST(life.strictly("start ask", "start b"));
}

BOOST_AUTO_TEST_CASE(a_loop_is_said_and_everything_starts_all_the_same)
{
    Parallel life;
    life.service("a", "b");
    life.service("b", "c");
    life.service("c", "a");
    BOOST_TEST(life.run() == 0);
    BOOST_TEST(life.host.has_said("->"));
    for (const char* what : {"start a", "start b", "start c", "stop a", "stop b", "stop c"})
        BOOST_TEST(life.host.count(what) == 1u);
}

BOOST_AUTO_TEST_CASE(a_missing_required_is_said_and_holds_nothing)
{
    Parallel life;
    life.service("a", "nowhere");
    life.service("b", "a");
    BOOST_TEST(life.run() == 0);
    BOOST_TEST(life.host.has_said("nowhere"));
    BOOST_TEST(life.strictly("start a", "start b"));
}

BOOST_AUTO_TEST_CASE(a_failing_or_hanging_script_frees_those_that_wait_for_it)
{
    Parallel life;
    life.settings.start_timeout = 3s;
    life.service("bad", "").status = exited(1);
    life.service("slow", "").hangs = true;
    life.service("absent", "").fails_to_exec = ENOENT;
    life.service("last", "bad slow absent");
    BOOST_TEST(life.run() == 0);
    BOOST_TEST(life.strictly("start bad", "start last"));
    BOOST_TEST(life.strictly("start slow", "start last"));
    BOOST_TEST((life.host.spans["start last"].begin >= 3s));
    BOOST_TEST((life.host.spans["start last"].begin < 3100ms));
}

BOOST_AUTO_TEST_CASE(a_stop_during_a_parallel_boot_interrupts_every_script_that_runs)
{
    Parallel life;
    life.service("a", "").hangs = true;
    life.service("b", "").hangs = true;
    life.service("later", "a");
    life.host.signal_at(500ms, SIGTERM);
    BOOST_TEST(life.run() == 0);
    BOOST_TEST(life.host.has_said("a: start is interrupted"));
    BOOST_TEST(life.host.has_said("b: start is interrupted"));
    BOOST_TEST(life.host.count("start later") == 0u);
    BOOST_TEST(life.host.count("stop a") == 1u);
    BOOST_TEST((life.host.when("TERM script a") == 500ms));
    BOOST_TEST((life.host.elapsed() < 800ms));
}

BOOST_AUTO_TEST_CASE(a_deaf_stop_script_does_not_hold_up_those_beside_it)
{
    Parallel life;
    life.service("deaf", "");
    life.service("quick", "");
    life.service("base", "");
    life.service("user", "base");
    life.host.stop_of("deaf").hangs = true;
    BOOST_TEST(life.run() == 73);
    BOOST_TEST(*life.host.spans["stop quick"].end < 30s + 200ms);
    BOOST_TEST(*life.host.spans["stop base"].end < 30s + 400ms);
    BOOST_TEST((life.host.when("reserve") == 30s + reserve_after_signal)); // it may end well until then
    BOOST_TEST((life.host.elapsed() < 39s));
}

BOOST_AUTO_TEST_CASE(the_time_of_a_stop_is_divided_by_the_scripts_in_a_row_not_by_their_number)
{
    Parallel life;
    life.settings.jobs = 8;
    for (const char* name : {"a", "b", "c", "d", "e", "f"})
        life.service(name, "");
    // 4.5 s of the 8.5 s until the reserve: a sixth of them would not be enough.
    life.host.stop_of("a").takes = 4500ms;
    BOOST_TEST(life.run() == 0);
    BOOST_TEST(!life.host.has_said("has used its share"));
    BOOST_TEST((life.host.when("reserve") == 30s + 4500ms));
}

BOOST_AUTO_TEST_CASE(insserv_files_give_the_order_where_they_are)
{
    Parallel life;
    life.host.file("/etc/init.d/.depend.start", "TARGETS = a b c\nINTERACTIVE =\nb: a\n");
    for (const char* name : {"a", "b", "c"}) {
        life.host.link("/etc/rc3.d", std::string("S01") + name);
        life.host.start_of(name).takes = 1s;
    }
    BOOST_TEST(life.run() == 0);
    BOOST_TEST(life.strictly("start a", "start b"));
    BOOST_TEST(life.together("start a", "start c"));

    Parallel legacy;
    legacy.host.file("/etc/init.d/.depend.start", "TARGETS = a b c\nINTERACTIVE =\nb: a\n");
    legacy.host.file("/etc/init.d/.legacy-bootordering");
    for (const char* name : {"a", "b", "c"}) {
        legacy.host.link("/etc/rc3.d", std::string("S01") + name);
        legacy.host.start_of(name).takes = 1s;
    }
    BOOST_TEST(legacy.run() == 0);
    BOOST_TEST(legacy.strictly("start b", "start c"));
}

BOOST_AUTO_TEST_CASE(an_override_stands_for_the_block_of_a_script)
{
    Parallel life;
    life.service("a", "");
    life.service("b", "");
    life.host.file("/usr/share/insserv/overrides/a", header("a", ""));
    life.host.file("/etc/insserv/overrides/a", header("a", "b"));
    BOOST_TEST(life.run() == 0);
    BOOST_TEST(life.strictly("start b", "start a"));
}

BOOST_AUTO_TEST_CASE(facilities_of_insserv_conf_lead_to_scripts)
{
    Parallel life;
    life.host.file("/etc/insserv.conf", "$store +db\n");
    life.service("app", "$store");
    life.service("db", "");
    life.service("other", "");
    BOOST_TEST(life.run() == 0);
    BOOST_TEST(life.strictly("start db", "start app"));
    BOOST_TEST(life.together("start db", "start other"));
}

BOOST_AUTO_TEST_CASE(the_longest_way_goes_first_when_the_times_are_known)
{
    Parallel life;
    life.settings.jobs = 1;
    life.host.file("/etc/rc4.d/.keep");
    for (const char* name : {"a", "b", "c"})
        life.service(name, "").leaves_daemon = false;
    life.host.start_of("c").takes = 3s;
    for (const char* name : {"a", "b", "c"})
        life.host.file(std::string("/etc/rc4.d/S10") + name, header(name, ""), true);
    life.host.request_at(10s, '4');
    BOOST_TEST(life.run() == 0);
    // A plain tree starts again in level 4 what does not live.
    BOOST_TEST(life.strictly("start c", "start a"));
    BOOST_TEST(life.strictly("start a", "start b"));
}

BOOST_AUTO_TEST_CASE(a_shuffled_boot_keeps_the_order_that_is_needed)
{
    for (unsigned seed = 1; seed <= 20; ++seed) {
        Parallel life;
        life.settings.shuffle = seed;
        life.service("a", "");
        life.service("b", "");
        life.service("c", "a b");
        life.service("d", "c");
        BOOST_TEST(life.run() == 0);
        BOOST_TEST(life.strictly("start a", "start c"));
        BOOST_TEST(life.strictly("start b", "start c"));
        BOOST_TEST(life.strictly("start c", "start d"));
    }
}
