// SPDX-License-Identifier: MIT
// What stands between init and a script: its output to the last byte, whatever happens to the keeper, and
// whose process is whose after restarts by hand, pkill and kill -1.
#define BOOST_TEST_MODULE boot_keeper
#include "container.h"

#include <boost/json.hpp>
#include <boost/test/unit_test.hpp>

#include <unistd.h>

#include <cstdlib>
#include <sstream>
#include <string_view>

namespace ut = boost::unit_test;
namespace json = boost::json;
using namespace boot;

namespace {

std::string state_of(Container& box, const std::string& name, const char* field = "state")
{
    boost::system::error_code error;
    const json::value all = json::parse(box.exec({"rcinit", "status", "--json"}).output, error);
    if (error || !all.is_object())
        return "no status";
    for (const json::value& item : all.get_object().at("services").as_array())
        if (item.get_object().at("name").as_string() == name) {
            const json::value& value = item.get_object().at(field);
            return value.is_string() ? std::string{value.get_string()} : json::serialize(value);
        }
    return "not listed";
}

bool wait_for_field(Container& box, const std::string& name, const char* field, const std::string& wanted)
{
    return box.wait_for([&] { return state_of(box, name, field) == wanted; });
}

pid_t parent_of(Container& box, pid_t pid)
{
    const auto found = box.process(pid);
    return found ? found->parent : -1;
}

std::size_t count_of(const std::string& text, const std::string& part)
{
    std::size_t count = 0;
    for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + part.size()))
        ++count;
    return count;
}

} // namespace

BOOST_AUTO_TEST_SUITE(output, *ut::precondition(containers_work))

BOOST_AUTO_TEST_CASE(a_daemon_that_keeps_the_pipe_holds_up_nobody)
{
    Container box;
    box.service("holder", "--keep-output --last farewell");
    box.service("after");
    box.enable("holder", 10, 90);
    box.enable("after", 20, 80);
    BOOST_REQUIRE(box.boot(3s));
    BOOST_TEST(box.count_events("after start") == 1);
    const Ended end = box.stop();
    BOOST_TEST(end.status == 0);
    BOOST_TEST(end.took < 2s);
    BOOST_TEST(box.log_lines("holder: farewell").size() == 1);
}

BOOST_AUTO_TEST_CASE(a_daemon_outlives_its_keeper_and_loses_no_line)
{
    Container box;
    box.service("chatty", "--keep-output --lines 10000");
    box.enable("chatty", 10, 90);
    BOOST_REQUIRE(box.boot());
    const pid_t daemon = box.pid_in("/var/run/chatty.pid");
    const pid_t keeper = parent_of(box, daemon);
    BOOST_REQUIRE(keeper > 1);
    BOOST_TEST(box.process(keeper)->comm == "rc-keeper");
    BOOST_TEST(box.shell("kill -9 " + std::to_string(keeper)).status == 0);
    BOOST_TEST(box.wait_for([&] { return parent_of(box, daemon) != keeper; }));
    BOOST_TEST(box.shell("kill -USR1 " + std::to_string(daemon)).status == 0);
    BOOST_TEST(box.wait_for_log("chatty: line 10000\n"));
    BOOST_TEST(box.log_lines("chatty: line ").size() == 10000);
    BOOST_TEST(box.pid_in("/var/run/chatty.pid") == daemon);
    BOOST_TEST(state_of(box, "chatty") == "running");
    BOOST_TEST(box.stop().status == 0);
    BOOST_TEST(box.count_events("chatty stop") == 1);
}

BOOST_AUTO_TEST_CASE(titles_say_what_init_and_its_helpers_are)
{
    Container box;
    box.service("named");
    box.enable("named", 10, 90);
    BOOST_REQUIRE(box.boot());
    const auto command_of = [&](pid_t pid) {
        const auto found = box.process(pid);
        return found ? found->command : std::string{};
    };
    BOOST_TEST(command_of(1) == "init [3]");
    const pid_t keeper = parent_of(box, box.pid_in("/var/run/named.pid"));
    BOOST_REQUIRE(keeper > 1);
    BOOST_TEST(command_of(keeper) == "rc-keeper");
    // A home-made script that looks for itself by name meets neither keepers nor helpers, nor a second init.
    for (const Process& p : box.processes())
        if (p.parent == 1 && p.comm.starts_with("rc-"))
            BOOST_TEST((p.command == p.comm || p.command == p.comm + " "), joined(box.processes()));
    BOOST_TEST(box.processes("named").size() == 1U, joined(box.processes()));
    BOOST_TEST(box.stop().status == 0);
}

