// SPDX-License-Identifier: MIT
// The clone behind every program that is started. With shared memory the child's error is a plain store that
// the parent reads, because CLONE_VFORK holds the parent until exec or exit; under sanitizers a fork brings
// it back through a pipe.
#include "system/spawn.h"

#include "system/after_fork.h"
#include "system/signal_mask.h"

#include <fcntl.h>
#include <sched.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define RCINIT_SPAWN_FORKS 1
#endif
#endif
#ifdef __SANITIZE_ADDRESS__
#define RCINIT_SPAWN_FORKS 1
#endif

namespace init::system {

namespace {

constexpr int exit_not_executed = 127;

void wait_for(pid_t pid) noexcept
{
    while (::waitpid(pid, nullptr, 0) < 0 && errno == EINTR) {
    }
}

#ifndef RCINIT_SPAWN_FORKS

#ifndef CLONE_PIDFD
#define CLONE_PIDFD 0x00001000
#endif

// The child runs on memory of its own. One is enough: the caller is held until the child has left it.
alignas(16) char child_stack[32 * 1024];

struct Shared {
    const SpawnRequest* request;
    SpawnFailure failure;
};

int child_main(void* argument)
{
    auto* shared = static_cast<Shared*>(argument);
    int keep = -1;
    shared->failure = become(*shared->request, keep);
    ::_exit(exit_not_executed);
}

pid_t clone_child(Shared& shared, int& pidfd) noexcept
{
    constexpr int flags = CLONE_VM | CLONE_VFORK | SIGCHLD;
    char* const top = child_stack + sizeof child_stack;
    pid_t* const record = shared.request->pid_record;
    static bool has_pidfd = true;
    // clone(2) has one address for the pidfd and the pid.
    if (record == nullptr && has_pidfd) {
        const pid_t pid = ::clone(child_main, top, flags | CLONE_PIDFD, &shared, &pidfd);
        // Kernels before 5.2 ignore the flag or refuse it.
        if (pid >= 0 || errno != EINVAL)
            return pid;
        has_pidfd = false;
    }
    pidfd = -1;
    if (record != nullptr)
        return ::clone(child_main, top, flags | CLONE_PARENT_SETTID, &shared, record);
    return ::clone(child_main, top, flags, &shared);
}

Spawned spawn_blocked(const SpawnRequest& request) noexcept
{
    Shared shared{&request, {}};
    int pidfd = -1;
    Spawned result;
    result.pid = clone_child(shared, pidfd);
    if (result.pid < 0) {
        result.failure = {errno, "fork"};
        return result;
    }
    result.pidfd.reset(pidfd);
    // The compiler cannot know that clone(2) let somebody else write here.
    asm volatile("" ::: "memory");
    result.failure = shared.failure;
    return result;
}

#else

pid_t fork_child(pid_t* record) noexcept
{
    if (record == nullptr)
        return ::fork();
    constexpr int flags = CLONE_PARENT_SETTID | SIGCHLD;
    return static_cast<pid_t>(::syscall(SYS_clone, flags, nullptr, record, nullptr, nullptr));
}

Spawned spawn_blocked(const SpawnRequest& request) noexcept
{
    Spawned result;
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) {
        result.failure = {errno, "pipe"};
        return result;
    }
    UniqueFd reader(ends[0]);
    UniqueFd writer(ends[1]);
    result.pid = fork_child(request.pid_record);
    if (result.pid == 0) {
        int keep = writer.get();
        const SpawnFailure failure = become(request, keep);
        [[maybe_unused]] const ssize_t told = ::write(keep, &failure, sizeof failure);
        ::_exit(exit_not_executed);
    }
    if (result.pid < 0) {
        result.failure = {errno, "fork"};
        return result;
    }
    writer.reset();
    // The step is a literal, and a forked child has the same address for it.
    SpawnFailure failure;
    ssize_t size = 0;
    while ((size = ::read(reader.get(), &failure, sizeof failure)) < 0 && errno == EINTR) {
    }
    if (size == static_cast<ssize_t>(sizeof failure))
        result.failure = failure;
    return result;
}

#endif

} // namespace

Spawned spawn(const SpawnRequest& request) noexcept
{
    const SignalsBlocked blocked;
    Spawned result = spawn_blocked(request);
    if (result.pid >= 0 && result.failure.error != 0) {
        if (request.pid_record != nullptr)
            std::atomic_ref(*request.pid_record).store(0);
        wait_for(result.pid);
        result.pid = -1;
        result.pidfd.reset();
    }
    return result;
}

} // namespace init::system
