// SPDX-License-Identifier: MIT
// service and its kin inside a running container: the script runs under init, and its caller gets what it
// wrote and how it ended.
#define BOOST_TEST_MODULE boot_service
#include "container.h"

#include <boost/json.hpp>
#include <boost/test/unit_test.hpp>

namespace ut = boost::unit_test;
namespace json = boost::json;
using namespace boot;

namespace {

/// A container with one enabled service, and a script whose verbs tell what they see.
struct Served : Container {
    Served()
    {
        service("quiet");
        enable("quiet", 10, 90);
        script("teller", R"sh(case $1 in
tell) echo "mark=$RCINIT_SERVICE term=$TERM lang=$LANG secret=$SECRET level=$RUNLEVEL nofile=$(ulimit -Sn)"; exit 7;;
words) shift; for w in "$@"; do echo "<$w>"; done;;
parent) cat /proc/$PPID/comm;;
wait) trap 'echo interrupted; exit 42' INT; echo ready; while :; do sleep 0.05; done;;
chatty) (while :; do echo daemon; sleep 0.05; done) & echo done;;
*) exit 2;;
esac
)sh");
    }
    json::value service_row(const std::string& name)
    {
        boost::system::error_code error;
        const json::value all = json::parse(exec({"rcinit", "status", "--json"}).output, error);
        if (!error)
            for (const json::value& row : all.at("services").as_array())
                if (row.at("name").as_string() == name)
                    return row;
        return nullptr;
    }
    std::string state_of(const std::string& name)
    {
        const json::value row = service_row(name);
        return row.is_null() ? "" : std::string(row.at("state").as_string());
    }
};

} // namespace

BOOST_AUTO_TEST_SUITE(service, *ut::precondition(containers_work))

BOOST_AUTO_TEST_CASE(the_caller_gets_the_script_s_output_and_status_and_the_log_gets_the_output)
{
    Served box;
    box.environment("SECRET=of-the-boot");
    BOOST_REQUIRE(box.boot());
    const Ran ran = box.shell(
        "TERM=vt52 LANG=C.UTF-8 EXTRA=x; export TERM LANG EXTRA; ulimit -Sn 99; service teller tell");
    BOOST_TEST(ran.status == 7);
    BOOST_TEST(ran.output == "mark=teller term=vt52 lang=C.UTF-8 secret=of-the-boot level= nofile=99\n");
    BOOST_TEST(box.wait_for_log("teller: mark=teller term=vt52"));
    BOOST_TEST(box.exec({"service", "teller", "parent"}).output == "rc-keeper\n");
    BOOST_TEST(box.exec({"service", "teller", "nonsense"}).status == 2);
}

BOOST_AUTO_TEST_CASE(arguments_are_cut_at_blanks_as_the_original_does)
{
    Served box;
    BOOST_REQUIRE(box.boot());
    BOOST_TEST(box.exec({"service", "teller", "words", "a b", "c"}).output == "<a>\n<b>\n<c>\n");
    BOOST_TEST(box.exec({"service", "nosuch", "start"}).output == "nosuch: unrecognized service\n");
    BOOST_TEST(box.exec({"service", "nosuch", "start"}).status == 1);
    BOOST_TEST(box.exec({"service", "../init.d/teller", "words"}).status == 1);
    BOOST_TEST(box.exec({"service"}).status == 1);
    BOOST_TEST(box.exec({"service", "teller", "--help"}).status == 0);
    BOOST_TEST(box.exec({"service", "--version"}).output == "service ver. 0.91\n");
}

