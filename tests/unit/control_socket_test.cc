// SPDX-License-Identifier: MIT
// Both ends of the control socket: who may do what, and what clients cannot do to init.
#define BOOST_TEST_MODULE control_socket
#include "control/callers.h"
#include "control/control_client.h"
#include "control/control_socket.h"
#include "recording_waiter.h"
#include "temporary_folder.h"
#include "text/status_json.h"

#include <boost/test/unit_test.hpp>

#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cstring>
#include <thread>

using namespace init::control;
using init::model::InitctlRequest;
using init::system::UniqueFd;
using init::tests::RecordingWaiter;
using init::tests::TemporaryFolder;
using std::chrono::seconds;

namespace {

using Clock = std::chrono::steady_clock;

std::size_t open_descriptors()
{
    std::size_t count = 0;
    for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator{"/proc/self/fd"})
        ++count;
    return count;
}

struct Fixture {
    TemporaryFolder root;
    RecordingWaiter waiter;
    std::vector<std::string> log;
    std::vector<InitctlRequest> heard;
    std::string status = R"({"schema":1,"services":[]})";
    Clock::time_point now = Clock::now();
    std::vector<init::world::Event> events;
    Callers callers{waiter, [this](init::world::Event event) { events.push_back(std::move(event)); }};
    ControlSocket socket{waiter,
                         {[this] { return status; }, [this](const InitctlRequest& r) { heard.push_back(r); },
                          [this](UniqueFd connection, UniqueFd pipe, CallRequest call) {
                              callers.admit(std::move(connection), std::move(pipe), std::move(call));
                          },
                          [this](std::string_view line) { log.emplace_back(line); }, [this] { return now; }}};

    Fixture()
    {
        std::filesystem::permissions(root.path(), std::filesystem::perms{0755});
        socket.mend(root.path());
    }
    void turn(int limit_ms = 0) { waiter.turn(limit_ms); }
    /// Asks from a thread while this one plays init.
    std::string ask_while_turning(const std::string& line)
    {
        std::atomic<bool> over = false;
        std::string answer;
        std::thread client{[&] {
            const auto got = ask(root.path(), line);
            answer = got ? *got : got.error().message();
            over = true;
        }};
        while (!over)
            turn(1);
        client.join();
        return answer;
    }
    [[nodiscard]] UniqueFd connect() const
    {
        UniqueFd fd{::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)};
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        std::strcpy(address.sun_path, (root / "control").c_str());
        if (::connect(fd.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) != 0)
            fd.reset();
        return fd;
    }
    static void send(const UniqueFd& fd, std::string_view text)
    {
        BOOST_TEST(::send(fd.get(), text.data(), text.size(), MSG_NOSIGNAL) ==
                   static_cast<ssize_t>(text.size()));
    }
    static std::string received(const UniqueFd& fd)
    {
        char text[4096];
        const ssize_t got = ::recv(fd.get(), text, sizeof text, 0);
        return got > 0 ? std::string(text, static_cast<std::size_t>(got)) : std::string{};
    }
};

/// Runs `work` as nobody in a child, while `turn` is called; true when it returned true there.
template <class Work, class Turn> bool succeeds_as_nobody(Work work, Turn turn)
{
    const pid_t child = ::fork();
    if (child == 0)
        ::_exit(::setresgid(65534, 65534, 65534) == 0 && ::setresuid(65534, 65534, 65534) == 0 && work() ? 0
                                                                                                         : 1);
    int state = 0;
    while (::waitpid(child, &state, WNOHANG) == 0)
        turn();
    return WIFEXITED(state) && WEXITSTATUS(state) == 0;
}

auto is_root()
{
    return boost::unit_test::precondition(
        [](auto) { return boost::test_tools::assertion_result{::geteuid() == 0}; });
}

} // namespace

BOOST_FIXTURE_TEST_CASE(status_is_answered_and_the_stream_ends, Fixture)
{
    BOOST_TEST(ask_while_turning("status") == status);
    BOOST_TEST(socket.clients() == 0);
    BOOST_TEST(!socket.next_expiry().has_value());
}

BOOST_FIXTURE_TEST_CASE(a_long_answer_arrives_whole, Fixture)
{
    status = std::string(1'500'000, 'x');
    BOOST_TEST((ask_while_turning("status") == status));
}

