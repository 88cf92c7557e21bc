// SPDX-License-Identifier: MIT
// A call for a service's script, from the words on the wire to both ends of the connection.
#define BOOST_TEST_MODULE service_call
#include "control/call_client.h"
#include "control/callers.h"
#include "control/control_client.h"
#include "control/control_socket.h"
#include "recording_waiter.h"
#include "temporary_folder.h"

#include <boost/test/unit_test.hpp>

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <csignal>
#include <cstring>
#include <thread>

using namespace init::control;
using namespace init;
using init::system::UniqueFd;
using init::tests::RecordingWaiter;
using init::tests::TemporaryFolder;
using Kind = CallOutcome::Kind;
using Answer = init::world::CallAnswer::Kind;
using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {

using Clock = std::chrono::steady_clock;

CallRequest sample()
{
    return {"ssh", {"restart", "two words", ""}, {"TERM=xterm", "LC_ALL=C"}, {{7, 1024}, {4, 0}}};
}

struct Bad {
    const char* what;
    std::string bytes;
};
std::string part(char kind, const std::string& text)
{
    return kind + text + '\0';
}
const Bad bad[] = {
    {"nothing", ""},
    {"no service", part('a', "start")},
    {"no end", part('s', "ssh") + "astart"},
    {"an empty part", part('s', "ssh") + std::string(1, '\0')},
    {"a path for a name", part('s', "../ssh")},
    {"a hidden name", part('s', ".ssh")},
    {"an unknown kind", part('s', "ssh") + part('z', "1")},
    {"a variable that could change what runs", part('s', "ssh") + part('e', "LD_PRELOAD=/tmp/x")},
    {"a variable without a value", part('s', "ssh") + part('e', "TERM")},
    {"a limit without a value", part('s', "ssh") + part('l', "7")},
    {"a limit of no resource", part('s', "ssh") + part('l', "16:1")},
    {"a limit with a tail", part('s', "ssh") + part('l', "7:1x")},
};

/// Plays init: serves both ends of its side and answers as a test tells it.
struct Fixture {
    TemporaryFolder root;
    RecordingWaiter waiter;
    std::vector<world::Event> events;
    Callers callers{waiter, [this](world::Event event) { events.push_back(std::move(event)); }};
    ControlSocket socket{waiter,
                         {[] { return std::string("{}"); }, [](const model::InitctlRequest&) {},
                          [this](UniqueFd connection, UniqueFd pipe, CallRequest call) {
                              callers.admit(std::move(connection), std::move(pipe), std::move(call));
                          },
                          [](std::string_view) {}}};

    Fixture()
    {
        std::filesystem::permissions(root.path(), std::filesystem::perms{0755});
        socket.mend(root.path());
    }
    void turn(int limit_ms = 1) { waiter.turn(limit_ms); }
    template <class Event> const Event* find() const
    {
        for (const world::Event& event : events)
            if (const auto* found = std::get_if<Event>(&event))
                return found;
        return nullptr;
    }
    /// Runs a client in a child, with what it writes caught, while `play` is called again and again.
    struct Ran {
        int status = -1;
        std::string output;
    };
    template <class Client, class Play> Ran run_client(Client client, Play play)
    {
        int ends[2];
        BOOST_REQUIRE(::pipe(ends) == 0);
        UniqueFd reader{ends[0]};
        UniqueFd writer{ends[1]};
        child = ::fork();
        if (child == 0) {
            ::dup2(writer.get(), STDOUT_FILENO);
            ::_exit(client());
        }
        writer.reset();
        int state = 0;
        const auto limit = Clock::now() + seconds{30};
        while (::waitpid(child, &state, WNOHANG) == 0 && Clock::now() < limit) {
            turn();
            play();
        }
        Ran ran{WIFEXITED(state) ? WEXITSTATUS(state) : -1, {}};
        char text[4096];
        for (ssize_t got = 0; (got = ::read(reader.get(), text, sizeof text)) > 0;)
            ran.output.append(text, static_cast<std::size_t>(got));
        return ran;
    }
    pid_t child = 0;
};

/// Exit code of the client's child: what became of the call.
int code_of(const CallOutcome& outcome)
{
    switch (outcome.kind) {
    case Kind::ended:
        return outcome.exit;
    case Kind::refused:
        return 100;
    case Kind::no_init:
        return 101;
    case Kind::lost:
        return 102;
    }
    return 103;
}

} // namespace

