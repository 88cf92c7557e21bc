// SPDX-License-Identifier: MIT
// Where there is no more of something: descriptors, processes, room in the log. It costs time, and never a
// K-script, an entry of the inittab, or a line of init's own.
#define BOOST_TEST_MODULE hostile_pressure
#include "container.h"

#include <boost/test/unit_test.hpp>

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <iostream>
#include <set>

namespace ut = boost::unit_test;
using namespace boot;

namespace {

/// A pids cgroup for what is started while the test is in it. Where none can be made the test is left out.
class PidsLimit {
public:
    PidsLimit()
    {
        std::ifstream groups{"/proc/self/cgroup"};
        for (std::string line; std::getline(groups, line);)
            if (const auto at = line.find(":pids:"); at != std::string::npos)
                before_ = "/sys/fs/cgroup/pids" + line.substr(at + 6);
        folder_ = before_ + "/rcinit-pressure-" + std::to_string(::getpid());
        if (before_.empty() || (::mkdir(folder_.c_str(), 0755) != 0 && errno != EEXIST))
            folder_.clear();
        else if (!move(folder_))
            remove();
    }
    PidsLimit(const PidsLimit&) = delete;
    PidsLimit& operator=(const PidsLimit&) = delete;
    ~PidsLimit() { remove(); }

    [[nodiscard]] bool is_there() const
    {
        if (folder_.empty())
            std::cout << "skip - " << ut::framework::current_test_case().p_name.get()
                      << ": no pids cgroup can be made\n";
        return !folder_.empty();
    }
    /// The test itself; what it has started stays.
    void leave() const { move(before_); }
    void set(std::size_t most) const { std::ofstream{folder_ + "/pids.max"} << most; }
    void lift() const { std::ofstream{folder_ + "/pids.max"} << "max"; }
    [[nodiscard]] std::size_t now() const
    {
        std::size_t count = 0;
        std::ifstream{folder_ + "/pids.current"} >> count;
        return count;
    }

private:
    static bool move(const std::string& folder)
    {
        std::ofstream procs{folder + "/cgroup.procs"};
        procs << ::getpid() << std::flush;
        return procs.good();
    }
    void remove()
    {
        if (folder_.empty())
            return;
        leave();
        for (int tries = 0; ::rmdir(folder_.c_str()) != 0 && errno == EBUSY && tries < 1000; ++tries)
            ::usleep(1000); // what has ended is on its way out
        folder_.clear();
    }

    std::string before_, folder_;
};

/// Its daemon keeps the script's output open.
std::string talker(const std::string& name)
{
    return "case $1 in\nstart) /opt/helper daemon --keep-output --lines 100 --pidfile /var/run/" + name +
           ".pid; : >/var/lock/subsys/" + name + " ;;\nstop) echo '" + name +
           " stop' >>/var/events; rm -f /var/lock/subsys/" + name + "; read p </var/run/" + name +
           ".pid; kill $p ;;\nesac\n";
}

/// `name` was stopped once, each of them.
void check_stops(Container& box, const std::string& name, std::size_t count)
{
    std::multiset<std::string> stops;
    for (const std::string& event : box.events())
        if (event.starts_with(name) && event.ends_with(" stop"))
            stops.insert(event);
    BOOST_TEST(stops.size() == count);
    BOOST_TEST(std::set<std::string>(stops.begin(), stops.end()).size() == count);
}

} // namespace

BOOST_AUTO_TEST_SUITE(hostile, *ut::precondition(containers_work))