BOOST_FIXTURE_TEST_CASE(our_own_user_may_act, Fixture)
{
    BOOST_TEST(ask_while_turning("runlevel 5 7").find("accepted") != std::string::npos);
    BOOST_TEST(ask_while_turning("reload").find("accepted") != std::string::npos);
    BOOST_REQUIRE(heard.size() == 2);
    BOOST_TEST(heard[0].runlevel == '5');
    BOOST_TEST((heard[0].sleeptime == seconds{7}));
    BOOST_TEST(heard[1].runlevel == 'q');
}

BOOST_FIXTURE_TEST_CASE(an_unknown_request_is_refused_in_words, Fixture)
{
    BOOST_TEST(init::text::error_in(ask_while_turning("explode")).find("explode") != std::string::npos);
    BOOST_TEST(
        !init::text::error_in(ask_while_turning(std::string(200, 'x') + std::string(200, ' '))).empty());
    BOOST_TEST(heard.empty());
}

BOOST_FIXTURE_TEST_CASE(a_stranger_cannot_even_connect, Fixture, *is_root())
{
    const auto turn_once = [this] { turn(5); };
    const auto is_denied = [this] { return !connect() && errno == EACCES; };
    BOOST_TEST(succeeds_as_nobody(is_denied, turn_once));
    ::umask(0);
    ::unlink((root / "control").c_str());
    socket.mend(root.path());
    BOOST_TEST(succeeds_as_nobody(is_denied, turn_once));
    struct stat facts {};
    BOOST_TEST(::stat((root / "control").c_str(), &facts) == 0);
    BOOST_TEST((facts.st_mode & 07777) == 0600U);
    BOOST_TEST(succeeds_as_nobody(
        [this] { return ask(root.path(), "status").error() == boost::system::errc::permission_denied; },
        turn_once));
    BOOST_TEST(heard.empty());
}

BOOST_FIXTURE_TEST_CASE(a_stranger_whom_the_mode_let_in_is_hung_up_on, Fixture, *is_root())
{
    ::chmod((root / "control").c_str(), 0666);
    BOOST_TEST(succeeds_as_nobody(
        [this] {
            const auto answer = ask(root.path(), "runlevel 0");
            return !answer || answer->empty();
        },
        [this] { turn(5); }));
    BOOST_TEST(heard.empty());
    BOOST_TEST(socket.clients() == 0);
}

BOOST_FIXTURE_TEST_CASE(a_request_may_come_in_pieces, Fixture)
{
    const UniqueFd client = connect();
    turn();
    send(client, "sta");
    turn();
    turn();
    BOOST_TEST(received(client).empty());
    send(client, "tus\n");
    turn();
    BOOST_TEST(received(client) == status);
}

BOOST_FIXTURE_TEST_CASE(half_a_request_changes_nothing, Fixture)
{
    const UniqueFd client = connect();
    turn();
    send(client, "runlevel 0");
    ::shutdown(client.get(), SHUT_WR);
    turn();
    turn();
    BOOST_TEST(!init::text::error_in(received(client)).empty());
    BOOST_TEST(socket.clients() == 0);
    BOOST_TEST(heard.empty());
}

BOOST_FIXTURE_TEST_CASE(a_silent_client_is_dropped_after_its_time, Fixture)
{
    const UniqueFd client = connect();
    turn();
    BOOST_TEST(socket.clients() == 1);
    BOOST_TEST((socket.next_expiry() == now + ControlSocket::client_life));
    socket.expire(now + seconds{4});
    BOOST_TEST(socket.clients() == 1);
    socket.expire(now + ControlSocket::client_life);
    BOOST_TEST(socket.clients() == 0);
    BOOST_TEST(waiter.size() == 1);
}

BOOST_FIXTURE_TEST_CASE(a_client_that_does_not_read_is_dropped_after_its_time, Fixture)
{
    status = std::string(3'000'000, 'x');
    const UniqueFd client = connect();
    send(client, "status\n");
    for (int i = 0; i < 4; ++i)
        turn();
    BOOST_TEST(socket.clients() == 1);
    BOOST_TEST(waiter.ready().empty()); // nothing spins meanwhile
    socket.expire(now + ControlSocket::client_life);
    BOOST_TEST(socket.clients() == 0);
}