BOOST_AUTO_TEST_CASE(a_call_comes_out_of_its_bytes_as_it_went_in)
{
    const ParsedCall parsed = parse_call(pack_call(sample()));
    BOOST_REQUIRE(parsed.call.has_value());
    BOOST_TEST((*parsed.call == sample()));
}

BOOST_AUTO_TEST_CASE(one_bad_part_refuses_the_whole_call)
{
    for (const Bad& row : bad)
        BOOST_TEST_CONTEXT(row.what)
        {
            const ParsedCall parsed = parse_call(row.bytes);
            BOOST_TEST(!parsed.call.has_value());
            BOOST_TEST(parsed.complaint.find("nothing is run") != std::string::npos);
        }
}

BOOST_AUTO_TEST_CASE(a_caller_hands_on_its_language_and_limits_and_nothing_else)
{
    ::setenv("LC_TIME", "de_DE", 1);
    ::setenv("SECRET", "x", 1);
    const CallRequest call = make_call("a", {"start"});
    BOOST_TEST(std::ranges::count(call.environment, "LC_TIME=de_DE") == 1);
    BOOST_TEST(std::ranges::none_of(call.environment, [](const auto& v) { return v.starts_with("SECRET"); }));
    BOOST_TEST(call.limits.size() == 16);
}

BOOST_FIXTURE_TEST_CASE(the_caller_gets_output_and_status, Fixture)
{
    bool answered = false;
    const Ran ran = run_client([this] { return code_of(call_service(root.path(), sample())); },
                               [&] {
                                   const auto* called = find<world::ServiceCalled>();
                                   if (!called || answered)
                                       return;
                                   BOOST_TEST(called->service == "ssh");
                                   BOOST_TEST((called->arguments == sample().arguments));
                                   BOOST_TEST((called->environment == sample().environment));
                                   BOOST_TEST((called->limits == sample().limits));
                                   BOOST_TEST(callers.answer(called->call, {Answer::taken, 0, {}}));
                                   BOOST_TEST(::write(called->output, "started\n", 8) == 8);
                                   callers.close_output(called->output);
                                   BOOST_TEST(callers.answer(called->call, {Answer::ended, 3, {}}));
                                   answered = true;
                               });
    BOOST_TEST(ran.status == 3);
    BOOST_TEST(ran.output == "started\n");
    BOOST_TEST(callers.size() == 0);
    BOOST_TEST(waiter.unknown_removed == 0);
}

BOOST_FIXTURE_TEST_CASE(a_caller_that_gave_up_is_not_served_and_knows_it, Fixture)
{
    const Ran ran =
        run_client([this] { return code_of(call_service(root.path(), sample(), milliseconds{50})); }, [] {});
    BOOST_TEST(ran.status == 100);
    const auto* called = find<world::ServiceCalled>();
    BOOST_REQUIRE(called);
    // Whoever is about to run the script learns that nobody waits, and so does not.
    BOOST_TEST(!callers.answer(called->call, {Answer::taken, 0, {}}));
}

BOOST_FIXTURE_TEST_CASE(a_call_that_was_taken_at_the_last_moment_is_not_run_twice, Fixture)
{
    // Init is not served until the limit is near; whatever the order, both sides agree.
    for (int delay = 0; delay < 40; delay += 4) {
        events.clear();
        bool taken = false;
        const auto begun = Clock::now();
        const Ran ran =
            run_client([this] { return code_of(call_service(root.path(), sample(), milliseconds{20})); },
                       [&] {
                           const auto* called = find<world::ServiceCalled>();
                           if (!called || taken || Clock::now() < begun + milliseconds{delay})
                               return;
                           if (callers.answer(called->call, {Answer::taken, 0, {}})) {
                               taken = true;
                               (void)callers.answer(called->call, {Answer::ended, 7, {}});
                           }
                       });
        BOOST_TEST(ran.status == (taken ? 7 : 100), "delay " << delay << ", status " << ran.status);
    }
}

