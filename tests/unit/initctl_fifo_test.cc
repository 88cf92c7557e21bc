// SPDX-License-Identifier: MIT
// Both ends of the initctl FIFO, on FIFOs of the test's own.
#define BOOST_TEST_MODULE initctl_fifo
#include "control/initctl_client.h"
#include "control/initctl_fifo.h"
#include "recording_waiter.h"
#include "temporary_folder.h"

#include <boost/test/unit_test.hpp>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace init::control;
using init::model::InitctlCommand;
using init::model::InitctlRequest;
using init::tests::RecordingWaiter;
using init::tests::TemporaryFolder;

namespace {

InitctlRequest level(char c)
{
    InitctlRequest request;
    request.runlevel = c;
    return request;
}

struct Fixture {
    TemporaryFolder root;
    RecordingWaiter waiter;
    std::vector<std::string> log;
    std::vector<InitctlRequest> heard;
    std::vector<std::string> paths{root / "run", root / "dev"};
    InitctlFifo fifo{waiter, [this](std::string_view line) { log.emplace_back(line); },
                     [this](const InitctlRequest& request) { heard.push_back(request); }, paths};

    void turn() { waiter.turn(); }
    [[nodiscard]] std::string send(char c, int ms = 100) const
    {
        return send_initctl(level(c), {paths, std::chrono::milliseconds{ms}});
    }
    static void write_raw(const std::string& path, const std::string& bytes)
    {
        const int fd = ::open(path.c_str(), O_WRONLY | O_NONBLOCK);
        BOOST_REQUIRE(fd >= 0);
        BOOST_TEST(::write(fd, bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size()));
        ::close(fd);
    }
};

bool is_private_fifo(const std::string& path)
{
    struct stat facts {};
    return ::lstat(path.c_str(), &facts) == 0 && S_ISFIFO(facts.st_mode) && (facts.st_mode & 07777U) == 0600;
}

} // namespace

BOOST_FIXTURE_TEST_CASE(both_fifos_are_made_private_and_heard, Fixture)
{
    fifo.open();
    BOOST_TEST(is_private_fifo(paths[0]));
    BOOST_TEST(is_private_fifo(paths[1]));
    BOOST_TEST(fifo.descriptors().size() == 2);
    BOOST_TEST(send('3').empty());
    BOOST_TEST(send_initctl(level('5'), {{paths[1]}, std::chrono::milliseconds{100}}).empty());
    turn();
    BOOST_REQUIRE(heard.size() == 2);
    BOOST_TEST(heard[0].runlevel == '3');
    BOOST_TEST(heard[1].runlevel == '5');
    BOOST_TEST(log.empty());
}

BOOST_FIXTURE_TEST_CASE(good_requests_are_found_behind_garbage, Fixture)
{
    fifo.open();
    write_raw(paths[0], "shutdown now, please\n");
    BOOST_TEST(send('2').empty());
    BOOST_TEST(send('q').empty());
    turn();
    BOOST_REQUIRE(heard.size() == 2);
    BOOST_TEST(heard[0].runlevel == '2');
    BOOST_TEST(heard[1].runlevel == 'q');
    BOOST_TEST(log.size() == 1);
}

BOOST_FIXTURE_TEST_CASE(a_variable_arrives_as_it_was_sent, Fixture)
{
    fifo.open();
    InitctlRequest request;
    request.command = InitctlCommand::setenv;
    request.variables = {{"INIT_HALT", "POWEROFF"}, {"INIT_OLD", std::nullopt}};
    BOOST_TEST(send_initctl(request, {paths, std::chrono::milliseconds{100}}).empty());
    turn();
    BOOST_REQUIRE(heard.size() == 1);
    BOOST_TEST((heard[0].variables == request.variables));
}

