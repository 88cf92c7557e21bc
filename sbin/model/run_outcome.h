// SPDX-License-Identifier: MIT
// What a run of a script came to: one verdict for the log, the status, the boot's failure, whoever called for
// it, and the stop.
#pragma once

#include "model/rc_layout.h"

#include <optional>
#include <string>
#include <string_view>

namespace init::model {

/// What a run is to bring about.
enum class RunPurpose {
    start,
    stop,
    renew,   ///< may end in either: restart, and what else an init script answers to
    look,    ///< starts and stops nothing: status, reload
    sysinit, ///< rc.sysinit, which is no service's
    other    ///< no service's: halt.local
};
/// Of a service's script called with this verb.
RunPurpose purpose_of(std::string_view verb) noexcept;

enum class RunResult {
    succeeded,
    failed,
    not_installed,  ///< LSB's 5 of a start
    not_configured, ///< LSB's 6 of a start
    not_run,        ///< the script could not be executed
    unseen          ///< nobody could collect its status, so nobody knows
};

struct RunOutcome {
    RunPurpose purpose = RunPurpose::other;
    RunResult result = RunResult::succeeded;
    std::optional<int> exit;   ///< its code, 128 + the signal, 126 or 127; nothing when unseen
    std::optional<int> status; ///< wait(2)'s, where there is one
    int error = 0;             ///< of one that was not run: errno

    /// It has done what it was for. What is unseen has not.
    [[nodiscard]] bool is_success() const noexcept { return result == RunResult::succeeded; }
    /// A boot has failed by it. A service that is not installed or not configured has no part in a boot.
    [[nodiscard]] bool is_failure() const noexcept
    {
        return result == RunResult::failed || result == RunResult::not_run || result == RunResult::unseen;
    }

    bool operator==(const RunOutcome&) const = default;
};

/// `wait_status`: wait(2)'s, or nothing where it is unknown. 5 and 6 of a start and 7 of a stop have LSB's
/// meaning, but in a plain tree, whose scripts promise nothing: there any status but 0 is a failure.
/// Source: LSB 3.1, 20.2 (5 not installed, 6 not configured, 7 not running).
RunOutcome outcome_of(RunPurpose purpose, std::optional<int> wait_status, Layout layout) noexcept;
/// Of a script that could not be executed: `error` is exec(2)'s.
RunOutcome outcome_of_failed_exec(RunPurpose purpose, int error) noexcept;

/// No process, descriptor or memory can be had for now, or the file is being written: it may be tried again.
bool is_for_now(int error) noexcept;

/// "exit 6 (not configured)", "ended with status 1", "was killed by signal 9 (SIGKILL)", "ended unseen". Of
/// one that was not run the reason is the caller's to tell.
std::string describe(const RunOutcome& outcome);

/// A process with this wait(2) status has ended as one does that was asked to: 0, or by TERM, INT, HUP, QUIT.
bool ended_as_asked(int wait_status) noexcept;
/// It ended by a fault of its own that no stop brings about: SEGV, ABRT, BUS, FPE, ILL, SYS, TRAP.
bool ended_by_fault(int wait_status) noexcept;

} // namespace init::model
