// SPDX-License-Identifier: MIT
// Makes the test program PID 1 of a PID namespace of its own before anything else runs: the inits it starts,
// and what they signal, are alone there.
#define BOOST_TEST_MODULE small_inits
#include "enclosed.h"

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <string>

namespace small_test {
namespace {

bool enclosed = false;

bool write_file(const char* path, const std::string& text)
{
    const int fd = ::open(path, O_WRONLY | O_CLOEXEC);
    const bool done = fd >= 0 && ::write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size());
    ::close(fd);
    return done;
}

bool leave_namespaces()
{
    if (::unshare(CLONE_NEWPID | CLONE_NEWNS) == 0)
        return true;
    const std::string uid = std::to_string(::getuid());
    const std::string gid = std::to_string(::getgid());
    if (::unshare(CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNS) != 0)
        return false;
    write_file("/proc/self/setgroups", "deny");
    return write_file("/proc/self/uid_map", "0 " + uid + " 1") &&
           write_file("/proc/self/gid_map", "0 " + gid + " 1");
}

[[gnu::constructor]] void enclose()
{
    if (!leave_namespaces())
        return;
    const pid_t tests = ::fork();
    if (tests == 0) {
        ::prctl(PR_SET_PDEATHSIG, SIGKILL);
        enclosed = ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0 &&
                   ::mount("proc", "/proc", "proc", 0, nullptr) == 0;
        return;
    }
    int status = 0;
    while (::waitpid(tests, &status, 0) < 0)
        continue;
    ::_exit(WIFEXITED(status) ? WEXITSTATUS(status) : 1);
}

} // namespace

boost::test_tools::assertion_result in_namespace(boost::unit_test::test_unit_id)
{
    boost::test_tools::assertion_result result{enclosed};
    result.message() << "namespaces are denied here";
    return result;
}

} // namespace small_test