BOOST_AUTO_TEST_CASE(six_hundred_daemons_with_1024_descriptors_are_started_and_stopped)
{
    constexpr std::size_t daemons = 600;
    Container box;
    box.environment("RCINIT_GRACE=120s");
    box.arguments({"/bin/sh", "-c", "ulimit -n 1024 && exec /sbin/init"});
    for (std::size_t i = 0; i < daemons; ++i) {
        const std::string name = "d" + std::to_string(i);
        box.script(name, talker(name));
        box.enable(name, 20, 80);
    }
    box.script("limit", "[ $1 = start ] && echo \"limit $(ulimit -Sn) $(ulimit -Hn)\" >>/var/events\n");
    box.enable("limit", 90);
    BOOST_REQUIRE(box.boot(120s));
    BOOST_TEST(box.count_events("limit 1024 1024") == 1);
    BOOST_TEST(box.processes("/opt/helper daemon").size() == daemons);
    BOOST_TEST(box.log_lines("no room").empty());
    BOOST_TEST(box.exec({"rcinit", "status"}).status == 0);
    const Ended end = box.stop(SIGTERM, 150s);
    BOOST_TEST(end.status == 0);
    check_stops(box, "d", daemons);
}

BOOST_AUTO_TEST_CASE(two_hundred_entries_that_have_ended_hold_no_keeper_and_no_descriptor)
{
    Container box;
    std::string table = "id:3:initdefault:\nlast:3:wait:/bin/sh -c 'echo last >>/var/events'\n";
    for (int i = 0; i < 200; ++i)
        table += "e" + std::to_string(i) + ":3:once:/bin/echo here\n";
    box.inittab(table);
    BOOST_REQUIRE(box.boot());
    BOOST_TEST(box.wait_for([&] { return box.log_lines(": here").size() == 200; }));
    BOOST_TEST(box.wait_for([&] { return box.processes("rc-keeper").size() <= 4; }));
    const auto descriptors = [&] { return std::stoul("0" + box.shell("ls /proc/1/fd | wc -l").output); };
    BOOST_TEST(box.wait_for([&] { return descriptors() < 40; }), descriptors());
    BOOST_TEST(box.stop().status == 0);
}

BOOST_AUTO_TEST_CASE(no_process_free_for_a_while_costs_no_K_script)
{
    PidsLimit limit;
    if (!limit.is_there())
        return;
    Container box;
    for (const char* name : {"one", "two", "three", "four"})
        box.script(name, talker(name));
    for (const char* name : {"one", "two", "three", "four"})
        box.enable(name, 20, 80);
    BOOST_REQUIRE(box.boot());
    limit.leave();
    limit.set(1);
    box.stop_signal();
    BOOST_TEST(box.wait_for_log("no room to run its script now"));
    limit.lift();
    const Ended end = box.wait_exit();
    BOOST_TEST(end.status == 0);
    for (const char* name : {"one", "two", "three", "four"})
        BOOST_TEST(box.count_events(std::string(name) + " stop") == 1);
}

BOOST_AUTO_TEST_CASE(a_respawn_entry_that_has_no_room_is_up_again_as_soon_as_there_is)
{
    PidsLimit limit;
    if (!limit.is_there())
        return;
    Container box;
    box.inittab("id:3:initdefault:\nr1:3:respawn:/opt/helper serve\n");
    BOOST_REQUIRE(box.boot());
    const auto served = [&] { return box.processes("/opt/helper serve"); };
    BOOST_REQUIRE(box.wait_for([&] { return served().size() == 1; }));
    limit.leave();
    limit.set(1);
    const pid_t first = served().front().pid;
    BOOST_TEST(box.exec({"kill", std::to_string(first)}).status == 0);
    BOOST_TEST(box.wait_for_log("entry r1: no room to start"));
    limit.lift();
    BOOST_TEST(box.wait_for([&] { return served().size() == 1 && served().front().pid != first; }));
    BOOST_TEST(box.log_lines("too fast").empty());
    BOOST_TEST(box.log_lines("no room to start").size() == 1);
    BOOST_TEST(box.stop().status == 0);
}

