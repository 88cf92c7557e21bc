// SPDX-License-Identifier: MIT
// Who carries out rc.sysinit and rc, the image or init, and what their failure costs.
#define BOOST_TEST_MODULE sysinit_scenario
#include "scenario/life.h"
#include "tree/rc_choice.h"

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

BOOST_AUTO_TEST_CASE(whose_rc_sysinit_runs_is_chosen_by_setting_and_text)
{
    using Who = tree::SysinitDecision::Who;
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
        const auto decision = tree::choose_sysinit(host, settings, *call);
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
    life.host.script("rc.sysinit").hangs = life.host.script("rc.sysinit").deaf = true;
    life.host.signal_at(60s, SIGTERM);
    BOOST_TEST(life.run() == 0);
    BOOST_TEST(life.host.has_said("rc.sysinit: run has not ended within its 30 s"));
    BOOST_TEST((life.host.when("TERM script rc.sysinit") == 30s));
    BOOST_TEST((life.host.when("KILL script rc.sysinit") == 35s));
    BOOST_TEST(life.host.count("start sshd") == 1u);
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
            BOOST_TEST((life.host.when("TERM entry h1") == 30s));
            if (deaf)
                BOOST_TEST((life.host.when("KILL entry h1") == 33s));
            BOOST_TEST(life.in_order("TERM entry h1", "launch o1"));
            BOOST_TEST(life.in_order("KILL entry h1", "launch o1") == deaf);
            BOOST_TEST(life.host.count("TERM entry w1") == 1u);
            BOOST_TEST((life.host.when("TERM entry w1") == 100s)); // by the stop
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
    BOOST_TEST((life.host.when_said("rc.sysinit: run has not ended within its 30 s") == 30s));
    BOOST_TEST(life.host.count("start sshd") == 1u);
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

    using Who = tree::SysinitDecision::Who;
    const model::RcCall call{model::RcCall::Kind::rc_sysinit, {}, "/etc/rc.d/rc.sysinit"};
    BOOST_TEST((tree::choose_sysinit(life.host, {}, call).who == Who::builtin));
    life.host.file("/etc/rc.d/rc.sysinit", file_text("rc.d/rc.sysinit") + "echo more\n", true);
    BOOST_TEST((tree::choose_sysinit(life.host, {}, call).who == Who::image));
}
