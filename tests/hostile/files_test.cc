// SPDX-License-Identifier: MIT
// Files that deceive init: a pid file is older than the process that it names.
#define BOOST_TEST_MODULE hostile_files
#include "container.h"

#include <boost/test/unit_test.hpp>

namespace ut = boost::unit_test;
using namespace boot;

BOOST_AUTO_TEST_SUITE(hostile, *ut::precondition(containers_work))

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
