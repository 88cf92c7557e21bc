// SPDX-License-Identifier: MIT
// Every action of an inittab entry as sysvinit carries it out: when it runs, whether it is waited for,
// whether it comes back, and what ends it.
#define BOOST_TEST_MODULE boot_inittab
#include "container.h"

#include <boost/test/unit_test.hpp>

namespace ut = boost::unit_test;
using namespace boot;

namespace {

/// An inittab that boots into level 3 without an rc; `more` are the entries under test.
void table(Container& box, const std::string& more)
{
    box.inittab("id:3:initdefault:\nsi::sysinit:/opt/helper pass\n" + more);
}

constexpr const char* serve = "/opt/helper serve --pidfile /var/run/";

} // namespace

BOOST_AUTO_TEST_SUITE(inittab, *ut::precondition(containers_work))

BOOST_AUTO_TEST_CASE(entries_run_in_the_order_sysinit_boot_wait_once)
{
    Container box;
    table(box, "w1:3:wait:sleep 0.1; echo wait >>/var/events\n"
               "o1:3:once:echo once >>/var/events\n"
               "bw::bootwait:sleep 0.1; echo bootwait >>/var/events\n"
               "b1::boot:echo boot >>/var/events\n"
               "s2::sysinit:sleep 0.1; echo sysinit >>/var/events\n"
               "no:4:once:echo never >>/var/events\n"
               "of:3:off:echo never >>/var/events\n");
    BOOST_REQUIRE(box.boot());
    BOOST_TEST(box.wait_for_event("once"));
    BOOST_TEST(in_order(box.events(), {"sysinit", "bootwait", "wait", "once"}), joined(box.events()));
    BOOST_TEST(in_order(box.events(), {"sysinit", "boot"}), joined(box.events()));
    BOOST_TEST(box.count_events("never") == 0);
}

BOOST_AUTO_TEST_CASE(levels_in_the_environment_are_S_before_the_first_level)
{
    Container box;
    table(box, "s2::sysinit:echo \"sysinit $RUNLEVEL $PREVLEVEL\" >>/var/events\n"
               "w1:3:wait:echo \"wait $RUNLEVEL $PREVLEVEL\" >>/var/events\n");
    BOOST_REQUIRE(box.boot());
    BOOST_TEST(in_order(box.events(), {"sysinit S N", "wait 3 N"}), joined(box.events()));
}

BOOST_AUTO_TEST_CASE(a_respawn_entry_comes_back_under_a_new_pid)
{
    Container box;
    table(box, std::string{"r1:3:respawn:"} + serve + "r1.pid\n");
    BOOST_REQUIRE(box.boot());
    pid_t first = 0;
    BOOST_REQUIRE(box.wait_for([&] { return (first = box.pid_in("/var/run/r1.pid")) > 1; }));
    BOOST_TEST(box.process(first)->parent == 1);
    BOOST_TEST(box.shell("kill " + std::to_string(first)).status == 0);
    BOOST_TEST(box.wait_for(
        [&] { return box.pid_in("/var/run/r1.pid") != first && box.pid_in("/var/run/r1.pid") > 1; }));
    const Ended end = box.stop();
    BOOST_TEST(end.status == 0);
    BOOST_TEST(end.took < 2s);
}

BOOST_AUTO_TEST_CASE(the_tenth_start_in_a_row_is_the_last_and_q_gives_ten_more)
{
    Container box;
    table(box, "r1:3:respawn:/bin/sh -c 'echo start >>/var/events'\n");
    BOOST_REQUIRE(box.boot());
    BOOST_TEST(box.wait_for_log("respawning too fast"));
    BOOST_TEST(!box.wait_for([&] { return box.count_events("start") > 10; }, 200ms));
    BOOST_TEST(box.count_events("start") == 10);
    BOOST_TEST(box.exec({"telinit", "q"}).status == 0);
    BOOST_TEST(box.wait_for([&] { return box.log_lines("respawning too fast").size() == 2; }));
    BOOST_TEST(!box.wait_for([&] { return box.count_events("start") > 20; }, 200ms));
    BOOST_TEST(box.count_events("start") == 20);
}