BOOST_AUTO_TEST_CASE(a_scribe_killed_where_no_process_is_free_is_made_anew_and_no_line_is_lost)
{
    PidsLimit limit;
    if (!limit.is_there())
        return;
    Container box;
    box.script("web", talker("web"));
    box.enable("web", 20, 80);
    BOOST_REQUIRE(box.boot());
    limit.leave();
    limit.set(1);
    const auto scribes = [&] { return box.processes("rc-scribe"); };
    BOOST_REQUIRE(scribes().size() == 1);
    const std::string victim = std::to_string(scribes().front().pid);
    BOOST_TEST(box.exec({"kill", "-KILL", victim}).status == 0);
    BOOST_TEST(box.wait_for([&] { return scribes().empty(); }));
    const pid_t daemon = box.pid_in("/var/run/web.pid");
    BOOST_TEST(box.exec({"kill", "-USR1", std::to_string(daemon)}).status == 0);
    limit.lift();
    BOOST_TEST(box.wait_for_log("web: line 100\n"));
    BOOST_TEST(box.log_lines("web: line ").size() == 100);
    BOOST_TEST(!box.log_lines("cannot make another scribe").empty());
    BOOST_TEST(box.stop().status == 0);
}

BOOST_AUTO_TEST_CASE(keepers_killed_where_no_process_is_free_are_replaced_and_no_daemon_loses_its_output)
{
    PidsLimit limit;
    if (!limit.is_there())
        return;
    Container box;
    box.script("web", talker("web"));
    box.enable("web", 20, 80);
    box.inittab("id:3:initdefault:\nl3:3:wait:/etc/rc.d/rc 3\nr1:3:respawn:/opt/helper serve --lines 100 "
                "--keep-output --pidfile /var/run/r1.pid\nl0:0:wait:/etc/rc.d/rc 0\n");
    BOOST_REQUIRE(box.boot());
    BOOST_REQUIRE(box.wait_for([&] { return box.pid_in("/var/run/r1.pid") != 0; }));
    limit.leave();
    limit.set(1);
    std::string kill = "kill -KILL";
    for (const Process& keeper : box.processes("rc-keeper"))
        kill += " " + std::to_string(keeper.pid);
    BOOST_TEST(box.shell(kill).status == 0);
    BOOST_TEST(box.wait_for([&] { return box.processes("rc-keeper").empty(); }));
    for (const char* file : {"/var/run/web.pid", "/var/run/r1.pid"})
        BOOST_TEST(box.shell("kill -USR1 " + std::to_string(box.pid_in(file))).status == 0);
    limit.lift();
    for (const char* name : {"web", "r1"}) {
        BOOST_TEST(box.wait_for_log(std::string(name) + ": line 100\n"), name);
        BOOST_TEST(box.log_lines(std::string(name) + ": line ").size() == 100, name);
    }
    BOOST_TEST(box.stop().status == 0);
    BOOST_TEST(box.count_events("web stop") == 1);
}

BOOST_AUTO_TEST_CASE(daemons_that_flood_cost_no_line_of_inits_own)
{
    constexpr std::size_t flooding = 8;
    constexpr std::size_t failing = 60;
    Container box;
    box.environment("RCINIT_GRACE=100s");
    // More of them than the one that writes it all can keep up with, as long as the boot and the stop last.
    for (std::size_t i = 0; i < flooding; ++i) {
        const std::string name = "flood" + std::to_string(i);
        box.script(name, "yes flood | head -c 4000000 &\n: >/var/lock/subsys/" + name + "\n");
        box.enable(name, 10, 10);
    }
    for (std::size_t i = 0; i < failing; ++i) {
        const std::string name = "f" + std::to_string(i) + "x";
        box.script(name, "exit 1\n");
        box.enable(name, 20);
    }
    box.service("web");
    box.enable("web", 30, 70);
    BOOST_REQUIRE(box.boot(180s));
    const Ended end = box.stop(SIGTERM, 120s);
    BOOST_TEST(end.over);
    for (std::size_t i = 0; i < failing; ++i)
        BOOST_TEST(box.log_lines("init: f" + std::to_string(i) + "x: start ").size() == 1);
    for (const char* line : {"init: rcinit ", "init: entering runlevel: 3", "init: runlevel 3 reached",
                             "init: stopping through runlevel 0"})
        BOOST_TEST(box.log_lines(line).size() == 1, line);
    BOOST_TEST(box.log_lines("of init's own").empty());
    BOOST_TEST(box.count_events("web stop") == 1);
}

BOOST_AUTO_TEST_SUITE_END()
