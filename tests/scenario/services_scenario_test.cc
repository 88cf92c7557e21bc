// SPDX-License-Identifier: MIT
// What is known of a service: its main process, its death, and what somebody does to it by hand.
#define BOOST_TEST_MODULE services_scenario
#include "scenario/life.h"

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <utility>

namespace ut = boost::unit_test;
using namespace init;
using namespace init::scenario;

namespace {

/// The row of `name` at the first event at or after `when`.
struct Look {
    std::chrono::milliseconds when;
    std::string name;
    std::optional<model::ServiceStatus> seen;

    void take(Life& life)
    {
        if (seen || life.host.elapsed() < when || !life.report)
            return;
        for (const model::ServiceStatus& row : life.report().services)
            if (row.name == name)
                seen = row;
    }
};

model::ServiceStatus status_at(Life& life, std::chrono::milliseconds when, const std::string& name)
{
    Look look{when, name, std::nullopt};
    life.host.at(when, world::OrphansReaped{});
    life.host.at(when + 1ms, world::OrphansReaped{});
    const auto before = life.host.before_event;
    life.host.before_event = [&] {
        if (before)
            before();
        look.take(life);
    };
    life.host.signal_at(when + 1s, SIGTERM);
    life.run();
    return look.seen.value_or(model::ServiceStatus{});
}

} // namespace

BOOST_AUTO_TEST_CASE(what_cannot_be_read_of_a_service_is_told)
{
    Life life;
    life.red_hat({"web"});
    life.host.file("/etc/rcinit.conf.d/web.service", "keeper=no\n");
    life.host.unreadable = {"/etc/rcinit.conf.d/web.service", "/etc/rc.d/rc3.d/S10web"};
    life.host.signal_at(1s, SIGTERM);
    BOOST_TEST(life.run() == 0);
    BOOST_TEST(life.host.has_said(
        "/etc/rcinit.conf.d/web.service: cannot be read (Permission denied), its settings are left out"));
    BOOST_TEST(life.host.has_said("/etc/rc.d/rc3.d/S10web: cannot be read (Permission denied), its settings "
                                  "and pid files are not known"));
    BOOST_TEST(life.host.count("start web") == 1u);
}

BOOST_AUTO_TEST_CASE(what_a_start_left_while_a_stop_was_at_work_is_up)
{
    Life life;
    life.red_hat({"web"});
    life.host.file("/etc/rc.d/init.d/web", "", true);
    life.host.start_of("web").takes = 1s;
    life.host.stop_of("web").takes = 1s;
    life.host.stop_of("web").stops_daemon = false;
    life.host.at(500ms, world::ServiceCalled{world::CallId{1}, "web", {"stop"}, {}, {}, -1});
    BOOST_TEST(status_at(life, 2s, "web").state == "running");
    BOOST_TEST(life.host.count("stop web") == 2u);
}

BOOST_AUTO_TEST_CASE(a_daemon_that_a_start_leaves_is_the_main_process)
{
    Life life;
    life.red_hat({"sshd"});
    const auto row = status_at(life, 1s, "sshd");
    BOOST_TEST(row.state == "running");
    BOOST_TEST(row.pid > 0);
    BOOST_TEST((row.exit == 0));
}

BOOST_AUTO_TEST_CASE(a_start_that_leaves_nothing_is_done_and_one_that_fails_is_failed)
{
    Life life;
    life.red_hat({"oneshot"});
    life.host.start_of("oneshot").leaves_daemon = false;
    BOOST_TEST(status_at(life, 1s, "oneshot").state == "done");

    Life failing;
    failing.red_hat({"bad"});
    failing.host.start_of("bad").leaves_daemon = false;
    failing.host.start_of("bad").status = exited(7);
    const auto row = status_at(failing, 1s, "bad");
    BOOST_TEST(row.state == "failed");
    BOOST_TEST((row.exit == 7));
}

BOOST_AUTO_TEST_CASE(what_a_start_was_doing_when_its_time_was_over_is_no_daemon_of_its)
{
    Life life;
    life.settings.start_timeout = 1s;
    life.red_hat({"cut"});
    life.host.start_of("cut").hangs = true;
    life.host.start_of("cut").status = killed_by(SIGTERM); // and what it waited for ends a moment later
    BOOST_TEST(status_at(life, 3s, "cut").state == "failed");
}

namespace {

/// A pid file of web's that names a process under another service's keeper, when web is to be started.
struct Naming {
    const char* what;
    std::int64_t written; ///< the process began at 1000
    bool own_file;        ///< the other service's own pid file names it as well
    bool starts;          ///< web is not taken for one that runs already
};
std::ostream& operator<<(std::ostream& out, const Naming& naming)
{
    return out << naming.what;
}
const Naming namings[] = {
    {"the file is older", 500, false, true},
    {"the file is older, and the other's own names it", 500, true, true},
    {"the other's own names it", 2000, true, true},
    {"nobody else's names it", 2000, false, false},
    {"files tell the time less exactly", 998, false, false},
};

} // namespace