BOOST_FIXTURE_TEST_CASE(an_interrupt_is_passed_on_and_the_answer_still_counts, Fixture)
{
    bool taken = false;
    bool over = false;
    const Ran ran = run_client([this] { return code_of(call_service(root.path(), sample())); },
                               [&] {
                                   const auto* called = find<world::ServiceCalled>();
                                   if (called && !taken) {
                                       taken = callers.answer(called->call, {Answer::taken, 0, {}});
                                       ::kill(child, SIGINT);
                                   }
                                   if (const auto* s = find<world::CallSignalled>(); s && !over) {
                                       BOOST_TEST(s->signo == SIGINT);
                                       over = callers.answer(s->call, {Answer::ended, 130, {}});
                                   }
                               });
    BOOST_TEST(ran.status == 130);
}

BOOST_FIXTURE_TEST_CASE(an_init_that_goes_away_leaves_no_false_status, Fixture)
{
    const Ran ran = run_client([this] { return code_of(call_service(root.path(), sample())); },
                               [&] {
                                   const auto* called = find<world::ServiceCalled>();
                                   if (called && callers.size() != 0) {
                                       (void)callers.answer(called->call, {Answer::taken, 0, {}});
                                       (void)callers.answer(called->call, {Answer::refused, 0, "going"});
                                   }
                               });
    BOOST_TEST(ran.status == 102);
}

BOOST_FIXTURE_TEST_CASE(the_pipe_of_a_caller_that_is_killed_stays_its_own_until_its_call_is_over, Fixture)
{
    bool killed = false;
    (void)run_client([this] { return code_of(call_service(root.path(), sample())); },
                     [&] {
                         const auto* called = find<world::ServiceCalled>();
                         if (called && !killed) {
                             BOOST_TEST(callers.answer(called->call, {Answer::taken, 0, {}}));
                             ::kill(child, SIGKILL);
                             killed = true;
                         }
                     });
    for (int tries = 0; tries < 200 && waiter.size() != 1; ++tries)
        turn(10);
    BOOST_TEST(waiter.size() == 1); // the listener
    const auto* called = find<world::ServiceCalled>();
    BOOST_REQUIRE(called);
    // Its script may be held still, and will be given this number.
    const int another = ::dup(STDIN_FILENO);
    BOOST_TEST(another != called->output);
    BOOST_TEST(::fcntl(called->output, F_GETFD) != -1);
    BOOST_TEST(!callers.answer(called->call, {Answer::ended, 0, {}}));
    BOOST_TEST(callers.size() == 0);
    BOOST_TEST(::fcntl(called->output, F_GETFD) == -1);
    ::close(another);
}

BOOST_FIXTURE_TEST_CASE(a_call_without_its_pipe_or_cut_off_is_refused, Fixture)
{
    const std::string body = pack_call(sample());
    for (const std::string& text :
         {"call " + std::to_string(body.size()) + "\n" + body, std::string("call 99999")}) {
        std::atomic<bool> over = false;
        std::string answer;
        std::thread client{[&] {
            const auto got = ask(root.path(), text);
            answer = got ? *got : got.error().message();
            over = true;
        }};
        while (!over)
            turn();
        client.join();
        BOOST_TEST(answer.find("nothing is run") != std::string::npos, answer);
    }
    BOOST_TEST(events.empty());
}

