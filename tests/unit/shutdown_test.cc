// SPDX-License-Identifier: MIT
// What a shutdown says and when, and which process a cancel reaches.
#define BOOST_TEST_MODULE shutdown
#include "applets/applets.h"
#include "applets/shutdown_notice.h"
#include "applets/shutdown_pid.h"
#include "temporary_folder.h"

#include <boost/test/unit_test.hpp>

#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace init::applets;
using init::tests::TemporaryFolder;
using std::chrono::minutes;

namespace {

/// A child of this name that does nothing until it is signalled.
class Sleeper {
public:
    explicit Sleeper(const char* name)
    {
        int ready[2] = {-1, -1};
        BOOST_REQUIRE(::pipe(ready) == 0);
        pid_ = ::fork();
        if (pid_ == 0) {
            ::prctl(PR_SET_NAME, name);
            ::signal(SIGINT, SIG_DFL);
            (void)!::write(ready[1], "x", 1);
            for (;;)
                ::pause();
        }
        char byte = 0;
        BOOST_TEST(::read(ready[0], &byte, 1) == 1);
        ::close(ready[0]);
        ::close(ready[1]);
    }
    Sleeper(const Sleeper&) = delete;
    Sleeper& operator=(const Sleeper&) = delete;
    ~Sleeper()
    {
        ::kill(pid_, SIGKILL);
        int state = 0;
        ::waitpid(pid_, &state, 0);
    }
    [[nodiscard]] pid_t pid() const noexcept { return pid_; }

private:
    pid_t pid_ = -1;
};

} // namespace

BOOST_AUTO_TEST_CASE(notices_come_closer_together)
{
    for (const int due : {0, 1, 5, 9, 15, 30, 45, 60, 90, 150, 180, 240})
        BOOST_TEST(is_notice_due(minutes{due}), due);
    for (const int quiet : {10, 14, 16, 59, 61, 75, 181, 210})
        BOOST_TEST(!is_notice_due(minutes{quiet}), quiet);
}

BOOST_AUTO_TEST_CASE(a_notice_names_the_end_and_the_time)
{
    BOOST_TEST(notice_text('6', minutes{5}) == "The system is going down for reboot in 5 minutes!");
    BOOST_TEST(notice_text('0', minutes{1}) == "The system is going down for system halt in 1 minute!");
    BOOST_TEST(notice_text('1', minutes{0}) == "The system is going down to maintenance mode NOW!");
}

BOOST_AUTO_TEST_CASE(a_running_shutdown_is_cancelled_by_int)
{
    const TemporaryFolder folder;
    const Sleeper other{"shutdown"};
    folder.write("pid", std::to_string(other.pid()) + "\n");
    BOOST_TEST(running_shutdown(folder / "pid") == other.pid());
    BOOST_TEST(cancel_shutdown(folder / "pid") == "");
    siginfo_t info{};
    BOOST_TEST(::waitid(P_PID, static_cast<id_t>(other.pid()), &info, WEXITED | WNOWAIT) == 0);
    BOOST_TEST(info.si_status == SIGINT);
}

BOOST_AUTO_TEST_CASE(a_process_that_is_no_shutdown_is_left_alone)
{
    const TemporaryFolder folder;
    const Sleeper other{"editor"};
    folder.write("pid", std::to_string(other.pid()));
    BOOST_TEST(cancel_shutdown(folder / "pid").find("nothing changes") != std::string::npos);
    BOOST_TEST(::kill(other.pid(), 0) == 0);
    for (const char* text : {"", "x", "0", "-1", "1", "999999999"}) {
        folder.write("pid", text);
        BOOST_TEST(running_shutdown(folder / "pid") == 0, text);
    }
    BOOST_TEST(!cancel_shutdown(folder / "none").empty());
}

BOOST_AUTO_TEST_CASE(the_pid_file_lives_as_long_as_the_shutdown)
{
    const TemporaryFolder folder;
    folder.write("pid", "999999999\n");
    {
        const ShutdownPidFile file{folder / "pid"};
        BOOST_TEST(file.failure() == "");
        BOOST_TEST(folder.read("pid") == std::to_string(::getpid()) + "\n");
    }
    BOOST_TEST(!std::filesystem::exists(folder / "pid"));
    BOOST_TEST(!ShutdownPidFile{folder / "none/pid"}.failure().empty());
}

BOOST_AUTO_TEST_CASE(unusable_lines_change_nothing)
{
    for (const auto& words : {std::vector<std::string>{}, {"-r"}, {"-r", "noon"}, {"-z", "now"}})
        BOOST_TEST(init::applets::shutdown(words) == 1);
}