BOOST_DATA_TEST_CASE(a_process_that_a_stale_pid_file_names_is_not_the_services, ut::data::make(namings),
                     naming)
{
    Life life;
    life.host.link("/etc/rc3.d", "S10cron");
    life.host.link("/etc/rc4.d", "S50web");
    life.host.file("/etc/inittab", "id:3:initdefault:\n");
    life.host.start_of("cron").leaves_daemon = true;
    life.host.before_event = [&] {
        if (life.host.elapsed() != 900ms)
            return;
        const pid_t pid = life.report().services.at(0).pid;
        life.host.began[pid] = 1000;
        life.host.written_at["/var/run/web.pid"] = naming.written;
        life.host.file("/var/run/web.pid", std::to_string(pid));
        if (naming.own_file) {
            life.host.written_at["/var/run/cron.pid"] = 2000;
            life.host.file("/var/run/cron.pid", std::to_string(pid));
        }
    };
    life.host.at(900ms, world::OrphansReaped{});
    life.host.at(901ms, world::OrphansReaped{});
    life.host.request_at(1s, '4');
    life.host.signal_at(3s, SIGTERM);
    life.run();
    BOOST_TEST(life.host.count("start web") == (naming.starts ? 1u : 0u));
    BOOST_TEST(life.host.has_said("web: not started: it is running") == !naming.starts);
    BOOST_TEST(life.host.has_said("the file is stale and is passed over") == naming.starts);
}

BOOST_AUTO_TEST_CASE(what_sits_under_its_own_keeper_is_the_services_whatever_the_clock_said)
{
    Life first;
    first.red_hat({"web"});
    const pid_t left = status_at(first, 1s, "web").pid;
    Life life;
    life.red_hat({"web"});
    life.host.start_of("web").leaves_daemon = true;
    life.host.began[left] = 1000;
    life.host.written_at["/var/run/web.pid"] = 500;
    life.host.file("/var/run/web.pid", std::to_string(left));
    const auto row = status_at(life, 1s, "web");
    BOOST_TEST(row.pid == left);
    BOOST_TEST(!life.host.has_said("stale"));
}

BOOST_AUTO_TEST_CASE(a_main_process_that_crashes_is_reported_once)
{
    Life life;
    life.red_hat({"sshd"});
    bool crashed = false;
    life.host.before_event = [&] {
        if (crashed || life.host.elapsed() < 500ms)
            return;
        for (pid_t pid = 100; pid < 200; ++pid)
            if (life.host.is_alive(pid))
                life.host.at(600ms, world::ProcessEnded{pid, killed_by(SIGSEGV)}), crashed = true;
    };
    life.host.at(500ms, world::OrphansReaped{});
    const auto row = status_at(life, 1s, "sshd");
    BOOST_TEST(row.state == "dead");
    BOOST_TEST(std::count_if(life.host.said.begin(), life.host.said.end(), [](const std::string& line) {
                   return line.find("SIGSEGV") != std::string::npos;
               }) == 1);
}

BOOST_AUTO_TEST_CASE(a_pid_file_that_names_a_new_process_is_believed_and_no_death_is_reported)
{
    Life life;
    life.red_hat({"sshd"});
    bool done = false;
    life.host.before_event = [&] {
        if (done || life.host.elapsed() < 500ms)
            return;
        done = true;
        pid_t old = 0;
        for (pid_t pid = 100; pid < 200; ++pid)
            if (life.host.is_alive(pid))
                old = pid;
        life.host.add_stray(false);
        for (pid_t pid = old + 1; pid < 300; ++pid)
            if (life.host.is_alive(pid))
                life.host.file("/var/run/sshd.pid", std::to_string(pid) + "\n");
        life.host.at(600ms, world::ProcessEnded{old, killed_by(SIGKILL)});
    };
    life.host.at(500ms, world::OrphansReaped{});
    const auto row = status_at(life, 1s, "sshd");
    BOOST_TEST(row.state == "running");
    BOOST_TEST(!life.host.has_said("its main process"));
}

BOOST_AUTO_TEST_CASE(a_stop_by_hand_is_no_death)
{
    Life life;
    life.red_hat({"sshd"});
    bool done = false;
    life.host.before_event = [&] {
        if (done || life.host.elapsed() < 500ms)
            return;
        done = true;
        for (pid_t pid = 100; pid < 200; ++pid)
            if (life.host.is_alive(pid))
                life.host.at(600ms, world::ProcessEnded{pid, killed_by(SIGKILL)});
        life.host.by_hand = 4242;
        life.host.at(700ms, world::ProcessEnded{4242, std::nullopt});
    };
    life.host.at(500ms, world::OrphansReaped{});
    life.host.at(650ms, world::OrphansReaped{});
    const auto before = life.host.before_event;
    life.host.before_event = [&, before] {
        before();
        if (life.host.elapsed() >= 650ms)
            life.host.by_hand = 0;
    };
    const auto row = status_at(life, 1s, "sshd");
    BOOST_TEST(row.state == "stopped");
    BOOST_TEST(!life.host.has_said("its main process"));
}