BOOST_FIXTURE_TEST_CASE(more_clients_than_the_limit_wait_their_turn, Fixture)
{
    std::vector<UniqueFd> clients;
    for (std::size_t i = 0; i < ControlSocket::most_clients + 4; ++i)
        clients.push_back(connect());
    turn();
    BOOST_TEST(socket.clients() == ControlSocket::most_clients);
    BOOST_TEST(waiter.ready().empty());
    now += ControlSocket::client_life;
    socket.expire(now);
    turn();
    BOOST_TEST(socket.clients() == 4);
}

BOOST_FIXTURE_TEST_CASE(a_thousand_requests_leave_no_descriptor_behind, Fixture)
{
    const std::size_t before = open_descriptors();
    for (int i = 0; i < 1000; ++i) {
        const UniqueFd client = connect();
        if (i % 3 != 0)
            send(client, i % 3 == 1 ? "status\n" : "runl");
        turn();
        if (i % 3 != 2)
            turn();
    }
    for (int i = 0; i < 20; ++i) {
        turn();
        socket.expire(now + ControlSocket::client_life);
    }
    BOOST_TEST(socket.clients() == 0);
    BOOST_TEST(open_descriptors() == before);
    BOOST_TEST(waiter.size() == 1);
    BOOST_TEST(waiter.unknown_removed == 0);
}

BOOST_FIXTURE_TEST_CASE(a_removed_socket_is_made_anew, Fixture)
{
    ::unlink((root / "control").c_str());
    BOOST_TEST(ask(root.path(), "status").has_error());
    socket.mend(root.path());
    BOOST_TEST(ask_while_turning("status") == status);
    root.write("control.other", "");
    std::filesystem::rename(root / "control.other", root / "control");
    socket.mend(root.path());
    BOOST_TEST(ask_while_turning("status") == status);
    socket.mend("");
    BOOST_TEST(waiter.size() == 0);
}

BOOST_FIXTURE_TEST_CASE(a_folder_that_cannot_be_used_is_said_once, Fixture)
{
    socket.mend(root / "none");
    socket.mend(root / "none");
    BOOST_TEST(log.size() == 1);
    socket.mend(root / std::string(200, 'x'));
    BOOST_TEST(log.size() == 2);
}

BOOST_FIXTURE_TEST_CASE(a_socket_that_cannot_be_waited_for_is_said_once_and_tried_again, Fixture)
{
    ::unlink((root / "control").c_str());
    waiter.refuses = true;
    socket.mend(root.path());
    socket.mend(root.path());
    BOOST_REQUIRE(log.size() == 1);
    BOOST_TEST(log[0].find("cannot wait at") != std::string::npos);
    waiter.refuses = false;
    socket.mend(root.path());
    BOOST_TEST(ask_while_turning("status") == status);
    BOOST_TEST(waiter.unknown_removed == 0);
}

BOOST_FIXTURE_TEST_CASE(a_client_that_cannot_be_waited_for_is_hung_up_on, Fixture)
{
    const std::size_t before = open_descriptors();
    {
        const UniqueFd client = connect();
        waiter.refuses = true;
        turn();
        char byte = 0;
        BOOST_TEST(::recv(client.get(), &byte, 1, 0) == 0);
    }
    waiter.refuses = false;
    BOOST_TEST(socket.clients() == 0);
    BOOST_TEST(open_descriptors() == before);
    BOOST_TEST(ask_while_turning("status") == status);
}

BOOST_FIXTURE_TEST_CASE(a_client_waits_a_bounded_time, Fixture)
{
    const auto begun = Clock::now();
    BOOST_TEST(ask(root.path(), "status", std::chrono::milliseconds{100}).error().value() == ETIMEDOUT);
    BOOST_TEST((Clock::now() - begun < seconds{2}));
    BOOST_TEST(ask("", "status").error().value() == ENOENT);
}

BOOST_FIXTURE_TEST_CASE(a_client_learns_which_process_listens, Fixture)
{
    BOOST_TEST(find_init(root.path()).value() == ::getpid());
    BOOST_TEST(find_init(root / "none").has_error());
}
