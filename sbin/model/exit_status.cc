// SPDX-License-Identifier: MIT
#include "model/exit_status.h"

#include <fmt/format.h>

#include <cerrno>
#include <csignal>
#include <cstdlib> // wait(2)'s macros, which POSIX has here as well
#include <cstring>

namespace init::model::exit_status {

int of_failed_exec(int error) noexcept
{
    return error == ENOENT ? not_found : not_executable;
}

int of_wait_status(int wait_status) noexcept
{
    return WIFSIGNALED(wait_status) ? of_signal(WTERMSIG(wait_status)) : WEXITSTATUS(wait_status);
}

std::string describe_wait_status(int wait_status)
{
    if (!WIFSIGNALED(wait_status))
        return fmt::format("ended with status {}", WEXITSTATUS(wait_status));
    const int signo = WTERMSIG(wait_status);
    const std::string name = signal_name(signo);
    return fmt::format("was killed by signal {}{}", signo,
                       name.starts_with("SIG") ? " (" + name + ")" : std::string());
}

std::string signal_name(int signo)
{
    if (const char* name = ::sigabbrev_np(signo))
        return fmt::format("SIG{}", name);
    if (signo >= SIGRTMIN && signo <= SIGRTMAX)
        return fmt::format("SIGRTMIN+{}", signo - SIGRTMIN);
    return fmt::format("signal {}", signo);
}

} // namespace init::model::exit_status
