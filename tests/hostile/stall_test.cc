// SPDX-License-Identifier: MIT
// PID 1 of whole lives under the stall watch: whatever scripts, users and callers do, it stays in no system
// call but its wait, and computes only for moments. First that the watch itself notices.
#define BOOST_TEST_MODULE hostile_stall
#include "container.h"
#include "stall_watch.h"

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <poll.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <functional>

namespace ut = boost::unit_test;
using namespace boot;
using hostile::StallReport;
using hostile::StallWatch;

namespace {

bool is_long()
{
    const char* const mode = std::getenv("RCINIT_LONG");
    return mode != nullptr && std::string_view{mode} == "yes";
}

void wait_in_epoll(milliseconds time)
{
    const int events = ::epoll_create1(EPOLL_CLOEXEC);
    epoll_event event{};
    ::epoll_wait(events, &event, 1, static_cast<int>(time.count()));
    ::close(events);
}

void compute(milliseconds time)
{
    timespec used{};
    do
        ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
    while (used.tv_sec * 1000 + used.tv_nsec / 1'000'000 < time.count());
}

/// A process that does this between two waits once it is told to, under the watch.
StallReport watched(const std::function<void()>& work)
{
    int go[2];
    BOOST_REQUIRE(::pipe(go) == 0);
    const pid_t child = ::fork();
    if (child == 0) {
        ::prctl(PR_SET_PDEATHSIG, SIGKILL);
        ::prctl(PR_SET_PTRACER, PR_SET_PTRACER_ANY);
        pollfd told{go[0], POLLIN, 0};
        ::poll(&told, 1, 10'000);
        wait_in_epoll(1ms);
        work();
        wait_in_epoll(1ms);
        ::_exit(0);
    }
    // The first call, in which it waits to be told, has begun before the watch.
    const StallWatch watch{child};
    BOOST_TEST((::write(go[1], "g", 1) == 1));
    BOOST_TEST((::waitpid(child, nullptr, 0) == child));
    ::close(go[0]);
    ::close(go[1]);
    return watch.report();
}

/// A life under the watch: what is in it, and what is done between boot and stop.
struct Scene {
    const char* name;
    Layout layout;
    void (*furnish)(Container& box);
    void (*live)(Container& box);
};
std::ostream& operator<<(std::ostream& out, const Scene& scene)
{
    return out << scene.name;
}

void no_more(Container&) {}

void many_names(Container& box)
{
    const std::string count = is_long() ? "1000000" : "30000";
    const Ran ran = box.exec({"/opt/attacker", "0", "names", "/var/lock/subsys", count}, 180s);
    BOOST_TEST(ran.status == 0);
}

void crowd(Container& box)
{
    box.exec({"/opt/helper", "crowd", "8", "60"});
    BOOST_TEST(box.wait_for([&] { return box.count_processes() > 480U; }, 30s));
    BOOST_TEST(box.exec({"rcinit", "status"}).status == 0);
}

constexpr std::size_t chatty_lines = 30'000;

void chatty(Container& box)
{
    box.script("chatty", "/opt/helper lines " + std::to_string(chatty_lines) + "\n");
    box.enable("chatty", 50, 50);
}

void stuck(Container& box)
{
    chatty(box);
    box.output(Output::stuck);
}

/// Callers whose output nobody reads: their pipes are full soon.
void call(Container& box)
{
    Session caller = box.exec_start({"sh", "-c", "service chatty start | sleep 100"});
    // The script waits for its caller then; what it has written so far comes after the lines of the boot.
    const auto has_begun = [&] { return box.log_lines("chatty: line ").size() > chatty_lines; };
    BOOST_TEST(box.wait_for(has_begun, 30s));
}

void big_inittab(Container& box)
{
    std::string text = box.read("/etc/inittab");
    for (int i = 0; i < 3000; ++i)
        text += "a" + std::to_string(i) + ":4:respawn:/opt/helper serve\n";
    const int at_work = is_long() ? 1000 : 50;
    for (int i = 0; i < at_work; ++i)
        text += "b" + std::to_string(i) + ":23:respawn:/opt/helper serve\n";
    box.inittab(text);
}

void read_again(Container& box)
{
    for (int i = 0; i < 3; ++i)
        BOOST_TEST(box.exec({"telinit", "q"}).status == 0);
    BOOST_TEST(box.wait_for([&] { return box.log_lines("re-reading").size() >= 3U; }));
}

const Scene scenes[] = {
    {"a stock tree, red hat", Layout::red_hat, no_more, no_more},
    {"a stock tree, debian", Layout::debian, no_more, no_more},
    {"a crowd that is deaf", Layout::red_hat, no_more, crowd},
    {"a full lock folder", Layout::red_hat, no_more, many_names},
    {"a stuck stdout", Layout::debian, stuck, no_more},
    {"a caller's full pipe", Layout::debian, chatty, call},
    {"a big inittab, read again", Layout::red_hat, big_inittab, read_again},
};

} // namespace

BOOST_AUTO_TEST_SUITE(the_watch)

BOOST_AUTO_TEST_CASE(a_call_that_waits_is_noticed)
{
    const StallReport report = watched([] {
        int ends[2];
        if (::pipe(ends) != 0)
            return;
        if (::fork() == 0) { // the other end is silent for a while
            ::close(ends[0]);
            ::poll(nullptr, 0, 150);
            ::_exit(0);
        }
        ::close(ends[1]);
        char byte = 0;
        static_cast<void>(::read(ends[0], &byte, 1));
    });
    BOOST_REQUIRE(report.has_watched);
    BOOST_TEST(report.waits >= 2U);
    BOOST_REQUIRE(report.faults.size() == 1U);
    BOOST_TEST(report.faults.front().find("read(") == 0U, report.faults.front());
    BOOST_TEST(report.faults.front().find("pipe:") != std::string::npos, report.faults.front());
}

BOOST_AUTO_TEST_CASE(a_long_computation_between_two_waits_is_noticed)
{
    const StallReport report = watched([] { compute(300ms); });
    BOOST_REQUIRE(report.has_watched);
    BOOST_REQUIRE(report.faults.size() == 1U);
    BOOST_TEST(report.faults.front().find("computed for") == 0U, report.faults.front());
}

BOOST_AUTO_TEST_CASE(a_wait_and_a_short_computation_are_no_fault)
{
    const StallReport report = watched([] {
        compute(20ms);
        wait_in_epoll(300ms);
        compute(20ms);
    });
    BOOST_REQUIRE(report.has_watched);
    BOOST_TEST(report.waits >= 3U);
    BOOST_TEST(report.faults.empty(), joined(report.faults));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(stalls, *ut::precondition(containers_work))

BOOST_DATA_TEST_CASE(PID_1_stalls_nowhere, ut::data::make(scenes), scene)
{
    Container box{scene.layout};
    box.bring(HOSTILE_ATTACKER, "/opt/attacker");
    for (int i = 0; i < 10; ++i) {
        const std::string name = "s" + std::to_string(i);
        box.service(name);
        box.enable(name, 10 + i, 90 - i);
    }
    scene.furnish(box);
    box.start();
    const StallWatch watch{box.pid_of_init()};
    BOOST_TEST(box.wait_for_state("running", 60s));
    scene.live(box);
    const hostile::StallReport before = watch.report();
    const Ended end = box.stop(SIGTERM, 60s);
    BOOST_TEST(end.over);
    const StallReport report = watch.report();
    BOOST_TEST_REQUIRE(report.has_watched);
    BOOST_TEST(report.waits > before.waits);
    BOOST_TEST(report.faults.empty(), joined(report.faults));
    BOOST_TEST_MESSAGE(scene.name << ": " << report.calls << " calls, " << report.waits
                                  << " waits; the longest: " << report.longest
                                  << "; before the stop: " << before.longest);
}

BOOST_AUTO_TEST_SUITE_END()
