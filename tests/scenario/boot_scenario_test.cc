// SPDX-License-Identifier: MIT
// From nothing to a level reached: which scripts run, in which order, and what a fault on the way costs.
#define BOOST_TEST_MODULE boot_scenario
#include "scenario/life.h"

#include <boost/test/unit_test.hpp>

using namespace init;
using namespace init::scenario;
using Deeds = std::vector<std::string>;

BOOST_AUTO_TEST_CASE(a_bare_red_hat_tree_runs_sysinit_then_its_level_in_link_order)
{
    Life life;
    life.red_hat({"syslog", "sshd", "crond"});
    life.host.file("/etc/inittab", "id:3:initdefault:\n");
    life.host.signal_at(1s, SIGTERM);
    BOOST_TEST(life.run() == 0);
    const Deeds expected = {"run rc.sysinit",     "level N 3", "start syslog", "start sshd",
                            "start crond",        "level 3 0", "stop crond",   "stop sshd",
                            "stop syslog",        "reserve",   "TERM rest",    "CONT rest",
                            "kill under keepers", "KILL rest"};
    BOOST_TEST(life.deeds() == expected, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_debian_tree_runs_rcS_and_enters_level_2)
{
    Life life;
    life.debian({"rsyslog", "cron"});
    life.host.link("/etc/rcS.d", "S05bootmisc.sh");
    life.host.signal_at(1s, SIGTERM);
    BOOST_TEST(life.run() == 0);
    BOOST_TEST(life.in_order("start bootmisc.sh", "level N 2"));
    BOOST_TEST(life.in_order("level N 2", "start rsyslog"));
    BOOST_TEST(life.in_order("start rsyslog", "start cron"));
    BOOST_TEST(life.in_order("stop cron", "stop rsyslog"));
}

BOOST_AUTO_TEST_CASE(files_that_a_script_removes_are_made_anew_after_each_sysinit_script)
{
    Life life;
    life.debian({"cron"});
    life.host.link("/etc/rcS.d", "S05one");
    life.host.link("/etc/rcS.d", "S06two");
    life.host.signal_at(1s, SIGTERM);
    life.run();
    BOOST_TEST(life.in_order("start one", "mend"));
    BOOST_TEST(life.host.count("mend") >= 2u);
}

BOOST_AUTO_TEST_CASE(scripts_get_the_environment_of_their_level)
{
    Life life;
    life.red_hat({"sshd"});
    life.host.signal_at(1s, SIGTERM);
    life.run();
    const auto has = [&](const char* what, const char* variable) {
        const auto& all = life.host.environments[what];
        return std::find(all.begin(), all.end(), variable) != all.end();
    };
    BOOST_TEST(has("run rc.sysinit", "RUNLEVEL=S"));
    BOOST_TEST(has("run rc.sysinit", "PREVLEVEL=N"));
    BOOST_TEST(has("start sshd", "RUNLEVEL=3"));
    BOOST_TEST(has("start sshd", "previous=N"));
    BOOST_TEST(has("stop sshd", "runlevel=0"));
    BOOST_TEST(has("stop sshd", "PREVLEVEL=3"));
}

BOOST_AUTO_TEST_CASE(a_bad_line_costs_that_line_and_is_said_with_its_place)
{
    Life life;
    life.red_hat({"sshd"});
    life.host.file("/etc/inittab", "id:3:initdefault:\nx1:3:respwan:/bin/x\ny1:3:once:/bin/y\n");
    life.host.signal_at(1s, SIGTERM);
    BOOST_TEST(life.run() == 0);
    BOOST_TEST(life.host.has_said("/etc/inittab:2: "));
    BOOST_TEST(life.host.count("launch y1") == 1u);
    BOOST_TEST(life.host.count("start sshd") == 1u);
}

BOOST_AUTO_TEST_CASE(an_initdefault_that_would_stop_the_container_is_refused)
{
    for (const char* level : {"0", "6"}) {
        Life life;
        life.red_hat({"sshd"});
        life.host.file("/etc/inittab", std::string("id:") + level + ":initdefault:\n");
        life.host.signal_at(1s, SIGTERM);
        BOOST_TEST(life.run() == 0);
        BOOST_TEST(life.host.count("level N 3") == 1u);
    }
}

BOOST_AUTO_TEST_CASE(a_table_that_cannot_be_read_is_replaced_by_the_built_in_entries)
{
    Life life;
    life.red_hat({"sshd"});
    life.host.file("/etc/inittab", "id:5:initdefault:\n");
    life.host.unreadable.insert("/etc/inittab");
    life.host.signal_at(1s, SIGTERM);
    BOOST_TEST(life.run() == 0);
    BOOST_TEST(life.host.has_said("cannot read /etc/inittab"));
    BOOST_TEST(life.host.count("start sshd") == 1u);
}

BOOST_AUTO_TEST_CASE(a_level_whose_folder_cannot_be_listed_is_no_empty_level)
{
    Life life;
    life.red_hat({"sshd"});
    life.host.unreadable.insert("/etc/rc.d/rc3.d");
    life.host.signal_at(1s, SIGTERM);
    BOOST_TEST(life.run() == 0);
    BOOST_TEST(life.host.count("start sshd") == 0u);
    BOOST_TEST(
        life.host.has_said("/etc/rc.d/rc3.d: cannot be listed (Permission denied), no script of it is run"));
    BOOST_TEST(life.host.has_said("0 services up, and its scripts could not be listed"));
}

BOOST_AUTO_TEST_CASE(a_level_whose_folder_cannot_be_listed_is_a_failed_boot)
{
    Life life;
    life.red_hat({"sshd"});
    life.settings.on_boot_failure = model::BootFailureChoice::stop;
    life.host.unreadable.insert("/etc/rc.d/rc3.d");
    life.host.signal_at(60s, SIGTERM);
    BOOST_TEST(life.run() == 71);
}

BOOST_AUTO_TEST_CASE(a_folder_of_entries_that_cannot_be_listed_is_said)
{
    Life life;
    life.red_hat({"sshd"});
    life.host.unreadable.insert("/etc/inittab.d");
    life.host.signal_at(1s, SIGTERM);
    BOOST_TEST(life.run() == 0);
    BOOST_TEST(life.host.has_said("/etc/inittab.d: cannot be listed"));
    BOOST_TEST(life.host.count("start sshd") == 1u);
}

BOOST_AUTO_TEST_CASE(a_script_that_cannot_be_executed_costs_that_script)
{
    Life life;
    life.red_hat({"bad", "good"});
    life.host.start_of("bad").fails_to_exec = ENOENT;
    life.host.signal_at(1s, SIGTERM);
    BOOST_TEST(life.run() == 0);
    BOOST_TEST(life.host.has_said("cannot exec /etc/rc.d/rc3.d/S10bad"));
    BOOST_TEST(life.host.count("start good") == 1u);
}

BOOST_AUTO_TEST_CASE(a_hanging_start_is_mentioned_after_10_s_with_its_last_words_and_ended_at_its_limit)
{
    Life life;
    life.red_hat({"slow", "next"});
    life.host.start_of("slow").hangs = true;
    life.host.start_of("slow").deaf = true;
    life.host.signal_at(400s, SIGTERM);
    BOOST_TEST(life.run() == 0);
    BOOST_TEST((life.host.when_said("slow: start has been running for 10 s, and may for 290 s more") ==
                life.host.when("start slow") + 10s));
    BOOST_TEST(life.host.has_said("last it wrote \"Starting it: \""));
    BOOST_TEST(life.host.has_said("slow: start has not ended within its 300 s"));
    BOOST_TEST((life.host.when("TERM script slow") == life.host.when("start slow") + 300s));
    BOOST_TEST((life.host.when("KILL script slow") == life.host.when("start slow") + 305s));
    BOOST_TEST(life.in_order("KILL script slow", "start next"));
}

BOOST_AUTO_TEST_CASE(machine_scripts_are_skipped_with_a_reason_that_the_log_and_the_status_show)
{
    Life life;
    life.debian({"cron"});
    life.host.link("/etc/rcS.d", "S01hwclock.sh");
    model::StatusReport seen;
    life.host.signal_at(1s, SIGTERM);
    life.host.before_event = [&] {
        if (life.host.elapsed() == 0ms && life.host.count("start cron") == 1)
            seen = life.report();
    };
    BOOST_TEST(life.run() == 0);
    BOOST_TEST(life.host.count("start hwclock.sh") == 0u);
    BOOST_TEST(life.host.has_said("hwclock.sh: not run"));
    BOOST_REQUIRE(!seen.services.empty());
    BOOST_TEST(seen.services[0].state == "skipped");
    BOOST_TEST(seen.services[0].reason.has_value());
}

BOOST_AUTO_TEST_CASE(an_image_s_own_service_by_the_name_of_a_machine_s_runs_where_it_says_so)
{
    struct Row {
        const char* file;
        const char* text;
        bool runs;
    };
    const Row rows[] = {
        {"/etc/init.d/ondemand", "#!/bin/sh\n# rcinit: machine=run\n", true},
        {"/etc/rcinit.conf.d/ondemand.service", "machine=run\n", true},
        {"/etc/rcinit.conf.d/ondemand.service", "machine=auto\n", false},
        {"/etc/rcinit.conf.d/other.service", "machine=run\n", false},
    };
    for (const Row& row : rows)
        BOOST_TEST_CONTEXT(row.file << ": " << row.text)
        {
            Life life;
            life.debian({"ondemand"});
            life.host.file("/etc/rc2.d/S10ondemand", "#!/bin/sh\n", true);
            life.host.file(row.file, row.text, true);
            if (std::string_view(row.file).starts_with("/etc/init.d"))
                for (const char* link : {"/etc/rc2.d/S10ondemand", "/etc/rc0.d/K90ondemand"})
                    life.host.file(link, row.text, true); // what both lead to
            life.host.signal_at(1s, SIGTERM);
            BOOST_TEST(life.run() == 0);
            BOOST_TEST(life.host.count("start ondemand") == (row.runs ? 1U : 0U));
            BOOST_TEST(life.host.count("stop ondemand") == (row.runs ? 1U : 0U));
        }
}

BOOST_AUTO_TEST_CASE(a_lock_left_behind_keeps_red_hats_rc_from_starting_a_service_and_that_is_said)
{
    Life life;
    life.red_hat({"sshd"});
    life.host.file("/var/lock/subsys/sshd");
    life.host.signal_at(1s, SIGTERM);
    life.run();
    BOOST_TEST(life.host.count("start sshd") == 0u);
    BOOST_TEST(life.host.has_said("sshd: not started"));
}

BOOST_AUTO_TEST_CASE(the_level_of_the_command_line_wins_over_the_table)
{
    Life life;
    life.red_hat({"sshd"});
    life.options.level = model::Runlevel::from('S');
    life.host.signal_at(1s, SIGTERM);
    BOOST_TEST(life.run() == 0);
    BOOST_TEST(life.host.count("level N S") == 1u);
    BOOST_TEST(life.host.count("start sshd") == 0u);
}

BOOST_AUTO_TEST_CASE(a_level_of_the_command_line_that_would_stop_the_container_is_refused)
{
    for (const char level : {'0', '6'}) {
        Life life;
        life.red_hat({"sshd"});
        life.options.level = model::Runlevel::from(level);
        life.host.signal_at(1s, SIGTERM);
        BOOST_TEST(life.run() == 0);
        BOOST_TEST(life.host.count("level N 3") == 1u);
        BOOST_TEST(life.host.count("start sshd") == 1u);
        BOOST_TEST(life.host.has_said("on the command line"));
    }
}

BOOST_AUTO_TEST_CASE(files_that_a_boot_entry_removes_are_made_anew_before_the_level_is_entered)
{
    for (const char* action : {"boot", "bootwait", "sysinit"}) {
        Life life{std::string("id:3:initdefault:\nb1::") + action + ":/bin/b\nw1:3:wait:/bin/w\n"};
        life.host.entry("b1").takes = 300ms;
        bool mended = false;
        life.host.before_event = [&] {
            const auto& record = life.host.record;
            if (life.host.elapsed() == 300ms && !record.empty() && !mended)
                mended = std::find(record.rbegin(), record.rend(), "mend") <
                         std::find(record.rbegin(), record.rend(), "launch b1");
        };
        life.host.signal_at(1s, SIGTERM);
        BOOST_TEST(life.run() == 0);
        BOOST_TEST(mended, action);
    }
}

BOOST_AUTO_TEST_CASE(initscript_wraps_scripts_and_entries_but_in_level_S)
{
    using Words = std::vector<std::string>;
    for (const bool single : {false, true}) {
        Life life;
        life.red_hat({"sshd"});
        life.host.file("/etc/inittab",
                       "id:3:initdefault:\nsi::sysinit:/etc/rc.d/rc.sysinit\nl3:3:wait:/etc/rc.d/rc 3\n"
                       "o1:S3:once:/bin/o with words\n");
        life.host.file("/etc/initscript", "eval exec \"$4\"\n");
        if (single)
            life.options.level = model::Runlevel::from('S');
        life.host.signal_at(1s, SIGTERM);
        BOOST_TEST(life.run() == 0);
        const auto& commands = life.host.commands;
        BOOST_TEST((commands.at("run rc.sysinit").front() != "/etc/initscript" &&
                    commands.at("run rc.sysinit")[1] != "/etc/initscript"));
        const Words plain = {"/bin/o", "with", "words"};
        const Words wrapped = {"/bin/sh", "/etc/initscript", "o1", "3S", "once", "/bin/o with words"};
        BOOST_TEST(commands.at("launch o1") == (single ? plain : wrapped), boost::test_tools::per_element());
        if (single)
            continue;
        const Words script = {
            "/bin/sh", "/etc/initscript", "l3", "3", "wait", "/etc/rc.d/rc3.d/S10sshd start"};
        BOOST_TEST(commands.at("start sshd") == script, boost::test_tools::per_element());
    }
}