/// Sends a call with this descriptor in place of a pipe's end; the answer, or nothing.
static std::string answer_to_call_with(Fixture& fixture, int descriptor)
{
    const auto connection = connect_to_init(fixture.root.path(), seconds{5});
    BOOST_REQUIRE(connection.has_value());
    const std::string body = pack_call(sample());
    std::string bytes = "call " + std::to_string(body.size()) + "\n" + body;
    iovec place{bytes.data(), bytes.size()};
    alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int))> room{};
    msghdr message{};
    message.msg_iov = &place;
    message.msg_iovlen = 1;
    message.msg_control = room.data();
    message.msg_controllen = room.size();
    cmsghdr* const head = CMSG_FIRSTHDR(&message);
    head->cmsg_level = SOL_SOCKET;
    head->cmsg_type = SCM_RIGHTS;
    head->cmsg_len = CMSG_LEN(sizeof(int));
    std::memcpy(CMSG_DATA(head), &descriptor, sizeof descriptor);
    BOOST_REQUIRE(::sendmsg(connection->get(), &message, 0) == static_cast<ssize_t>(bytes.size()));
    for (int turns = 0; turns < 20; ++turns)
        fixture.turn();
    std::array<char, 512> text;
    const ssize_t got = ::recv(connection->get(), text.data(), text.size(), MSG_DONTWAIT);
    return got > 0 ? std::string(text.data(), static_cast<std::size_t>(got)) : std::string{};
}

BOOST_FIXTURE_TEST_CASE(a_call_with_something_else_than_a_pipe_is_refused, Fixture)
{
    const UniqueFd file{::open("/dev/null", O_WRONLY)};
    const UniqueFd other{::socket(AF_UNIX, SOCK_STREAM, 0)};
    for (const UniqueFd* descriptor : {&file, &other})
        BOOST_TEST(answer_to_call_with(*this, descriptor->get()).find("no pipe") != std::string::npos);
    BOOST_TEST(events.empty());
}

BOOST_FIXTURE_TEST_CASE(what_is_written_to_a_caller_never_blocks_whatever_its_pipe_is_set_to, Fixture)
{
    int ends[2];
    BOOST_REQUIRE(::pipe2(ends, O_CLOEXEC) == 0);
    const UniqueFd reader{ends[0]};
    const UniqueFd writer{ends[1]};
    BOOST_TEST(answer_to_call_with(*this, writer.get()).empty());
    const auto* called = find<world::ServiceCalled>();
    BOOST_REQUIRE(called);
    BOOST_TEST((::fcntl(writer.get(), F_GETFL) & O_NONBLOCK) == 0); // his own is as it was
    const std::string much(1U << 20U, 'x');
    BOOST_TEST(::write(called->output, much.data(), much.size()) < static_cast<ssize_t>(much.size()));
    BOOST_TEST(::write(called->output, much.data(), much.size()) == -1);
    BOOST_TEST(errno == EAGAIN);
}

BOOST_AUTO_TEST_CASE(where_nobody_listens_there_is_no_init)
{
    TemporaryFolder empty;
    BOOST_TEST((call_service(empty.path(), sample()).kind == Kind::no_init));
}

BOOST_FIXTURE_TEST_CASE(a_stranger_is_refused, Fixture, *boost::unit_test::precondition([](auto) {
                            return boost::test_tools::assertion_result{::geteuid() == 0};
                        }))
{
    const Ran ran = run_client(
        [this] {
            if (::setresgid(65534, 65534, 65534) != 0 || ::setresuid(65534, 65534, 65534) != 0)
                return 110;
            return code_of(call_service(root.path(), sample()));
        },
        [] {});
    BOOST_TEST(ran.status == 100);
    BOOST_TEST(events.empty());
}

BOOST_FIXTURE_TEST_CASE(a_caller_that_cannot_be_waited_for_is_refused, Fixture)
{
    const Ran ran = run_client([this] { return code_of(call_service(root.path(), sample())); },
                               [this] { waiter.refuses = waiter.size() > 1; });
    BOOST_TEST(ran.status == 100);
    BOOST_TEST(callers.size() == 0);
    BOOST_TEST(events.empty());
}

BOOST_FIXTURE_TEST_CASE(callers_are_bounded_and_a_status_is_still_answered, Fixture)
{
    for (std::size_t i = 0; i < Callers::most_callers; ++i)
        callers.admit(UniqueFd{::dup(STDIN_FILENO)}, UniqueFd{::dup(STDOUT_FILENO)}, sample());
    const Ran ran = run_client([this] { return code_of(call_service(root.path(), sample())); }, [] {});
    BOOST_TEST(ran.status == 100);
    const Ran asked = run_client([this] { return ask(root.path(), "status") ? 0 : 1; }, [] {});
    BOOST_TEST(asked.status == 0);
}