BOOST_FIXTURE_TEST_CASE(a_removed_or_replaced_fifo_is_made_anew, Fixture)
{
    fifo.open();
    ::unlink(paths[0].c_str());
    ::unlink(paths[1].c_str());
    BOOST_REQUIRE(::mkfifo(paths[1].c_str(), 0666) == 0);
    fifo.mend();
    BOOST_TEST(is_private_fifo(paths[0]));
    BOOST_TEST(is_private_fifo(paths[1]));
    BOOST_TEST(waiter.size() == 2);
    BOOST_TEST(send('4').empty());
    BOOST_TEST(send_initctl(level('5'), {{paths[1]}, std::chrono::milliseconds{100}}).empty());
    turn();
    BOOST_TEST(heard.size() == 2);

    ::unlink(paths[0].c_str());
    root.write("run", "a file");
    fifo.mend();
    BOOST_TEST(is_private_fifo(paths[0]));
    BOOST_TEST(waiter.unknown_removed == 0);
}

BOOST_FIXTURE_TEST_CASE(a_link_to_the_other_fifo_stays, Fixture)
{
    std::filesystem::create_symlink(paths[0], paths[1]);
    fifo.open();
    BOOST_TEST(std::filesystem::is_symlink(paths[1]));
    BOOST_TEST(fifo.descriptors().size() == 1);
    BOOST_TEST(send_initctl(level('5'), {{paths[1]}, std::chrono::milliseconds{100}}).empty());
    turn();
    BOOST_TEST(heard.size() == 1);
    BOOST_TEST(log.empty());
}

BOOST_FIXTURE_TEST_CASE(a_link_elsewhere_is_not_followed, Fixture)
{
    root.write("elsewhere", "text");
    std::filesystem::create_symlink(root / "elsewhere", paths[0]);
    fifo.open();
    BOOST_TEST(is_private_fifo(paths[0]));
    BOOST_TEST(root.read("elsewhere") == "text");
}

BOOST_FIXTURE_TEST_CASE(one_that_cannot_be_waited_for_is_said_and_tried_again, Fixture)
{
    waiter.refuses = true;
    fifo.open();
    fifo.mend();
    BOOST_TEST(fifo.descriptors().empty());
    BOOST_REQUIRE(log.size() == 2); // each once
    BOOST_TEST(log[0].find("cannot wait at the FIFO") != std::string::npos);
    waiter.refuses = false;
    fifo.mend();
    BOOST_TEST(send('3').empty());
    turn();
    BOOST_TEST(heard.size() == 1);
    BOOST_TEST(waiter.unknown_removed == 0);
}

BOOST_FIXTURE_TEST_CASE(one_that_cannot_be_made_is_said_once_and_the_other_works, Fixture)
{
    std::filesystem::create_directories(root / "run/x");
    fifo.open();
    fifo.mend();
    BOOST_TEST(log.size() == 1);
    BOOST_TEST(log.at(0).find(paths[0]) != std::string::npos);
    BOOST_TEST(send('5').empty());
    turn();
    BOOST_TEST(heard.size() == 1);
}

BOOST_FIXTURE_TEST_CASE(closed_fifos_time_their_clients_out_until_opened_again, Fixture)
{
    fifo.open();
    fifo.close();
    fifo.mend();
    BOOST_TEST(waiter.size() == 0);
    BOOST_TEST(fifo.descriptors().empty());
    BOOST_TEST(send('5').find("timeout") != std::string::npos);
    fifo.open();
    BOOST_TEST(send('5').empty());
}

BOOST_FIXTURE_TEST_CASE(without_fifos_a_client_fails_at_once, Fixture)
{
    const auto begun = std::chrono::steady_clock::now();
    const std::string why = send('5', 5000);
    BOOST_TEST(why.find("nothing was sent") != std::string::npos);
    root.write("run", "");
    BOOST_TEST(send('5', 5000).find("not a FIFO") != std::string::npos);
    BOOST_TEST((std::chrono::steady_clock::now() - begun < std::chrono::seconds{2}));
    BOOST_TEST(std::filesystem::file_size(paths[0]) == 0);
}
