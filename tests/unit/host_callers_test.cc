// SPDX-License-Identifier: MIT
// The host's channels as a whole, on the real loop: what clients want arrives as events, and what they read
// is there in time.
#define BOOST_TEST_MODULE host_callers
#include "host/callers.h"

#include "control/control_client.h"
#include "control/initctl_client.h"
#include "control/status_file.h"
#include "event_taker.h"
#include "recording_log.h"
#include "temporary_folder.h"

#include <boost/test/unit_test.hpp>

#include <sys/wait.h>
#include <unistd.h>

using namespace init;
using namespace std::chrono_literals;

namespace {

struct Fixture {
    tests::TemporaryFolder root;
    test::RecordingLog log;
    host::Loop loop{std::move(*host::Loop::open()), log};
    std::vector<std::string> fifos{root / "initctl"};
    std::string state = root / "state";
    host::Callers callers{loop, log, {fifos, {state}}};
    test::EventTaker taker{loop};
    model::StatusReport report;

    Fixture()
    {
        report.state = "entering";
        callers.on_status([this](bool) { return report; });
        callers.open();
    }
    bool sends(char level) const
    {
        model::InitctlRequest request;
        request.runlevel = level;
        return control::send_initctl(request, {fifos, 100ms}).empty();
    }
    std::string status() const
    {
        const auto text = control::read_status_file(state);
        return text ? *text : std::string{};
    }
    bool shows(const std::string& word) const { return status().find(word) != std::string::npos; }
    /// Asks from a child while the loop runs here; true when the answer held `word`.
    bool answers(const std::string& line, const std::string& word)
    {
        const pid_t client = ::fork();
        if (client == 0) {
            const auto got = control::ask(state, line);
            ::_exit(got && got->find(word) != std::string::npos ? 0 : 1);
        }
        int result = -1;
        BOOST_TEST(taker.wait_until([&] { return ::waitpid(client, &result, WNOHANG) == client; }));
        return result == 0;
    }
};

} // namespace

BOOST_FIXTURE_TEST_CASE(the_status_stands_there_at_once_and_follows_a_burst_of_changes_once, Fixture)
{
    BOOST_TEST(shows("entering"));
    taker.pass(400ms); // the folder was new, so the status is written once more
    report.state = "running";
    const world::TimePoint begin = loop.now();
    for (int i = 0; i < 10; ++i)
        callers.status_changed();
    taker.pass(50ms);
    BOOST_TEST(shows("entering"));
    BOOST_TEST(taker.wait_until([&] { return shows("running"); }));
    BOOST_TEST((loop.now() - begin >= 300ms));
    report.state = "stopping";
    taker.pass(400ms);
    BOOST_TEST(shows("running")); // nobody has said that it changed
}

BOOST_FIXTURE_TEST_CASE(requests_by_fifo_and_by_socket_become_events, Fixture)
{
    BOOST_TEST(sends('3'));
    BOOST_TEST(taker.wait_until([&] { return taker.count<world::Requested>() == 1; }));
    BOOST_TEST(taker.all<world::Requested>()[0].request.runlevel == '3');
    BOOST_TEST(answers("runlevel 5", "accepted"));
    BOOST_REQUIRE(taker.count<world::Requested>() == 2);
    BOOST_TEST(taker.all<world::Requested>()[1].request.runlevel == '5');
    BOOST_TEST(answers("status", "entering"));
}

BOOST_FIXTURE_TEST_CASE(the_fifo_closes_and_opens_and_a_closed_one_is_not_mended, Fixture)
{
    callers.control_channel(false);
    BOOST_TEST(!sends('3'));
    callers.mend();
    BOOST_TEST(!sends('3'));
    callers.control_channel(true);
    BOOST_TEST(sends('4'));
    BOOST_TEST(taker.wait_until([&] { return taker.count<world::Requested>() == 1; }));
}

BOOST_FIXTURE_TEST_CASE(what_a_script_removed_is_made_anew, Fixture)
{
    std::filesystem::remove_all(state);
    std::filesystem::remove(fifos[0]);
    callers.mend();
    BOOST_TEST(sends('3'));
    BOOST_TEST(answers("status", "entering"));
    BOOST_TEST(taker.wait_until([&] { return shows("entering"); }));
    BOOST_TEST(taker.count<world::Requested>() == 1U);
}

BOOST_FIXTURE_TEST_CASE(from_the_reserve_on_nobody_is_heard_and_nothing_is_written, Fixture)
{
    taker.pass(400ms);
    loop.begin_reserve();
    report.state = "stopping";
    callers.status_changed();
    BOOST_TEST(sends('3')); // the FIFO takes it, nobody reads it
    taker.pass(400ms);
    BOOST_TEST(taker.events.empty());
    BOOST_TEST(shows("entering"));
}