BOOST_AUTO_TEST_CASE(a_death_is_told_where_nobody_can_look_for_a_run_by_hand)
{
    Life life;
    life.red_hat({"sshd"});
    life.host.cannot_look = true;
    life.host.by_hand = 4242;
    life.host.daemon_ends_at(500ms, "sshd", killed_by(SIGKILL));
    BOOST_TEST(status_at(life, 1s, "sshd").state == "dead");
    BOOST_TEST(life.host.has_said("its main process"));
}

BOOST_AUTO_TEST_CASE(a_reload_reads_the_settings_of_services_anew)
{
    for (const bool reloads : {true, false}) {
        Life life;
        life.red_hat({"web"});
        life.host.file("/etc/rc.d/init.d/web", "", true);
        bool is_known = false;
        life.host.before_event = [&] {
            if (life.host.elapsed() == 1s)
                life.host.file("/etc/rcinit.conf.d/web.service", "pidfile=/srv/web/pid\n");
            if (life.host.elapsed() == 4s)
                is_known = life.host.watched_folders.contains("/srv/web");
        };
        for (const auto when : {500ms, 3000ms})
            life.host.at(
                when,
                world::ServiceCalled{
                    world::CallId{static_cast<std::uint32_t>(when.count())}, "web", {"status"}, {}, {}, -1});
        for (const auto when : {1000ms, 4000ms})
            life.host.at(when, world::OrphansReaped{});
        if (reloads)
            life.host.signal_at(2s, SIGHUP);
        life.host.signal_at(5s, SIGTERM);
        BOOST_TEST(life.run() == 0);
        BOOST_TEST(is_known == reloads);
    }
}

BOOST_AUTO_TEST_CASE(a_reload_while_stopping_reads_nothing)
{
    Life life;
    life.red_hat({"web"});
    life.host.stop_of("web").takes = 3s;
    life.host.signal_at(2s, SIGTERM);
    life.host.signal_at(3s, SIGHUP);
    BOOST_TEST(life.run() == 0);
    BOOST_TEST(life.host.has_said("not read again while stopping"));
    BOOST_TEST(!life.host.has_said("re-reading"));
}

BOOST_AUTO_TEST_CASE(while_stopping_nobody_looks_for_a_run_by_hand)
{
    Life life;
    life.red_hat({"sshd", "web"});
    life.host.stop_of("sshd").takes = 3s;
    life.host.signal_at(500ms, SIGTERM);
    life.host.daemon_ends_at(600ms, "web", killed_by(SIGKILL));
    BOOST_TEST(life.run() == 0);
    BOOST_TEST(life.host.looks_for_by_hand == 0u);
}

BOOST_AUTO_TEST_CASE(a_pid_file_that_names_another_process_is_followed_when_ownership_is_unsure)
{
    Life life;
    life.red_hat({"web"});
    pid_t renewed = 0;
    life.host.before_event = [&] {
        if (renewed == 0 && life.host.elapsed() >= 1s) {
            renewed = life.host.add_stray(false);
            life.host.file("/var/run/web.pid", std::to_string(renewed) + "\n");
        }
    };
    life.host.at(1s, world::OrphansReaped{});
    life.host.at(2s, world::OwnershipUnsure{});
    life.host.signal_at(3s, SIGTERM);
    BOOST_TEST(life.run() == 0);
    BOOST_TEST(life.host.watched_folders.contains("/var/run"));
    BOOST_TEST(life.host.status_changes_at.contains(2s)); // so the state file is written without a request
}

BOOST_AUTO_TEST_CASE(a_setting_from_a_later_source_wins_over_the_script_s_header)
{
    for (const bool later : {false, true}) {
        Life life;
        life.red_hat({"slow"});
        life.host.file("/etc/rc.d/rc3.d/S10slow", "#!/bin/sh\n# rcinit: start-timeout=20s\n", true);
        life.host.start_of("slow").hangs = true;
        if (later) {
            const std::string environment[] = {"RCINIT_START_TIMEOUT=60s"};
            BOOST_TEST(read_environment_settings(life.settings, environment).empty());
        }
        life.host.signal_at(100s, SIGTERM);
        BOOST_TEST(life.run() == 0);
        BOOST_TEST(life.host.has_said(later ? "within its 60 s" : "within its 20 s"));
        BOOST_TEST(
            (life.host.when("TERM script slow") == life.host.when("start slow") + (later ? 60s : 20s)));
    }
}
