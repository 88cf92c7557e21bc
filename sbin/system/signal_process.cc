// SPDX-License-Identifier: MIT
// The checked doors to kill(2).
#include "system/signal_process.h"

#include <signal.h>
#include <unistd.h>

namespace init::system {

namespace {

constexpr pid_t everything = -1;

world::Result<void> checked_kill(pid_t target, int signo) noexcept
{
    if (::kill(target, signo) != 0)
        return world::errno_code();
    return {};
}

} // namespace

world::Result<void> send_signal(pid_t pid, int signo) noexcept
{
    if (pid < 1)
        return world::errno_code(EINVAL);
    return checked_kill(pid, signo);
}

world::Result<void> send_group_signal(pid_t leader, int signo) noexcept
{
    if (leader < 2)
        return world::errno_code(EINVAL);
    return checked_kill(-leader, signo);
}

world::Result<void> send_signal_to_all(int signo) noexcept
{
    if (::getpid() != 1)
        return world::errno_code(EPERM);
    return checked_kill(everything, signo);
}

} // namespace init::system