BOOST_AUTO_TEST_CASE(an_ondemand_entry_starts_when_asked_for_and_the_level_stays)
{
    Container box;
    table(box, std::string{"d1:a:ondemand:"} + serve + "d1.pid\n");
    BOOST_REQUIRE(box.boot());
    BOOST_TEST(!box.exists("/var/run/d1.pid"));
    BOOST_TEST(box.exec({"telinit", "a"}).status == 0);
    BOOST_TEST(box.wait_for([&] { return box.exists("/var/run/d1.pid"); }));
    BOOST_TEST(box.exec({"runlevel"}).output == "N 3\n");
}

BOOST_AUTO_TEST_CASE(power_entries_follow_the_letter_of_powerstatus)
{
    struct Row {
        const char* status;
        std::vector<std::string> wanted;
    };
    const Row rows[] = {{"F", {"fail", "failwait"}}, {"L", {"now"}}, {"O", {"ok"}}};
    Container box;
    table(box, "pf::powerfail:echo fail >>/var/events\npw::powerwait:echo failwait >>/var/events\n"
               "pn::powerfailnow:echo now >>/var/events\npo::powerokwait:echo ok >>/var/events\n");
    BOOST_REQUIRE(box.boot());
    for (const Row& row : rows)
        BOOST_TEST_CONTEXT("powerstatus " << row.status)
        {
            box.file("/var/events", "", 0666);
            box.file("/var/run/powerstatus", row.status);
            box.signal_init(SIGPWR);
            for (const std::string& event : row.wanted)
                BOOST_TEST(box.wait_for_event(event), event);
            BOOST_TEST(box.wait_for([&] { return !box.exists("/var/run/powerstatus"); }));
            BOOST_TEST(box.events().size() == row.wanted.size(), joined(box.events()));
        }
    BOOST_TEST(!box.is_over());
}

BOOST_AUTO_TEST_CASE(INT_runs_ctrlaltdel_when_it_is_asked_to)
{
    Container box;
    box.environment("RCINIT_INT=ctrlaltdel");
    table(box, "ca::ctrlaltdel:echo pressed >>/var/events\n");
    BOOST_REQUIRE(box.boot());
    box.signal_init(SIGINT);
    BOOST_TEST(box.wait_for_event("pressed"));
    BOOST_TEST(!box.is_over());
}

BOOST_AUTO_TEST_CASE(INT_as_ctrlaltdel_without_an_entry_is_a_reboot)
{
    Container box;
    box.environment("RCINIT_INT=ctrlaltdel");
    table(box, "");
    BOOST_REQUIRE(box.boot());
    BOOST_TEST(box.stop(SIGINT).status == 133);
}

BOOST_AUTO_TEST_CASE(WINCH_by_kill_runs_kbrequest)
{
    Container box;
    table(box, "kb::kbrequest:echo asked >>/var/events\n");
    BOOST_REQUIRE(box.boot());
    box.signal_init(SIGWINCH);
    BOOST_TEST(box.wait_for_event("asked"));
}

BOOST_AUTO_TEST_CASE(a_level_change_keeps_what_is_in_both_levels_and_ends_the_rest)
{
    Container box;
    table(box, std::string{"k1:34:respawn:"} + serve + "k1.pid\ne1:3:respawn:" + serve +
                   "e1.pid\nn1:4:respawn:" + serve + "n1.pid\nw1:34:wait:echo both >>/var/events\n");
    BOOST_REQUIRE(box.boot());
    BOOST_TEST(box.wait_for([&] { return box.exists("/var/run/k1.pid") && box.exists("/var/run/e1.pid"); }));
    const pid_t kept = box.pid_in("/var/run/k1.pid");
    const pid_t ended = box.pid_in("/var/run/e1.pid");
    BOOST_TEST(box.exec({"telinit", "4"}).status == 0);
    BOOST_TEST(box.wait_for([&] { return box.exists("/var/run/n1.pid"); }));
    BOOST_TEST(box.pid_in("/var/run/k1.pid") == kept);
    BOOST_TEST(box.process(kept).has_value());
    BOOST_TEST(!box.process(ended).has_value());
    BOOST_TEST(box.count_events("both") == 1);
    BOOST_TEST(box.exec({"runlevel"}).output == "3 4\n");
}

