// SPDX-License-Identifier: MIT
// What a helper has left after it was confined, looked at from inside, in a process of its own each.
#define BOOST_TEST_MODULE confine
#include "system/confine.h"

#include "left_out.h"
#include "own_namespace.h"

#include <boost/test/unit_test.hpp>

#include <fcntl.h>
#include <linux/capability.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>
#include <functional>
#include <map>
#include <string>

using namespace init::system;
using init::test::Failure;
using init::test::in_own_namespace;

namespace {

/// The lines of /proc/self/status.
std::map<std::string, std::string> status()
{
    std::map<std::string, std::string> all;
    std::ifstream file{"/proc/self/status"};
    for (std::string line; std::getline(file, line);)
        if (const auto colon = line.find(":\t"); colon != std::string::npos)
            all[line.substr(0, colon)] = line.substr(colon + 2);
    return all;
}

std::uint64_t set_of(const std::string& name)
{
    return std::stoull("0" + status()[name], nullptr, 16);
}

/// As the root of a namespace of its own, which has every right there; left out where that is denied.
void check_as_root(const std::function<Failure()>& body)
{
    const auto failure = in_own_namespace(body);
    if (!failure)
        init::test::leave_out("namespaces are denied here");
    else
        BOOST_TEST(*failure == "");
}

/// In a child, since it is for good. 0 where all is as claimed, else the number of the claim that is not.
int run_confined(const std::function<int()>& body)
{
    const pid_t pid = ::fork();
    if (pid == 0)
        ::_exit(body());
    int status = 0;
    ::waitpid(pid, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

} // namespace

BOOST_AUTO_TEST_CASE(of_all_sets_only_what_is_named_is_left)
{
    check_as_root([]() -> Failure {
        HOLDS(has_capability(CAP_KILL));
        keep_capabilities({CAP_SYS_PTRACE});
        HOLDS(!has_capability(CAP_KILL));
        HOLDS(has_capability(CAP_SYS_PTRACE));
        for (const char* set : {"CapEff", "CapPrm", "CapBnd"})
            HOLDS(set_of(set) == std::uint64_t{1} << CAP_SYS_PTRACE);
        for (const char* set : {"CapInh", "CapAmb"})
            HOLDS(set_of(set) == 0);
        HOLDS(status()["NoNewPrivs"] == "1");
        return {};
    });
}

BOOST_AUTO_TEST_CASE(nothing_is_left_where_nothing_is_named_and_twice_is_once)
{
    check_as_root([]() -> Failure {
        keep_capabilities({});
        keep_capabilities({CAP_KILL}); // it is not held any more
        for (const char* set : {"CapEff", "CapPrm", "CapBnd", "CapInh", "CapAmb"})
            HOLDS(set_of(set) == 0);
        return {};
    });
}

BOOST_AUTO_TEST_CASE(behind_the_filter_open_descriptors_can_be_used_and_nothing_else)
{
#if defined(__SANITIZE_ADDRESS__) || !(defined(__x86_64__) || defined(__aarch64__))
    init::test::leave_out("no filter is made in this build");
#else
    const int failed = run_confined([] {
        int ends[2];
        if (::pipe2(ends, O_CLOEXEC) != 0)
            return 1;
        allow_only_reading_and_writing();
        char byte = 'x';
        pollfd look{ends[0], POLLIN, 0};
        if (::write(ends[1], &byte, 1) != 1 || ::poll(&look, 1, 0) != 1 || ::read(ends[0], &byte, 1) != 1)
            return 2;
        int waiting = 0;
        if (::write(ends[1], "abc", 3) != 3 || ::ioctl(ends[0], FIONREAD, &waiting) != 0 || waiting != 3)
            return 10;
        if (::ioctl(ends[0], TIOCSTI, &byte) != -1 || errno != EPERM)
            return 11;
        if (::open("/dev/null", O_RDONLY) >= 0 || errno != EPERM)
            return 3;
        if (::socket(AF_INET, SOCK_STREAM, 0) >= 0 || errno != EPERM)
            return 4;
        if (::fork() != -1 || errno != EPERM)
            return 5;
        if (::fcntl(ends[0], F_DUPFD, 0) >= 0 || errno != EPERM)
            return 12;
        msghdr message{};
        if (::recvmsg(ends[0], &message, 0) >= 0 || errno != EPERM)
            return 13;
        if (::unlink("/none") != -1 || errno != EPERM)
            return 6;
        if (::kill(::getppid(), 0) != -1 || errno != EPERM)
            return 7;
        if (::execl("/bin/true", "true", nullptr) != -1 || errno != EPERM)
            return 8;
        return ::close(ends[0]) == 0 && ::read(ends[0], &byte, 1) < 0 && errno == EBADF ? 0 : 9;
    });
    BOOST_TEST(failed == 0);
#endif
}

BOOST_AUTO_TEST_CASE(who_has_no_rights_at_all_can_be_confined_as_well)
{
    const int failed = run_confined([] {
        keep_capabilities({});
        if (::getuid() == 0 && (::setgid(65534) == 0 || ::setuid(65534) == 0))
            return 1;
        keep_capabilities({CAP_SYS_PTRACE});
        allow_only_reading_and_writing();
        return ::poll(nullptr, 0, 0) == 0 ? 0 : 2;
    });
    BOOST_TEST(failed == 0);
}
