// SPDX-License-Identifier: MIT
// The same root again after the container was killed, and run folders that are empty, mounted over or emptied
// while it boots: stale state is swept and init's own files are there afterwards.
#define BOOST_TEST_MODULE boot_restart
#include "container.h"

#include <boost/test/unit_test.hpp>

namespace ut = boost::unit_test;
using namespace boot;

namespace {

void three(Container& box)
{
    for (const char* name : {"one", "two", "three"})
        box.service(name);
    box.enable("one", 10, 90);
    box.enable("two", 20, 80);
    box.enable("three", 30, 70);
}

void expect_own_files(Container& box)
{
    for (const char* path : {"/run/initctl", "/dev/initctl"})
        BOOST_TEST(box.shell("test -p " + std::string{path}).status == 0, path);
    BOOST_TEST(box.shell("test -S /run/rcinit/control").status == 0);
    BOOST_TEST(box.exists("/run/rcinit/status.json"));
    BOOST_TEST(box.exec({"runlevel"}).output == std::string{"N "} + box.default_level() + "\n");
    BOOST_TEST(box.exec({"rcinit", "status"}).status == 0);
    BOOST_TEST(box.shell("test -s /var/run/utmp").status == 0);
}

} // namespace

BOOST_AUTO_TEST_SUITE(restart, *ut::precondition(containers_work))

BOOST_AUTO_TEST_CASE(after_a_kill_stale_locks_and_pid_files_are_swept_and_everything_starts_again)
{
    Container box;
    three(box);
    BOOST_REQUIRE(box.boot());
    box.kill();
    BOOST_TEST(box.exists("/var/lock/subsys/two"));
    box.file("/var/run/stranger.pid", "1\n");
    box.file("/var/run/gone.pid", "31999\n");
    box.file("/var/lock/subsys/gone", "");
    BOOST_REQUIRE(box.boot());
    for (const char* name : {"one", "two", "three"}) {
        BOOST_TEST(box.count_events(std::string{name} + " start") == 2, name);
        BOOST_TEST(box.process(box.pid_in(std::string{"/var/run/"} + name + ".pid")).has_value(), name);
    }
    BOOST_TEST(!box.exists("/var/run/gone.pid"));
    BOOST_TEST(!box.exists("/var/lock/subsys/gone"));
    BOOST_TEST(!box.log_lines("gone").empty());
    expect_own_files(box);
    BOOST_TEST(box.stop().status == 0);
}

BOOST_AUTO_TEST_CASE(it_boots_again_and_again_after_stop_and_kill)
{
    Container box{Layout::debian};
    three(box);
    for (std::size_t i = 1; i <= 6; ++i) {
        BOOST_REQUIRE(box.boot());
        BOOST_TEST(box.count_events("two start") == i);
        if (i % 2 == 0)
            box.kill();
        else
            BOOST_TEST(box.stop().status == 0);
    }
}

BOOST_AUTO_TEST_CASE(with_empty_run_and_tmp_folders_the_needed_ones_are_made)
{
    for (const Layout layout : {Layout::red_hat, Layout::debian})
        BOOST_TEST_CONTEXT("layout " << (layout == Layout::debian ? "debian" : "red_hat"))
        {
            Container box{layout};
            three(box);
            for (const char* path : {"/run", "/tmp", "/var/log"})
                box.tmpfs(path);
            for (int round = 0; round < 2; ++round) {
                BOOST_REQUIRE(box.boot());
                expect_own_files(box);
                BOOST_TEST(box.shell("test -d /var/lock/").status == 0);
                BOOST_TEST(box.shell("test -d /var/run/").status == 0);
                box.kill();
            }
            BOOST_TEST(box.count_events("three start") == 2);
        }
}

BOOST_AUTO_TEST_CASE(a_tmpfs_that_an_rcS_script_mounts_over_run_gets_init_s_files)
{
    Container box{Layout::debian};
    three(box);
    box.script("mountkernfs-like",
               "mount -t tmpfs tmpfs /run && mkdir -p /run/lock && echo mounted >>/var/events\n");
    box.link('S', "S01mountkernfs-like");
    BOOST_REQUIRE(box.boot());
    BOOST_TEST(box.count_events("mounted") == 1);
    expect_own_files(box);
    BOOST_TEST(box.exec({"telinit", "q"}).status == 0);
    BOOST_TEST(box.stop().status == 0);
    BOOST_TEST(box.count_events("one stop") == 1);
}

BOOST_AUTO_TEST_CASE(a_tmpfs_that_a_boot_entry_mounts_over_run_gets_init_s_files)
{
    Container box;
    three(box);
    box.inittab("id:3:initdefault:\nbw::bootwait:/bin/mount -t tmpfs tmpfs /run\n"
                "l3:3:wait:/etc/rc.d/rc 3\nl0:0:wait:/etc/rc.d/rc 0\n");
    BOOST_REQUIRE(box.boot());
    expect_own_files(box);
    BOOST_TEST(box.exec({"telinit", "q"}).status == 0);
    BOOST_TEST(box.stop().status == 0);
    BOOST_TEST(box.count_events("one stop") == 1);
}

BOOST_AUTO_TEST_CASE(what_an_rcS_script_deletes_under_var_run_is_made_anew)
{
    Container box{Layout::debian};
    three(box);
    box.script("bootclean-like", "cd /var/run/ && find . ! -type d -exec rm -f {} +; rm -rf /var/run/rcinit; "
                                 "echo cleaned >>/var/events\n");
    box.link('S', "S01bootclean-like");
    BOOST_REQUIRE(box.boot());
    BOOST_TEST(box.count_events("cleaned") == 1);
    expect_own_files(box);
    BOOST_TEST(box.stop().status == 0);
}

BOOST_AUTO_TEST_CASE(a_sysinit_that_empties_utmp_leaves_a_runlevel_all_the_same)
{
    Container box;
    three(box);
    box.file("/etc/rc.d/rc.sysinit",
             "#!/bin/sh\nfind /var/run ! -type d -exec rm -f {} +\n: >/var/run/utmp\n", 0755);
    BOOST_REQUIRE(box.boot());
    expect_own_files(box);
}

BOOST_AUTO_TEST_CASE(the_state_file_of_an_earlier_life_never_says_running)
{
    Container box;
    box.file("/etc/rc.d/rc.sysinit", "#!/bin/sh\ncat /run/rcinit/status.json >/var/log/seen\n", 0755);
    BOOST_REQUIRE(box.boot());
    const std::string old = box.read("/run/rcinit/status.json");
    box.kill();
    box.keep_state_files();
    box.start();
    BOOST_TEST(box.wait_for_log("entering runlevel"));
    BOOST_TEST(box.read("/var/log/seen") != old);
}

BOOST_AUTO_TEST_SUITE_END()