BOOST_AUTO_TEST_CASE(long_binary_and_unterminated_output_arrives_whole)
{
    Container box;
    box.script("odd", "/opt/helper long 100000\n/opt/helper binary\n");
    box.link('3', "S10odd");
    BOOST_REQUIRE(box.boot());
    BOOST_TEST(box.wait_for_log("unterminated\n"));
    BOOST_TEST(count_of(box.log(), "x") >= 100000);
    std::istringstream lines{box.log()};
    for (std::string line; std::getline(lines, line);)
        BOOST_TEST(line.size() < 4096);
}

BOOST_AUTO_TEST_CASE(a_partial_line_is_shown_after_a_second)
{
    Container box;
    box.script("asking", "printf 'password? '; exec /opt/helper serve --keep-output\n");
    box.link('3', "S10asking");
    box.start();
    BOOST_TEST(box.wait_for_log("asking: password? ", 3s));
}

BOOST_AUTO_TEST_CASE(lines_of_a_daemon_are_whole_and_in_order)
{
    Container box;
    box.script("counter", "/opt/helper lines 5000\n");
    box.link('3', "S10counter");
    BOOST_REQUIRE(box.boot());
    BOOST_TEST(box.wait_for_log("counter: line 5000\n"));
    const std::vector<std::string> lines = box.log_lines("counter: line ");
    BOOST_REQUIRE(lines.size() == 5000);
    for (std::size_t i = 0; i < lines.size(); ++i)
        BOOST_REQUIRE(lines[i] == "counter: line " + std::to_string(i + 1));
}

BOOST_AUTO_TEST_CASE(with_stdout_stuck_quiet_scripts_boot_and_a_stop_ends_in_time)
{
    for (const Output kind : {Output::stuck, Output::gone, Output::closed}) {
        Container box;
        box.environment("RCINIT_GRACE=4s");
        box.output(kind);
        box.service("quiet");
        box.script("talker", "echo words\n");
        box.enable("talker", 5);
        box.enable("quiet", 10, 90);
        BOOST_REQUIRE(box.boot(5s));
        BOOST_TEST(box.count_events("quiet start") == 1);
        const Ended end = box.stop();
        BOOST_TEST(end.status == 0);
        BOOST_TEST(end.took < 3500ms);
        BOOST_TEST(box.count_events("quiet stop") == 1);
    }
}

