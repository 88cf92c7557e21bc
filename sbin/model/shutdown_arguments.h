// SPDX-License-Identifier: MIT
// The command lines of shutdown, halt, poweroff and reboot, and the time that shutdown is given. Source:
// shutdown(8), halt(8).
#pragma once

#include <chrono>
#include <optional>
#include <span>
#include <string>

namespace init::model {

struct ShutdownArguments {
    bool cancel = false;                       ///< -c
    bool warn_only = false;                    ///< -k
    bool reboot = false;                       ///< -r
    bool halt = false;                         ///< -h
    std::optional<std::string> init_halt;      ///< POWEROFF for -P, HALT for -H
    bool fastboot = false, force_fsck = false; ///< -f, -F
    bool access_check = false;                 ///< -a: /etc/shutdown.allow
    bool quiet = false;                        ///< -q, -Q
    std::optional<int> sleeptime;              ///< -t SEC, TERM to KILL
    std::optional<char> level;                 ///< -i LEVEL
    std::string time;                          ///< now, +m, m, hh:mm, +hh:mm; empty with -c
    std::string message;
    std::string error; ///< why the line cannot be used; empty otherwise

    /// 6 for -r, 0 for -h, -i's, else 1.
    [[nodiscard]] char target() const noexcept;
};
ShutdownArguments parse_shutdown_arguments(std::span<const std::string> arguments);

/// How long until `time` from a wall clock of `hour`:`minute`; a clock time that has passed is tomorrow's.
/// Nothing for bad input.
std::optional<std::chrono::minutes> parse_shutdown_time(const std::string& time, int hour,
                                                        int minute) noexcept;

} // namespace init::model
