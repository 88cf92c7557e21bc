// SPDX-License-Identifier: MIT
// A command in the foreground beside a real tree: its surroundings, its end, its signals, and a terminal.
#define BOOST_TEST_MODULE boot_command
#include "container.h"

#include <boost/test/unit_test.hpp>

namespace ut = boost::unit_test;
using namespace boot;

namespace {

/// One service, and a command in a file of its own.
struct Beside : Container {
    explicit Beside(const std::string& command,
                    std::vector<std::string> words = {"/sbin/init", "--", "/opt/bin/cmd"})
    {
        service("quiet");
        enable("quiet", 10, 90);
        file("/opt/bin/cmd", "#!/bin/sh\n" + command + "\n", 0755);
        arguments(std::move(words));
    }
    /// Waits until the command has written this.
    bool says(const std::string& text) { return wait_for_log(text); }
};

} // namespace

BOOST_AUTO_TEST_SUITE(command, *ut::precondition(containers_work))

BOOST_AUTO_TEST_CASE(it_runs_when_the_tree_is_up_and_its_status_is_the_container_s)
{
    Beside box("echo \"command $(cat /var/events)\" >>/var/seen; exit 5");
    box.start();
    const Ended end = box.wait_exit();
    BOOST_TEST(end.status == 5);
    BOOST_TEST(box.read("/var/seen").find("quiet start") != std::string::npos);
    BOOST_TEST(box.count_events("quiet stop") == 1);
}

BOOST_AUTO_TEST_CASE(it_starts_as_if_alone)
{
    Beside box("echo \"dir=$(pwd) level=$RUNLEVEL mark=$RCINIT_GRACE own=$OWN umask=$(umask)\"; "
               "ls /proc/self/fd | tr '\\n' ' '; echo");
    box.file("/srv/app/x", "");
    box.folder("/srv/app");
    box.environment("OWN=yes");
    box.environment("RCINIT_GRACE=9s");
    box.start();
    BOOST_TEST(box.wait_exit().status == 0);
    BOOST_TEST(box.log_lines("dir=/srv/app level= mark= own=yes umask=0022").size() == 1);
    BOOST_TEST(box.log_lines("0 1 2 3 ").size() == 1); // 3 is the folder that ls reads
}

BOOST_AUTO_TEST_CASE(what_the_runtime_ignored_and_blocked_is_so_for_it_too)
{
    Beside box("", {"/sbin/init", "--", "grep", "-E", "^Sig(Ign|Blk)", "/proc/self/status"});
    box.inherited_signals();
    box.start();
    BOOST_TEST(box.wait_exit().status == 0);
    // HUP and PIPE were ignored and USR1 was blocked when the runtime started init.
    BOOST_TEST(box.log_lines("SigBlk:\t0000000000000200").size() == 1);
    BOOST_TEST(box.log_lines("SigIgn:\t0000000000001001").size() == 1);
}

BOOST_AUTO_TEST_CASE(a_stop_signal_goes_to_it_first)
{
    Beside box("trap 'echo \"bye $(ls /var/run/quiet.pid)\"; exit 9' TERM; echo ready; while :; do sleep "
               "0.05; done");
    box.start();
    BOOST_TEST(box.says("ready"));
    const Ended end = box.stop();
    BOOST_TEST(end.status == 9);
    BOOST_TEST(box.log_lines("bye /var/run/quiet.pid").size() == 1);
    BOOST_TEST(box.count_events("quiet stop") == 1);
    BOOST_TEST(end.took.count() < 3000);
}

BOOST_AUTO_TEST_CASE(a_program_that_is_not_there_and_one_that_cannot_be_run)
{
    Beside missing("", {"/sbin/init", "--", "no-such-program"});
    missing.start();
    BOOST_TEST(missing.wait_exit().status == 127);
    BOOST_TEST(missing.count_events("quiet stop") == 1);
    Beside plain("", {"/sbin/init", "--", "/opt/plain"});
    plain.file("/opt/plain", "#!/bin/sh\n", 0644);
    plain.start();
    BOOST_TEST(plain.wait_exit().status == 126);
}

BOOST_AUTO_TEST_CASE(a_word_that_is_a_program_begins_a_command)
{
    Beside box("", {"/sbin/init", "sh", "-c", "echo \"got $*\"; exit 4", "sh", "3", "x y"});
    box.start();
    BOOST_TEST(box.wait_exit().status == 4);
    BOOST_TEST(box.log_lines("got 3 x y").size() == 1);
}

BOOST_AUTO_TEST_CASE(without_waiting_it_runs_while_the_tree_starts)
{
    Beside box("echo early; while ! grep -q 'late start' /var/events; do sleep 0.02; done; exit 6",
               {"/sbin/init", "--no-wait", "--", "/opt/bin/cmd"});
    box.script("late", "while ! grep -q early /var/go 2>/dev/null; do sleep 0.02; done; "
                       "echo late $1 >>/var/events\n");
    box.enable("late", 20);
    box.start();
    BOOST_TEST(box.says("early"));
    box.shell("echo early >/var/go");
    BOOST_TEST(box.wait_exit().status == 6);
}

