// SPDX-License-Identifier: MIT
// Files that go away under init: what it made itself is mounted over or removed, a pid file is older than the
// process that it names.
#define BOOST_TEST_MODULE hostile_files
#include "container.h"

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

namespace ut = boost::unit_test;
using namespace boot;

namespace {

/// What init has to be asked through is there, and answers.
bool is_reachable(Container& box)
{
    return box.exists("/run/initctl") && box.exists("/run/rcinit/control") &&
           box.read("/run/rcinit/status.json").find("\"running\"") != std::string::npos &&
           box.exec({"rcinit", "status"}).status == 0;
}

const char* const losses[] = {
    "mount -t tmpfs none /run", "mount -t tmpfs none /run; mount -t tmpfs none /run",
    "rm -rf /run/rcinit",       "rm -rf /run/*",
    "rm /run/initctl",          "rm /run/rcinit/control",
};

} // namespace

BOOST_AUTO_TEST_SUITE(hostile, *ut::precondition(containers_work))

BOOST_DATA_TEST_CASE(what_init_made_and_somebody_took_away_is_back_by_itself, ut::data::make(losses), loss)
{
    Container box;
    box.tmpfs("/run");
    BOOST_REQUIRE(box.boot());
    BOOST_TEST(box.wait_for([&] { return is_reachable(box); }));
    const Ran done = box.shell(std::string(loss) + " && echo done");
    BOOST_REQUIRE(done.output.find("done") != std::string::npos);
    BOOST_TEST(box.wait_for([&] { return is_reachable(box); }));
    BOOST_TEST(box.exec({"telinit", "4"}).status == 0);
    BOOST_TEST(box.wait_for([&] { return box.exec({"runlevel"}).output == "3 4\n"; }));
    BOOST_TEST(box.stop().status == 0);
}

BOOST_AUTO_TEST_CASE(a_script_that_mounts_over_run_takes_neither_socket_nor_folders_nor_pid_files_away)
{
    Container box{Layout::debian};
    box.tmpfs("/run");
    box.script("covers", "[ \"$1\" = start ] || exit 0\nmount -t tmpfs none /run\n");
    box.enable("covers", 20);
    box.service("web");
    box.enable("web", 10, 90);
    BOOST_REQUIRE(box.boot());
    BOOST_TEST(box.wait_for([&] { return is_reachable(box) && box.exists("/run/lock"); }));
    // A daemon that is started by hand tells of itself by its pid file there.
    BOOST_TEST(box.exec({"/etc/init.d/web", "start"}).status == 0);
    const pid_t fresh = box.pid_in("/run/web.pid");
    BOOST_TEST(fresh > 1);
    BOOST_TEST(box.wait_for([&] {
        return box.read("/run/rcinit/status.json").find("\"pid\":" + std::to_string(fresh)) !=
               std::string::npos;
    }));
    BOOST_TEST(box.stop().status == 0);
}

BOOST_AUTO_TEST_CASE(a_stale_pid_file_that_names_anothers_process_keeps_no_service_down)
{
    Container box{Layout::plain};
    box.service("cron");
    box.enable("cron", 10, 90);
    box.script("web", "# pidfile: /var/lib/web.pid\necho \"web $1\" >>/var/events\n");
    box.link('4', "S50web");
    BOOST_REQUIRE(box.boot());
    const pid_t pid = box.pid_in("/var/run/cron.pid");
    BOOST_REQUIRE(pid > 1);
    // As the image's build left it.
    box.file("/var/lib/web.pid", std::to_string(pid) + "\n");
    BOOST_TEST(box.exec({"touch", "-d", "2001-01-01", "/var/lib/web.pid"}).status == 0);
    BOOST_TEST(box.exec({"telinit", "4"}).status == 0);
    BOOST_TEST(box.wait_for_event("web start"));
    BOOST_TEST(box.log_lines("web: /var/lib/web.pid names process").size() == 1);
    BOOST_TEST(box.stop().status == 0);
}

BOOST_AUTO_TEST_SUITE_END()
