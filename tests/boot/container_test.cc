// SPDX-License-Identifier: MIT
// The fixture of the boot tests against itself, with a shell as PID 1: what the other tests take for granted
// about namespaces, signals, exec, the log and the end of a container.
#define BOOST_TEST_MODULE boot_container
#include "container.h"

#include <boost/test/unit_test.hpp>

#include <fcntl.h>
#include <poll.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <sstream>

namespace ut = boost::unit_test;
using namespace boot;

namespace {

/// A PID 1 in shell: runs `body`, then waits for TERM and exits 7.
void shell_init(Container& box, const std::string& body)
{
    box.arguments(
        {"/bin/sh", "-c", "trap 'exit 7' TERM\n" + body + "\nwhile :; do sleep 60 & wait $!; done"});
}

} // namespace

BOOST_AUTO_TEST_SUITE(container, *ut::precondition(containers_work))

BOOST_AUTO_TEST_CASE(pid_1_runs_as_root_of_its_own_namespaces_and_its_exit_status_arrives)
{
    Container box{Layout::plain};
    shell_init(box, "echo I am $$ uid $(id -u) in $(pwd); ls -d /sbin/telinit /etc/rc2.d");
    box.start();
    BOOST_TEST(box.wait_for_log("/sbin/telinit"));
    BOOST_TEST(box.wait_for_log("I am 1 uid 0 in /\n"));
    BOOST_TEST(box.process(1)->command.starts_with("/bin/sh"));
    const Ended end = box.stop();
    BOOST_TEST(end.over);
    BOOST_TEST(end.status == 7);
    BOOST_TEST(end.took < 2s);
}

BOOST_AUTO_TEST_CASE(exec_enters_all_namespaces_with_parent_0_and_brings_back_status_and_output)
{
    Container box{Layout::plain};
    shell_init(box, "echo up");
    box.start();
    BOOST_TEST(box.wait_for_log("up"));
    const Ran ran = box.exec({"sh", "-c", "echo parent $PPID; exit 5"});
    BOOST_TEST(ran.status == 5);
    BOOST_TEST(ran.output == "parent 0\n");
    BOOST_TEST(box.exec({"/no/such/program"}).status == 127);
    Session session = box.exec_start({"/opt/helper", "serve"});
    BOOST_TEST(box.wait_for([&] { return box.processes("/opt/helper").size() == 1; }));
    BOOST_TEST(!session.status().has_value());
    box.kill();
    BOOST_TEST(!box.wait_for([&] { return false; }, 1ms));
    BOOST_TEST(session.status().value_or(137) == 137);
}

BOOST_AUTO_TEST_CASE(what_is_left_at_the_exit_of_pid_1_is_seen)
{
    Container box{Layout::plain};
    shell_init(box, "/opt/helper daemon --pidfile /run/d.pid; echo up");
    box.start();
    BOOST_TEST(box.wait_for_log("up"));
    const pid_t daemon = box.pid_in("/run/d.pid");
    BOOST_TEST(daemon > 1);
    const Ended end = box.stop();
    BOOST_TEST(end.status == 7);
    BOOST_REQUIRE(end.leftovers.has_value());
    BOOST_TEST(std::ranges::count(*end.leftovers, daemon, &Process::pid) == 1);
}

BOOST_AUTO_TEST_CASE(a_stuck_output_holds_back_a_writer)
{
    Container box{Layout::plain};
    box.output(Output::stuck);
    shell_init(box, ": >/run/before; echo word; : >/run/after");
    box.start();
    BOOST_TEST(box.wait_for([&] { return box.exists("/run/before"); }));
    BOOST_TEST(!box.wait_for([&] { return box.exists("/run/after"); }, 100ms));
    BOOST_TEST(box.log().find('.') != std::string::npos); // the reader comes at last
    BOOST_TEST(box.wait_for([&] { return box.exists("/run/after"); }));
}

BOOST_AUTO_TEST_CASE(the_same_root_boots_again_after_kill)
{
    Container box{Layout::red_hat};
    box.tmpfs("/tmp");
    shell_init(box, "echo start >>/var/events; : >/tmp/new; : >/var/run/old; echo up");
    box.start();
    BOOST_TEST(box.wait_for_log("up"));
    BOOST_TEST(box.exists("/tmp/new"));
    box.kill();
    BOOST_TEST(box.exists("/var/run/old"));
    BOOST_TEST(!box.exists("/tmp/new"));
    box.start();
    BOOST_TEST(box.wait_for_log("up"));
    BOOST_TEST(box.count_events("start") == 2);
}

BOOST_AUTO_TEST_CASE(nothing_is_left_when_the_test_itself_is_killed)
{
    int ends[2];
    BOOST_REQUIRE(::pipe2(ends, O_CLOEXEC) == 0);
    const pid_t test = ::fork();
    if (test == 0) {
        Container box{Layout::plain};
        shell_init(box, "/opt/helper daemon --pidfile /run/d.pid; echo up");
        box.start();
        box.wait_for_log("up");
        const std::string told = std::to_string(box.pid_of_init()) + " " + box.root();
        if (::write(ends[1], told.data(), told.size()) > 0)
            ::pause();
        ::_exit(1);
    }
    BOOST_REQUIRE(test > 0);
    const UniqueFd test_fd{static_cast<int>(::syscall(SYS_pidfd_open, test, 0U))};
    BOOST_REQUIRE(static_cast<bool>(test_fd));
    char told[256] = {};
    BOOST_TEST(::read(ends[0], told, sizeof told - 1) > 0);
    std::istringstream words{told};
    pid_t inner = 0;
    std::string root;
    words >> inner >> root;
    const UniqueFd pidfd{static_cast<int>(::syscall(SYS_pidfd_open, inner, 0U))};
    BOOST_TEST(static_cast<bool>(pidfd));
    BOOST_TEST(::syscall(SYS_pidfd_send_signal, test_fd.get(), SIGKILL, nullptr, 0U) == 0);
    ::waitpid(test, nullptr, 0);
    pollfd item{pidfd.get(), POLLIN, 0};
    BOOST_TEST(::poll(&item, 1, 5000) == 1);
    std::filesystem::remove_all(root);
    ::close(ends[0]);
    ::close(ends[1]);
}

BOOST_AUTO_TEST_SUITE_END()