BOOST_AUTO_TEST_CASE(ten_thousand_signals_go_on_to_its_group)
{
    Beside box("exec /opt/helper count-signals " + std::to_string(rtmin(7)));
    box.start();
    BOOST_TEST(box.says("counting"));
    // Real-time signals are queued, so none may be lost on the way; the queue's limit is the user's.
    for (int sent = 100; sent <= 10'000; sent += 100) {
        for (int i = 0; i < 100; ++i)
            box.signal_init(rtmin(7));
        BOOST_REQUIRE(box.wait_for_log("signals " + std::to_string(sent) + "\n"));
    }
    BOOST_TEST(box.stop().status == 0);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(terminal, *ut::precondition(containers_work))

BOOST_AUTO_TEST_CASE(a_shell_has_job_control)
{
    Beside box("exec sh -i", {"/sbin/init", "--", "/opt/bin/cmd"});
    box.environment("PS1=ok> ");
    box.output(Output::terminal);
    box.start();
    BOOST_TEST(box.says("ok> "));
    BOOST_TEST(box.log().find("can't access tty") == std::string::npos, box.log());
    box.type("sleep 100\n");
    BOOST_TEST(box.wait_for([&] { return !box.processes("sleep 100").empty(); }));
    box.type("\x1a"); // ^Z
    BOOST_TEST(box.wait_for([&] {
        const auto found = box.processes("sleep 100");
        return !found.empty() && found[0].state == 'T';
    }));
    box.type("fg\n");
    BOOST_TEST(box.wait_for([&] {
        const auto found = box.processes("sleep 100");
        return !found.empty() && found[0].state == 'S';
    }));
    box.type("\x03"); // ^C
    BOOST_TEST(box.wait_for([&] { return box.processes("sleep 100").empty(); }));
    box.type("echo still $((40 + 2))\n");
    BOOST_TEST(box.says("still 42"));
    box.type("exit 7\n");
    BOOST_TEST(box.wait_exit().status == 7);
    BOOST_TEST(box.count_events("quiet stop") == 1);
}

BOOST_AUTO_TEST_CASE(a_new_window_size_reaches_it)
{
    Beside box("trap 'echo \"now $(stty size)\"; exit 0' WINCH; echo ready; while :; do sleep 0.05; done");
    box.output(Output::terminal);
    box.start();
    BOOST_TEST(box.says("ready"));
    box.resize(33, 77);
    BOOST_TEST(box.says("now 33 77"));
    BOOST_TEST(box.wait_exit().status == 0);
}

BOOST_AUTO_TEST_CASE(an_interrupt_key_is_the_command_s_and_not_init_s)
{
    Beside box("trap 'echo caught; exit 0' INT; echo ready; while :; do sleep 0.05; done");
    box.output(Output::terminal);
    box.start();
    BOOST_TEST(box.says("ready"));
    box.type("\x03");
    BOOST_TEST(box.wait_exit().status == 0);
    BOOST_TEST(box.log().find("caught") != std::string::npos);
    BOOST_TEST(box.log().find("SIGINT") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(giving_up_the_terminal_is_no_loss_of_it)
{
    Beside box("echo ready; read line; echo \"line $line\"; exit 0");
    box.output(Output::terminal);
    box.start();
    BOOST_TEST(box.says("ready"));
    BOOST_TEST(box.log().find("terminal is lost") == std::string::npos);
    box.type("hello\n");
    BOOST_TEST(box.wait_exit().status == 0);
    BOOST_TEST(box.log().find("line hello") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_terminal_that_hangs_up_takes_nothing_with_it)
{
    Container box;
    box.service("quiet");
    box.enable("quiet", 10, 90);
    box.output(Output::terminal);
    BOOST_REQUIRE(box.boot());
    const pid_t daemon = box.pid_in("/var/run/quiet.pid");
    box.hang_up();
    // The kernel's HUP is for the session's leader, which is init; one from a process would re-read the
    // table.
    BOOST_TEST(box.exec({"rcinit", "status"}).output.find("init is running") != std::string::npos);
    BOOST_TEST(box.process(daemon).has_value());
    BOOST_TEST(box.exec({"service", "quiet", "restart"}).status == 0);
    BOOST_TEST(box.pid_in("/var/run/quiet.pid") != daemon);
    BOOST_TEST(box.stop().status == 0);
    BOOST_TEST(box.count_events("quiet stop") == 2U); // the restart's and the stop's
}

BOOST_AUTO_TEST_CASE(a_new_window_size_is_no_request_of_the_keyboard)
{
    Container box;
    box.inittab("id:3:initdefault:\nl0:0:wait:/etc/rc.d/rc 0\nl3:3:wait:/etc/rc.d/rc 3\n"
                "kb::kbrequest:/bin/sh -c 'echo keyboard >>/var/events'\n");
    box.output(Output::terminal);
    BOOST_REQUIRE(box.boot());
    box.resize(20, 60);
    box.resize(30, 90);
    // One that a process sends is the request. A signal that is pending takes up the next of its number, so
    // init has to have read the kernel's: what it answers comes after that.
    BOOST_REQUIRE(box.exec({"rcinit", "status"}).status == 0);
    box.signal_init(SIGWINCH);
    BOOST_TEST(box.wait_for_event("keyboard"));
    BOOST_TEST(box.stop().status == 0);
    BOOST_TEST(box.count_events("keyboard") == 1U);
}

BOOST_AUTO_TEST_SUITE_END()