BOOST_AUTO_TEST_CASE(a_deaf_process_group_is_killed_after_the_seconds_of_t)
{
    Container box;
    table(box,
          "d1:3:respawn:trap '' TERM; /opt/helper serve --deaf --pidfile /var/run/in.pid & "
          "/opt/helper serve --deaf --pidfile /var/run/out.pid; wait\nn1:4:once:echo four >>/var/events\n");
    BOOST_REQUIRE(box.boot());
    BOOST_TEST(box.wait_for([&] { return box.exists("/var/run/in.pid") && box.exists("/var/run/out.pid"); }));
    const auto begun = std::chrono::steady_clock::now();
    BOOST_TEST(box.exec({"telinit", "-t", "1", "4"}).status == 0);
    BOOST_TEST(box.wait_for_event("four"));
    const auto took = std::chrono::steady_clock::now() - begun;
    BOOST_TEST(std::chrono::duration_cast<milliseconds>(took).count() >= 900);
    BOOST_TEST(std::chrono::duration_cast<milliseconds>(took).count() < 2500);
    BOOST_TEST(box.processes("--deaf").empty(), joined(box.processes("--deaf")));
}

BOOST_AUTO_TEST_CASE(q_ends_what_was_taken_out_and_starts_what_is_new)
{
    Container box;
    table(box, std::string{"o1:3:respawn:"} + serve + "o1.pid\n");
    BOOST_REQUIRE(box.boot());
    BOOST_TEST(box.wait_for([&] { return box.exists("/var/run/o1.pid"); }));
    const pid_t old = box.pid_in("/var/run/o1.pid");
    table(box, std::string{"n1:3:respawn:"} + serve + "n1.pid\n");
    box.signal_init(SIGHUP);
    BOOST_TEST(box.wait_for([&] { return box.exists("/var/run/n1.pid"); }));
    BOOST_TEST(box.wait_for([&] { return !box.process(old); }));
}

BOOST_AUTO_TEST_CASE(initscript_stands_around_every_command)
{
    Container box;
    box.file("/etc/initscript", "echo \"around $1 $2 $3\" >>/var/events\neval exec \"$4\"\n");
    table(box, "o1:3:once:/bin/sh -c 'echo inside >>/var/events'\n");
    BOOST_REQUIRE(box.boot());
    BOOST_TEST(box.wait_for_event("inside"));
    BOOST_TEST(box.wait_for_event("around o1 3 once"));
}

BOOST_AUTO_TEST_CASE(the_first_entry_of_each_tab_file_counts)
{
    Container box;
    table(box, "");
    box.file("/etc/inittab.d/more.tab",
             "t1:3:once:echo first >>/var/events\nt2:3:once:echo second >>/var/events\n");
    box.file("/etc/inittab.d/ignored.txt", "t3:3:once:echo third >>/var/events\n");
    BOOST_REQUIRE(box.boot());
    BOOST_TEST(box.wait_for_event("first"));
    BOOST_TEST(box.stop().status == 0);
    BOOST_TEST(box.events().size() == 1, joined(box.events()));
}

BOOST_AUTO_TEST_CASE(a_getty_on_a_missing_device_is_left_out_with_one_line)
{
    Container box;
    table(box, "1:2345:respawn:/sbin/getty 38400 tty7\n2:2345:respawn:/sbin/mingetty tty8\n");
    BOOST_REQUIRE(box.boot());
    BOOST_TEST(box.log_lines("tty7").size() == 1);
    BOOST_TEST(box.log_lines("tty8").size() == 1);
    BOOST_TEST(!box.wait_for_log("respawning too fast", 200ms));
}

BOOST_AUTO_TEST_CASE(output_of_an_entry_carries_its_id)
{
    Container box;
    table(box, "tk:3:once:echo words\n");
    BOOST_REQUIRE(box.boot());
    BOOST_TEST(box.wait_for_log("tk: words\n"));
}

BOOST_AUTO_TEST_SUITE_END()
