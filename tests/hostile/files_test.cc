// SPDX-License-Identifier: MIT
// Files that go away under init: what it made itself is mounted over or removed, what it reads lies with a
// file server that falls silent, a pid file is older than the process that it names.
#define BOOST_TEST_MODULE hostile_files
#include "container.h"

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <iostream>

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

/// The grace of the runtime; what it sees must lie before its KILL.
constexpr milliseconds grace = 10s;

/// A container in which a file server shows a part of the tree, first of all and until the end. `web` has
/// nothing to do with that part.
struct Served : Container {
    Served()
    {
        service("web");
        enable("web", 40, 90);
    }
    /// `place` is moved aside and shown again from there by the server.
    void serve(const std::string& place, bool silent)
    {
        const std::string aside = "/opt/aside";
        file("/opt/.keep", "");
        script("server", "[ \"$1\" = start ] || exit 0\ncp -a " + place + " " + aside + " && " +
                             (silent ? ": >/tmp/silence && " : "") + "/opt/helper file-server " + place +
                             " " + aside + " --silence /tmp/silence --deaf\n");
        enable("server", 5);
    }
    void fall_silent() { file("/tmp/silence", ""); }
    /// That the server can be had at all; where not, the test is left out.
    bool is_served(const std::string& place)
    {
        const bool is = read("/proc/1/mounts").find(" " + place + " fuse ") != std::string::npos;
        if (!is)
            std::cout << "left out: no file server can be had here\n";
        return is;
    }
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

BOOST_AUTO_TEST_CASE(a_file_server_that_falls_silent_costs_a_stop_the_script_that_lies_there)
{
    Served box;
    box.service("far");
    box.enable("far", 20, 20); // its stop comes first
    box.serve("/etc/rc.d/init.d/far", false);
    BOOST_REQUIRE(box.boot());
    if (!box.is_served("/etc/rc.d/init.d/far"))
        return;
    BOOST_TEST(box.count_events("far start") == 1);
    box.fall_silent();
    const Ended end = box.stop();
    BOOST_TEST(end.over);
    BOOST_TEST(end.took.count() < grace.count());
    BOOST_TEST(end.status == 73); // a service was not stopped by its script, and that is no success
    BOOST_TEST(box.count_events("web stop") == 1);
}

BOOST_AUTO_TEST_CASE(a_file_server_that_is_silent_from_the_start_costs_a_boot_the_script_that_lies_there)
{
    Served box;
    box.service("far");
    box.enable("far", 20, 20);
    box.environment("RCINIT_START_TIMEOUT=3s");
    box.serve("/etc/rc.d/init.d/far", true);
    box.start();
    BOOST_TEST(box.wait_for_event("web start", 30s));
    if (!box.is_served("/etc/rc.d/init.d/far"))
        return;
    BOOST_TEST(box.count_events("far start") == 0);
    BOOST_TEST(box.log_lines("its file server (fuse) does not answer").size() == 1);
    const Ended end = box.stop();
    BOOST_TEST(end.took.count() < grace.count());
    BOOST_TEST(box.count_events("web stop") == 1);
}

BOOST_AUTO_TEST_CASE(a_silent_folder_of_links_costs_its_scripts_and_the_status_says_so)
{
    Served box;
    box.serve("/etc/rc.d/rc0.d", false);
    BOOST_REQUIRE(box.boot());
    if (!box.is_served("/etc/rc.d/rc0.d"))
        return;
    box.fall_silent();
    const Ended end = box.stop();
    BOOST_TEST(end.over);
    BOOST_TEST(end.took.count() < grace.count());
    BOOST_TEST(end.status == 73);
    BOOST_TEST(box.count_events("web stop") == 1); // by its script, which lies elsewhere
}

BOOST_AUTO_TEST_CASE(a_silent_folder_of_a_pid_file_costs_nothing_but_the_file)
{
    Served box;
    box.file("/srv/app/app.pid", "1\n");
    box.script("app", "# pidfile: /srv/app/app.pid\necho \"app $1\" >>/var/events\n");
    box.enable("app", 20, 20);
    box.serve("/srv/app", false);
    BOOST_REQUIRE(box.boot());
    if (!box.is_served("/srv/app"))
        return;
    box.fall_silent();
    BOOST_TEST(box.exec({"rcinit", "status"}).status == 0);
    const Ended end = box.stop();
    BOOST_TEST(end.took.count() < grace.count());
    BOOST_TEST(end.status == 0);
    BOOST_TEST(box.count_events("app stop") == 1);
    BOOST_TEST(box.count_events("web stop") == 1);
}

BOOST_AUTO_TEST_CASE(a_silent_configuration_keeps_neither_a_reload_nor_the_stop_behind_it)
{
    Served box;
    box.file("/etc/rcinit.conf.d/a.conf", "grace = 10s\n");
    box.serve("/etc/rcinit.conf.d", false);
    BOOST_REQUIRE(box.boot());
    if (!box.is_served("/etc/rcinit.conf.d"))
        return;
    box.fall_silent();
    BOOST_TEST(box.exec({"telinit", "q"}).status == 0);
    BOOST_TEST(box.wait_for_log("its file server (fuse) does not answer"));
    const Ended end = box.stop();
    BOOST_TEST(end.took.count() < grace.count());
    BOOST_TEST(end.status == 0);
    BOOST_TEST(box.count_events("web stop") == 1);
}

BOOST_AUTO_TEST_CASE(helpers_have_no_more_rights_than_they_need)
{
    Container box;
    box.service("web");
    box.enable("web", 10, 90);
    BOOST_REQUIRE(box.boot());
    const auto status_of = [&](const char* comm, const std::string& line) {
        for (const Process& process : box.processes())
            if (process.comm == comm) {
                const std::string text = box.read("/proc/" + std::to_string(process.pid) + "/status");
                const std::size_t begin = text.find(line + ":\t");
                return begin == std::string::npos ? "none"
                                                  : text.substr(begin, text.find('\n', begin) - begin);
            }
        return std::string("no such process");
    };
    for (const char* set : {"CapEff", "CapPrm", "CapInh", "CapBnd", "CapAmb"})
        BOOST_TEST(status_of("rc-scribe", set) == std::string(set) + ":\t0000000000000000");
    BOOST_TEST(status_of("rc-scribe", "NoNewPrivs") == "NoNewPrivs:\t1");
#if !defined(__SANITIZE_ADDRESS__) && (defined(__x86_64__) || defined(__aarch64__))
    BOOST_TEST(status_of("rc-scribe", "Seccomp") == "Seccomp:\t2");
#endif
    // What scripts inherit is what init has.
    for (const char* comm : {"rc-spawner", "rc-keeper"})
        for (const char* line : {"CapEff", "CapPrm", "CapBnd", "NoNewPrivs", "Seccomp"})
            BOOST_TEST(status_of(comm, line) == status_of("init", line));
    BOOST_TEST(box.stop().status == 0);
}

BOOST_AUTO_TEST_SUITE_END()
