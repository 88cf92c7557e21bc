// SPDX-License-Identifier: MIT
// Runs a part of a test as PID 1 of a PID namespace of its own, where nothing it does can reach another
// process. What failed comes back as text; the namespace dies with its PID 1.
#pragma once

#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstring>
#include <functional>
#include <optional>
#include <string>

namespace init::test {

/// The name of what failed first; empty when all was well.
using Failure = std::string;

// NOLINTNEXTLINE(cppcoreguidelines-macro-usage): the text of the condition is the message
#define HOLDS(condition)                                                                                     \
    do {                                                                                                     \
        if (!(condition))                                                                                    \
            return std::string(#condition " does not hold, line ") + std::to_string(__LINE__);               \
    } while (false)

inline bool write_file(const char* path, const std::string& text)
{
    const int fd = ::open(path, O_WRONLY | O_CLOEXEC);
    const bool done = fd >= 0 && ::write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size());
    if (fd >= 0)
        ::close(fd);
    return done;
}

inline bool enter_namespaces()
{
    const uid_t uid = ::getuid();
    const gid_t gid = ::getgid();
    if (::unshare(CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNS) != 0)
        return false;
    write_file("/proc/self/setgroups", "deny");
    return write_file("/proc/self/uid_map", "0 " + std::to_string(uid) + " 1") &&
           write_file("/proc/self/gid_map", "0 " + std::to_string(gid) + " 1");
}

constexpr const char* denied = "namespaces denied";

[[noreturn]] inline void run_as_init(int result, const std::function<Failure()>& body)
{
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    Failure failure = denied;
    if (::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0 &&
        ::mount("proc", "/proc", "proc", 0, nullptr) == 0)
        failure = body();
    [[maybe_unused]] const ssize_t told = ::write(result, failure.data(), failure.size());
    ::_exit(0);
}

/// A process that enters the namespace from outside, as `docker exec` does: its parent there is 0.
inline void send_visitor(const std::function<void()>& visitor)
{
    if (visitor && ::fork() == 0) {
        ::prctl(PR_SET_PDEATHSIG, SIGKILL);
        visitor();
        ::_exit(0);
    }
}

/// Nothing when this machine does not let us make namespaces. `visitor` runs in a process of its own.
inline std::optional<Failure> in_own_namespace(const std::function<Failure()>& body,
                                               const std::function<void()>& visitor = {})
{
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0)
        return "pipe";
    const pid_t outer = ::fork();
    if (outer == 0) {
        ::prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (!enter_namespaces()) {
            [[maybe_unused]] const ssize_t told = ::write(ends[1], denied, std::strlen(denied));
            ::_exit(0);
        }
        const pid_t inner = ::fork();
        if (inner == 0)
            run_as_init(ends[1], body);
        send_visitor(visitor);
        int status = 0;
        // The visitor as well: the end of the namespace waits until it has been reaped.
        for (pid_t ended = 0; ended != inner; ended = ::waitpid(-1, &status, 0)) {
        }
        const std::string died = "the init of the test died, wait status " + std::to_string(status);
        if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
            [[maybe_unused]] const ssize_t told = ::write(ends[1], died.data(), died.size());
        }
        ::_exit(0);
    }
    ::close(ends[1]);
    std::string failure;
    char buffer[512];
    ssize_t got = 0;
    while ((got = ::read(ends[0], buffer, sizeof buffer)) > 0)
        failure.append(buffer, static_cast<std::size_t>(got));
    ::close(ends[0]);
    ::waitpid(outer, nullptr, 0);
    if (failure == denied)
        return std::nullopt;
    return failure;
}

} // namespace init::test