BOOST_AUTO_TEST_CASE(stop_start_and_restart_keep_init_s_view_right)
{
    Served box;
    BOOST_REQUIRE(box.boot());
    const pid_t first = box.pid_in("/var/run/quiet.pid");
    BOOST_TEST(box.exec({"service", "quiet", "stop"}).status == 0);
    BOOST_TEST(box.state_of("quiet") == "stopped");
    BOOST_TEST(box.exec({"rcinit", "start", "quiet"}).status == 0);
    BOOST_TEST(box.state_of("quiet") == "running");
    const pid_t second = box.pid_in("/var/run/quiet.pid");
    BOOST_TEST(second != first);
    BOOST_TEST(box.service_row("quiet").at("pid").as_int64() == second);
    BOOST_TEST(box.exec({"rcinit", "restart", "quiet"}).status == 0);
    const pid_t third = box.pid_in("/var/run/quiet.pid");
    BOOST_TEST(third != second);
    BOOST_TEST(box.state_of("quiet") == "running");
    BOOST_TEST(box.service_row("quiet").at("pid").as_int64() == third);
    BOOST_TEST(box.exec({"service", "quiet", "--full-restart"}).status == 0);
    BOOST_TEST(box.state_of("quiet") == "running");
    BOOST_TEST(box.log_lines("its main process").empty());
    BOOST_TEST(box.exec({"rcinit", "start", "nosuch"}).status == 5);
    BOOST_TEST(box.exec({"rcinit", "start"}).status == 64);
    BOOST_TEST(box.stop().status == 0);
}

BOOST_AUTO_TEST_CASE(a_daemon_that_keeps_the_output_does_not_hold_up_its_caller)
{
    Served box;
    BOOST_REQUIRE(box.boot());
    const Ran ran = box.exec({"service", "teller", "chatty"}, 5s);
    BOOST_TEST(ran.status == 0);
    BOOST_TEST(ran.output.find("done\n") != std::string::npos);
    // The daemon lives on, and the log has its lines.
    BOOST_TEST(box.wait_for([&] { return box.log_lines("teller: daemon").size() > 5; }));
    BOOST_TEST(box.stop().status == 0);
}

BOOST_AUTO_TEST_CASE(an_interrupt_of_the_caller_interrupts_the_script)
{
    Served box;
    BOOST_REQUIRE(box.boot());
    Session caller = box.exec_start(
        {"sh", "-c",
         "service teller wait & p=$!; while ! grep -q x /var/go 2>/dev/null; do sleep 0.02; done; "
         "kill -INT $p; wait $p; echo status $?"});
    BOOST_TEST(box.wait_for([&] { return caller.output().find("ready") != std::string::npos; }),
               caller.output());
    box.shell("echo x >/var/go");
    BOOST_TEST(box.wait_for([&] { return caller.output().find("status 42") != std::string::npos; }),
               caller.output());
    BOOST_TEST(caller.output().find("interrupted") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(without_a_state_folder_that_can_be_used_the_script_is_run_directly)
{
    Served box;
    BOOST_REQUIRE(box.boot());
    box.shell("rm -rf /run/rcinit /dev/shm/rcinit");
    const Ran ran = box.exec({"service", "teller", "parent"});
    BOOST_TEST(ran.output != "rc-keeper\n");
    BOOST_TEST(ran.status == 0);
}

BOOST_AUTO_TEST_CASE(a_script_may_call_service_while_it_is_run_by_init)
{
    Served box;
    box.service("inner");
    box.script(
        "outer",
        "case $1 in stop) service inner stop; echo \"outer stop\" >>/var/events;; "
        "start) service inner start; echo \"outer start\" >>/var/events; : >/var/lock/subsys/outer;; esac\n");
    box.enable("outer", 50, 10);
    BOOST_REQUIRE(box.boot());
    BOOST_TEST(in_order(box.events(), {"inner start", "outer start"}));
    BOOST_TEST(box.state_of("inner") == "running");
    BOOST_TEST(box.stop().status == 0);
    BOOST_TEST(in_order(box.events(), {"inner stop", "outer stop"}));
    BOOST_TEST(box.count_events("inner stop") == 1);
}

BOOST_AUTO_TEST_CASE(status_all_shows_each_script)
{
    Served box;
    box.script("noexec", "echo never\n", 0644);
    BOOST_REQUIRE(box.boot());
    const Ran ran = box.exec({"service", "--status-all"});
    BOOST_TEST(ran.status == 0);
    BOOST_TEST(ran.output.find("never") == std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