BOOST_AUTO_TEST_CASE(with_stdout_stuck_for_long_chatty_scripts_hold_up_nobody)
{
    // A minute in a long run; what fills up fills up within the first moments.
    const char* const mode = std::getenv("RCINIT_LONG");
    const milliseconds stuck_for = mode != nullptr && std::string_view{mode} == "yes" ? 60s : 3s;
    Container box;
    box.environment("RCINIT_GRACE=4s");
    box.output(Output::stuck);
    box.script("burst", "[ \"$1\" = start ] && exec /opt/helper lines 20000\nexit 0\n");
    box.script("chatter", "[ \"$1\" = start ] || exit 0\n(while :; do echo words; sleep 0.01; done) &\n");
    box.service("quiet");
    box.enable("burst", 5);
    box.enable("chatter", 6);
    box.enable("quiet", 10, 90);
    const auto begun = std::chrono::steady_clock::now();
    BOOST_REQUIRE(box.boot());
    BOOST_TEST(box.count_events("quiet start") == 1);
    BOOST_TEST(box.wait_for([&] { return std::chrono::steady_clock::now() - begun >= stuck_for; },
                            stuck_for + soon));
    BOOST_TEST(state_of(box, "quiet") == "running");
    const Ended end = box.stop();
    BOOST_TEST(end.status == 0);
    BOOST_TEST(end.took < 3500ms);
    BOOST_TEST(box.count_events("quiet stop") == 1);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(ownership, *ut::precondition(containers_work))

BOOST_AUTO_TEST_CASE(a_restart_by_hand_is_no_death_and_the_new_process_is_the_service)
{
    for (const char* from : {"exec", "script"})
        BOOST_TEST_CONTEXT("from " << from)
        {
            Container box;
            box.service("moved");
            box.enable("moved", 10, 90);
            box.script("mover", "[ $1 = start ] || exit 0\n/etc/init.d/moved restart\n");
            if (std::string{from} == "script")
                box.link('3', "S20mover");
            box.start();
            BOOST_REQUIRE(box.wait_for_state("running"));
            const pid_t before = box.pid_in("/var/run/moved.pid");
            if (std::string{from} == "exec")
                BOOST_TEST(box.exec({"/etc/init.d/moved", "restart"}).status == 0);
            const pid_t after = box.pid_in("/var/run/moved.pid");
            BOOST_TEST((from == std::string{"script"} || before != after));
            BOOST_TEST(wait_for_field(box, "moved", "pid", std::to_string(after)),
                       state_of(box, "moved", "pid"));
            BOOST_TEST(state_of(box, "moved") == "running");
            for (const std::string& line : box.log_lines("moved"))
                BOOST_TEST(
                    (line.find("died") == std::string::npos && line.find("ended") == std::string::npos),
                    line);
            BOOST_TEST(box.stop().status == 0);
            BOOST_TEST(box.count_events("moved stop") == 2);
        }
}

BOOST_AUTO_TEST_CASE(
    a_pid_file_that_changes_while_the_old_process_lives_reaches_the_state_file_without_a_request)
{
    Container box;
    box.service("renewed");
    box.enable("renewed", 10, 90);
    BOOST_REQUIRE(box.boot());
    const std::string before = std::to_string(box.pid_in("/var/run/renewed.pid"));
    BOOST_TEST(
        box.wait_for([&] { return box.read("/run/rcinit/status.json").find(before) != std::string::npos; }));
    const Session other = box.exec_start({"/opt/helper", "serve"});
    pid_t pid = 0;
    BOOST_REQUIRE(box.wait_for([&] {
        const auto found = box.processes("/opt/helper serve");
        pid = found.empty() ? 0 : found.front().pid;
        return pid != 0;
    }));
    box.file("/var/run/renewed.pid", std::to_string(pid) + "\n");
    const std::string after = "\"pid\":" + std::to_string(pid);
    BOOST_TEST(
        box.wait_for([&] { return box.read("/run/rcinit/status.json").find(after) != std::string::npos; }),
        box.read("/run/rcinit/status.json"));
}

BOOST_AUTO_TEST_CASE(the_crash_of_a_main_process_is_reported_once)
{
    Container box;
    box.service("fragile");
    box.enable("fragile", 10, 90);
    BOOST_REQUIRE(box.boot());
    const std::size_t before = box.log_lines("fragile").size();
    BOOST_TEST(box.shell("kill -SEGV $(cat /var/run/fragile.pid)").status == 0);
    BOOST_TEST(box.wait_for([&] { return box.log_lines("fragile").size() > before; }));
    BOOST_TEST(!box.wait_for([&] { return box.log_lines("fragile").size() > before + 1; }, 200ms),
               joined(box.log_lines("fragile")));
    BOOST_TEST(state_of(box, "fragile") != "running");
}

BOOST_AUTO_TEST_CASE(kill_all_from_exec_leaves_init_able_to_go_on)
{
    for (const char* command : {"kill -9 -1", "/usr/bin/env kill -9 -- -1", "killall5 -9"})
        BOOST_TEST_CONTEXT(command)
        {
            Container box;
            box.service("one");
            box.enable("one", 10, 90);
            box.script("four", "echo four >>/var/events\n");
            box.link('4', "S10four");
            BOOST_REQUIRE(box.boot());
            const pid_t daemon = box.pid_in("/var/run/one.pid");
            box.shell(command);
            BOOST_TEST(box.wait_for([&] { return !box.process(daemon); }));
            BOOST_TEST(!box.is_over());
            BOOST_TEST(box.exec({"telinit", "4"}).status == 0);
            BOOST_TEST(box.wait_for_event("four"));
            const Ended end = box.stop();
            BOOST_TEST(end.status == 0);
            BOOST_TEST(end.took < 3s);
        }
}

BOOST_AUTO_TEST_CASE(a_K_script_that_kills_all_does_not_keep_the_stop_from_its_end)
{
    for (const char* command : {"kill -9 -1", "killall5 -9", "killall5 -15"})
        BOOST_TEST_CONTEXT(command)
        {
            Container box;
            box.environment("RCINIT_GRACE=4s");
            box.service("first");
            box.service("last");
            box.enable("first", 10, 90);
            box.enable("last", 20, 95);
            box.script("wild",
                       std::string{"[ $1 = stop ] || exit 0\necho wild >>/var/events\n"} + command + "\n");
            box.enable("wild", 30, 5);
            BOOST_REQUIRE(box.boot());
            const Ended end = box.stop();
            BOOST_TEST(end.over);
            BOOST_TEST(end.status == 0);
            BOOST_TEST(end.took < 3500ms);
            BOOST_TEST(box.count_events("wild") == 1);
        }
}

BOOST_AUTO_TEST_CASE(home_made_scripts_that_search_by_name_meet_only_their_daemon)
{
    if (::access("/usr/bin/pkill", X_OK) != 0 || ::access("/usr/bin/ps", X_OK) != 0) {
        std::cout << "skip - home_made_scripts_that_search_by_name_meet_only_their_daemon: no pkill and ps "
                     "on this host"
                  << std::endl;
        return;
    }
    Container box;
    box.script("myapp",
               "case $1 in\nstart) cp /opt/helper /tmp/myappd; /tmp/myappd daemon --pidfile /tmp/pid ;;\n"
               "stop) echo \"myapp stop\" >>/var/events; pkill -f myappd ;;\n"
               "status) ps ax | grep myapp | grep -v grep ;;\nesac\n");
    box.link('3', "S10myapp");
    box.link('0', "K90myapp");
    BOOST_REQUIRE(box.boot());
    const Ran listed = box.exec({"ps", "ax", "-o", "args="});
    BOOST_TEST(count_of(listed.output, "myapp") == 1, listed.output);
    // The script's own search meets itself and its caller, as everywhere, and besides them its daemon alone.
    const auto found_by_status = [&] {
        const Ran ran = box.exec({"rcinit", "service", "myapp", "status"});
        std::istringstream lines{ran.output};
        std::size_t count = 0;
        for (std::string line; std::getline(lines, line);)
            count += line.find("myapp") != std::string::npos &&
                             line.find("/init.d/myapp") == std::string::npos &&
                             line.find("/S10myapp") == std::string::npos &&
                             line.find("service myapp") == std::string::npos
                         ? 1U
                         : 0U;
        return count;
    };
    BOOST_TEST(found_by_status() == 1U);
    const pid_t daemon = box.pid_in("/tmp/pid");
    BOOST_TEST(box.exec({"pkill", "-f", "myappd"}).status == 0);
    BOOST_TEST(box.wait_for([&] { return !box.process(daemon); }));
    BOOST_TEST(found_by_status() == 0U);
    BOOST_TEST(box.exec({"/etc/init.d/myapp", "start"}).status == 0);
    const Ended end = box.stop();
    BOOST_TEST(end.status == 0);
    BOOST_TEST(box.count_events("myapp stop") == 1);
}

BOOST_AUTO_TEST_CASE(keeper_no_makes_a_daemon_a_child_of_init)
{
    Container box;
    box.service("insists", "--orphaned", "# rcinit: keeper=no");
    box.service("unkept", "--orphaned");
    box.enable("insists", 10, 90);
    box.enable("unkept", 11, 89);
    BOOST_REQUIRE(box.boot());
    // It gives up when its parent does not become process 1, so the setting is what the other one lives by.
    BOOST_TEST(box.wait_for([&] { return state_of(box, "unkept") != "running"; }));
    const pid_t daemon = box.pid_in("/var/run/insists.pid");
    BOOST_TEST(parent_of(box, daemon) == 1);
    BOOST_TEST(state_of(box, "insists") == "running");
    BOOST_TEST(wait_for_field(box, "insists", "pid", std::to_string(daemon)));
    BOOST_TEST(box.stop().status == 0);
    BOOST_TEST(box.count_events("insists stop") == 1);
}

BOOST_AUTO_TEST_CASE(keepers_are_few_when_nothing_is_left_under_them)
{
    Container box;
    box.script("short", "echo gone\n");
    for (const char* name : {"S10short", "S11short", "S12short", "S13short"})
        box.link('3', name);
    BOOST_REQUIRE(box.boot());
    BOOST_TEST(box.wait_for([&] {
        std::size_t under_init = 0;
        for (const Process& p : box.processes())
            under_init += p.parent == 1 && p.comm == "rc-keeper" ? 1U : 0U;
        return under_init <= 2; // one ahead of need, one that has come back
    }),
               joined(box.processes()));
}

BOOST_AUTO_TEST_SUITE_END()
