// SPDX-License-Identifier: MIT
// Every status that init leaves with, and how it words the status of others.
#pragma once

#include <string>

namespace init::model::exit_status {

// Of `init`. A stop that went as asked leaves with 0, one with a command with the command's own.
inline constexpr int init_fault = 70; ///< EX_SOFTWARE. Source: sysexits.h
inline constexpr int boot_failed = 71;
inline constexpr int cut_off = 73; ///< K-scripts did not come to their end, or could not be run
inline constexpr int interrupted = 130;
inline constexpr int reboot = 133;

// Of a command that cannot be run. Source: POSIX, exit status of a shell's command.
inline constexpr int not_executable = 126;
inline constexpr int not_found = 127;
constexpr int of_signal(int signo) noexcept
{
    return 128 + signo;
}
/// Of one that exec(2) refused with `error`.
int of_failed_exec(int error) noexcept;

/// 0-255: the exit code of a wait(2) status, or 128 + the signal.
int of_wait_status(int wait_status) noexcept;
/// "ended with status 1", "was killed by signal 11 (SIGSEGV)".
std::string describe_wait_status(int wait_status);
/// `SIGTERM`, `SIGRTMIN+3`, `signal 99`.
std::string signal_name(int signo);

} // namespace init::model::exit_status
