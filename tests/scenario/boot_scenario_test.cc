// SPDX-License-Identifier: MIT
// From nothing to a level reached: which scripts run, in which order, and what a fault on the way costs.
#define BOOST_TEST_MODULE boot_scenario
#include "scenario/life.h"
#include "supervisor/rc_choice.h"

#include "supervisor/rc_choice.h"

#include <boost/test/unit_test.hpp>

#include <fstream>
#include <iterator>

using namespace init;
using namespace init::scenario;
using Deeds = std::vector<std::string>;

namespace {

/// A file of the source tree.
std::string file_text(const std::string& path)
{
    std::ifstream file(RCINIT_SOURCE "/" + path, std::ios::binary);
    BOOST_REQUIRE_MESSAGE(file.good(), path);
    return {std::istreambuf_iterator<char>(file), {}};
}

} // namespace

BOOST_AUTO_TEST_CASE(a_bare_red_hat_tree_runs_sysinit_then_its_level_in_link_order)
{
    Life life;
    life.red_hat({"syslog", "sshd", "crond"});
    life.host.file("/etc/inittab", "id:3:initdefault:\n");
    life.host.signal_at(1s, SIGTERM);
    BOOST_TEST(life.run() == 0);
    const Deeds expected = {"run rc.sysinit", "level N 3", "start syslog", "start sshd",
                            "start crond",    "level 3 0", "stop crond",   "stop sshd",
                            "stop syslog",    "reserve",   "TERM rest",    "kill under keepers",
                            "KILL rest"};
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

BOOST_AUTO_TEST_CASE(whose_rc_sysinit_runs_is_chosen_by_setting_and_text)
{
    using Who = supervisor::SysinitDecision::Who;
    using Choice = model::SysinitChoice;
    const char* const own_work = "#!/bin/sh\n/opt/app/prepare\n";
    const char* const stock = "exec /etc/init.d/rc S\n";
    const char* const for_a_machine = "#!/bin/sh\necho hello\nmodprobe loop\n";
    struct Row {
        Choice choice;
        const char* text; ///< nullptr: there is no such file
        Who who;
        const char* words;
    };
    const Row rows[] = {
        {Choice::automatic, own_work, Who::image, ""},
        {Choice::automatic, stock, Who::builtin, "/etc/rc.d/rc.sysinit is a stock one; init's own"},
        {Choice::automatic, for_a_machine, Who::builtin,
         "/etc/rc.d/rc.sysinit:3: \"modprobe loop\" loads kernel modules; init's own"},
        {Choice::automatic, nullptr, Who::builtin, "is not there"},
        {Choice::image, own_work, Who::image, ""},
        {Choice::image, stock, Who::image, ""},
        {Choice::image, for_a_machine, Who::image, ""},
        {Choice::builtin, own_work, Who::builtin, ""},
        {Choice::none, own_work, Who::nobody, "is not run: sysinit=none"},
        {Choice::none, nullptr, Who::nobody, "is not run: sysinit=none"},
    };
    for (const Row& row : rows) {
        FakeHost host;
        if (row.text)
            host.file("/etc/rc.d/rc.sysinit", row.text);
        model::Settings settings;
        settings.sysinit = row.choice;
        model::InittabEntry entry;
        entry.action = model::Action::sysinit;
        entry.process = "/etc/rc.d/rc.sysinit";
        const auto call = model::parse_rc_call(entry);
        BOOST_REQUIRE(call.has_value());
        const auto decision = supervisor::choose_sysinit(host, settings, *call);
        BOOST_TEST_CONTEXT((row.text ? row.text : "no file")
                           << " with choice " << static_cast<int>(row.choice))
        {
            BOOST_TEST((decision.who == row.who));
            BOOST_TEST(decision.words.find(row.words) != std::string::npos, decision.words);
            BOOST_TEST(decision.words.empty() == (*row.words == 0));
        }
    }
}

BOOST_AUTO_TEST_CASE(with_sysinit_none_no_rc_sysinit_runs_and_the_level_is_entered)
{
    Life life;
    life.red_hat({"sshd"});
    life.host.file("/etc/rc.d/rc.sysinit", "#!/bin/sh\n/opt/app/prepare\n", true);
    life.settings.sysinit = model::SysinitChoice::none;
    life.host.signal_at(1s, SIGTERM);
    BOOST_TEST(life.run() == 0);
    BOOST_TEST(life.host.count("run rc.sysinit") == 0u);
    BOOST_TEST(life.host.has_said("sysinit=none"));
    BOOST_TEST(life.host.count("start sshd") == 1u);
}

BOOST_AUTO_TEST_CASE(with_rc_script_the_images_rc_is_launched_as_an_entry)
{
    Life life;
    life.red_hat({"sshd"});
    life.host.file("/etc/inittab", "id:3:initdefault:\nl3:3:wait:/etc/rc.d/rc 3\nl0:0:wait:/etc/rc.d/rc 0\n");
    life.host.file("/etc/rc.d/rc", "#!/bin/sh\n", true);
    life.settings.rc = model::RcChoice::script;
    life.host.signal_at(1s, SIGTERM);
    BOOST_TEST(life.run() == 0);
    BOOST_TEST(life.host.count("launch l3") == 1u);
    BOOST_TEST(life.host.count("start sshd") == 0u);
    BOOST_TEST(life.host.has_said("/etc/rc.d/rc is run as it stands: rc=script"));
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

BOOST_AUTO_TEST_CASE(a_failing_rc_sysinit_is_reported_and_the_boot_goes_on)
{
    Life life;
    life.red_hat({"sshd"});
    life.host.script("rc.sysinit").status = exited(3);
    life.host.signal_at(1s, SIGTERM);
    BOOST_TEST(life.run() == 0);
    BOOST_TEST(life.host.has_said("rc.sysinit: run ended with status 3"));
    BOOST_TEST(life.host.count("start sshd") == 1u);
}

BOOST_AUTO_TEST_CASE(a_failing_rc_sysinit_stops_with_71_where_that_is_asked_for)
{
    Life life;
    life.red_hat({"sshd"});
    life.settings.on_boot_failure = model::BootFailureChoice::stop;
    life.host.script("rc.sysinit").status = exited(3);
    BOOST_TEST(life.run() == 71);
    BOOST_TEST(life.host.count("start sshd") == 0u);
}

BOOST_AUTO_TEST_CASE(
    a_failing_service_stops_with_71_where_that_is_asked_for_and_not_before_the_level_is_reached)
{
    Life life;
    life.red_hat({"bad", "good"});
    life.settings.on_boot_failure = model::BootFailureChoice::stop;
    life.host.start_of("bad").leaves_daemon = false;
    life.host.start_of("bad").status = exited(1);
    BOOST_TEST(life.run() == 71);
    BOOST_TEST(life.in_order("start good", "stop good"));
}

BOOST_AUTO_TEST_CASE(a_hanging_rc_sysinit_is_ended_at_its_limit_and_the_boot_goes_on)
{
    Life life;
    life.red_hat({"sshd"});
    life.settings.sysinit_timeout = 30s;
    life.host.script("rc.sysinit").hangs = true;
    life.host.signal_at(60s, SIGTERM);
    BOOST_TEST(life.run() == 0);
    BOOST_TEST(life.host.has_said("rc.sysinit: run has not ended within its 30 s"));
    BOOST_TEST(life.host.count("start sshd") == 1u);
}

BOOST_AUTO_TEST_CASE(a_hanging_start_is_mentioned_after_10_s_with_its_last_words_and_ended_at_its_limit)
{
    Life life;
    life.red_hat({"slow", "next"});
    life.host.start_of("slow").hangs = true;
    life.host.start_of("slow").deaf = true;
    life.host.signal_at(400s, SIGTERM);
    BOOST_TEST(life.run() == 0);
    BOOST_TEST(life.host.has_said("slow: start has been running for 10 s"));
    BOOST_TEST(life.host.has_said("last it wrote \"Starting it: \""));
    BOOST_TEST(life.host.has_said("slow: start has not ended within its 300 s"));
    BOOST_TEST(life.in_order("TERM script slow", "KILL script slow"));
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

BOOST_AUTO_TEST_CASE(an_rc_that_the_image_changed_is_run_as_it_stands)
{
    Life life;
    life.red_hat({"sshd"});
    life.host.file("/etc/rc.d/rc", "#!/bin/sh\n# our own\nrun-everything \"$1\"\n", true);
    life.host.signal_at(1s, SIGTERM);
    BOOST_TEST(life.run() == 0);
    BOOST_TEST(life.host.has_said("/etc/rc.d/rc is the image's own work"));
    BOOST_TEST(life.host.count("launch l3") == 1u);
    BOOST_TEST(life.host.count("launch l0") == 1u);
    BOOST_TEST(life.host.count("start sshd") == 0u);
}

BOOST_AUTO_TEST_CASE(an_image_s_own_sysinit_wins_and_one_with_a_machines_lines_does_not)
{
    struct Row {
        const char* text;
        const char* said;
    };
    for (const Row& row :
         {Row{"#!/bin/sh\necho mine\n", nullptr}, Row{"#!/bin/sh\n/sbin/start_udev\n", "start_udev"}}) {
        Life life;
        life.red_hat({"sshd"});
        life.host.file("/etc/rc.d/rc.sysinit", row.text, true);
        life.host.signal_at(1s, SIGTERM);
        BOOST_TEST(life.run() == 0);
        BOOST_TEST(life.host.count("run rc.sysinit") == 1u);
        BOOST_TEST(life.host.has_said("init's own") == (row.said != nullptr));
        if (row.said)
            BOOST_TEST(life.host.has_said(row.said));
    }
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
        BOOST_TEST(life.host.has_said("of the command line"));
    }
}

BOOST_AUTO_TEST_CASE(a_failing_rc_sysinit_is_not_forgotten_for_the_sysinit_entries_behind_it)
{
    Life life;
    life.red_hat({"sshd"});
    life.host.file("/etc/inittab", "id:3:initdefault:\nsi::sysinit:/etc/rc.d/rc.sysinit\n"
                                   "s2::sysinit:/etc/init.d/rcS\n");
    life.settings.on_boot_failure = model::BootFailureChoice::stop;
    life.host.script("rc.sysinit").status = exited(3);
    life.host.signal_at(10s, SIGTERM);
    BOOST_TEST(life.run() == 71);
    BOOST_TEST(life.host.count("start sshd") == 0u);
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

BOOST_AUTO_TEST_CASE(a_hanging_sysinit_or_bootwait_entry_is_ended_at_its_limit_and_the_boot_goes_on)
{
    for (const char* action : {"sysinit", "bootwait"})
        for (const bool deaf : {false, true}) {
            Life life{std::string("id:3:initdefault:\nh1::") + action +
                      ":/bin/h\no1:3:once:/bin/o\nw1:3:wait:/bin/w\n"};
            life.settings.sysinit_timeout = 30s;
            life.host.entry("h1").hangs = true;
            life.host.entry("h1").deaf = deaf;
            life.host.entry("w1").takes = 90s; // what a level waits for has no limit
            life.host.signal_at(100s, SIGTERM);
            BOOST_TEST(life.run() == 0);
            BOOST_TEST(life.host.has_said("entry h1 (/bin/h) has not ended within 30 s"));
            BOOST_TEST(life.in_order("TERM entry h1", "launch o1"));
            BOOST_TEST(life.in_order("KILL entry h1", "launch o1") == deaf);
            BOOST_TEST(life.host.count("TERM entry w1") == 1u); // by the stop
        }
}

BOOST_AUTO_TEST_CASE(a_rc_sysinit_that_bash_runs_has_its_limit_as_well)
{
    Life life;
    life.red_hat({"sshd"});
    life.host.file("/etc/inittab", "id:3:initdefault:\nsi::sysinit:/bin/bash /etc/rc.d/rc.sysinit\n");
    life.host.file("/etc/rc.d/rc.sysinit", "#!/bin/bash\necho mine\n", true);
    life.settings.sysinit_timeout = 30s;
    life.host.script("rc.sysinit").hangs = true;
    life.host.signal_at(60s, SIGTERM);
    BOOST_TEST(life.run() == 0);
    BOOST_TEST(life.host.has_said("rc.sysinit: run has not ended within its 30 s"));
    BOOST_TEST(life.host.count("start sshd") == 1u);
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

BOOST_AUTO_TEST_CASE(rc_and_sysinit_are_run_by_whom_the_settings_say)
{
    using model::RcChoice;
    using model::SysinitChoice;
    struct Row {
        RcChoice rc;
        SysinitChoice sysinit;
        bool engine;            ///< runs the scripts of the level
        const char* sysinit_by; ///< the first word of its command; null where it is not run
    };
    const char* const image = "/etc/rc.d/rc.sysinit";
    const Row rows[] = {
        {RcChoice::engine, SysinitChoice::image, true, image},
        {RcChoice::engine, SysinitChoice::automatic, true, "/bin/sh"}, // start_udev is a machine's
        {RcChoice::automatic, SysinitChoice::builtin, false, "/bin/sh"},
        {RcChoice::script, SysinitChoice::none, false, nullptr},
    };
    for (const Row& row : rows) {
        Life life;
        life.red_hat({"sshd"});
        life.host.file("/etc/rc.d/rc", "#!/bin/sh\n# our own\n", true);
        life.host.file("/etc/rc.d/rc.sysinit", "#!/bin/sh\n/sbin/start_udev\n", true);
        life.settings.rc = row.rc;
        life.settings.sysinit = row.sysinit;
        life.host.signal_at(1s, SIGTERM);
        BOOST_TEST(life.run() == 0);
        BOOST_TEST(life.host.count("start sshd") == (row.engine ? 1u : 0u));
        BOOST_TEST(life.host.count("launch l3") == (row.engine ? 0u : 1u));
        BOOST_TEST(life.host.count("run rc.sysinit") == (row.sysinit_by ? 1u : 0u));
        if (row.sysinit_by)
            BOOST_TEST(life.host.commands["run rc.sysinit"].front() == row.sysinit_by);
        BOOST_TEST(life.host.has_said("is not run: sysinit=none") == !row.sysinit_by);
    }
}

BOOST_AUTO_TEST_CASE(our_own_rc_and_sysinit_in_an_image_are_left_to_the_engine_without_a_word)
{
    Life life;
    life.red_hat({"sshd"});
    life.host.file("/etc/rc.d/rc", file_text("rc.d/rc"), true);
    life.host.file("/etc/rc.d/rc.sysinit", file_text("rc.d/rc.sysinit"), true);
    life.host.signal_at(1s, SIGTERM);
    BOOST_TEST(life.run() == 0);
    BOOST_TEST(life.host.count("start sshd") == 1u);
    BOOST_TEST(life.host.count("stop sshd") == 1u);
    BOOST_TEST(!life.host.has_said("own"));

    using Who = supervisor::SysinitDecision::Who;
    const model::RcCall call{model::RcCall::Kind::rc_sysinit, {}, "/etc/rc.d/rc.sysinit"};
    BOOST_TEST((supervisor::choose_sysinit(life.host, {}, call).who == Who::builtin));
    life.host.file("/etc/rc.d/rc.sysinit", file_text("rc.d/rc.sysinit") + "echo more\n", true);
    BOOST_TEST((supervisor::choose_sysinit(life.host, {}, call).who == Who::image));
}

BOOST_AUTO_TEST_CASE(every_state_but_the_last_has_a_way_to_stopping)
{
    using supervisor::State;
    for (const State state : {State::boot, State::sysinit, State::entering, State::running}) {
        bool has_way = false;
        for (const auto& row : supervisor::Supervisor::rows())
            has_way = has_way || (row.from == state && row.to == State::stopping);
        BOOST_TEST(has_way);
    }
    for (const auto& row : supervisor::Supervisor::rows()) {
        BOOST_TEST((row.from != State::gone));
        BOOST_TEST((row.from == State::stopping) == (row.to == State::gone));
    }
}
