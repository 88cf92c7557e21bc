// SPDX-License-Identifier: MIT
// What the world tells the supervisor: one value for each thing that can happen to it.
#pragma once

#include "model/initctl_request.h"
#include "world/soft_limit.h"

#include <sys/types.h>

#include <chrono>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace init::world {

using TimePoint = std::chrono::steady_clock::time_point;

/// One run of a script under a keeper. Never reused within one life of init.
enum class RunId : std::uint32_t {};

/// A child that `launch` started has ended; `status` is wait(2)'s.
struct ChildEnded {
    pid_t pid;
    int status;
};
/// A process given to `watch` has ended; the status is known where init or a keeper reaped it.
struct ProcessEnded {
    pid_t pid;
    std::optional<int> status;
};

// Of a run: ScriptStarted at most once, then either ScriptFailed or ScriptEnded, once, and RunEmpty last.
// What becomes of its keeper does not change that.

struct ScriptStarted {
    RunId run;
    pid_t pid;
};
/// The script could not be started: `error` is an errno, `step` what was attempted ("exec", "fork"), `path`
/// on what.
struct ScriptFailed {
    RunId run;
    int error;
    std::string step;
    std::string path;
};
/// The script itself has ended. `status` is nothing where nobody could collect it (its keeper was killed).
/// `left` is the oldest process that it left under its keeper, 0 when there is none.
struct ScriptEnded {
    RunId run;
    std::optional<int> status;
    pid_t left;
};
/// Nothing is left under the run's keeper and its output has ended; the keeper has gone.
struct RunEmpty {
    RunId run;
};
/// Answer to `ask_last_line`: the last line or partial line the run has written, cut to 200 bytes.
struct LastLine {
    RunId run;
    std::string text;
};

/// A signal read from the signalfd. `from_kernel`: si_code is SI_KERNEL. `from_outside`: sent by kill() with
/// si_pid 0, from outside the PID namespace (always true for another process's kill where init is not PID 1).
struct SignalReceived {
    int signo;
    bool from_kernel;
    bool from_outside;
    pid_t sender;
};
struct Requested {
    model::InitctlRequest request;
};

/// One call of somebody who wants a service's script run and waits for it. Never reused within one life of
/// init.
enum class CallId : std::uint32_t {};
struct ServiceCalled {
    CallId call;
    std::string service;                  ///< without a slash
    std::vector<std::string> arguments;   ///< of the script; its verb is the first
    std::vector<std::string> environment; ///< KEY=VALUE of the caller's, fit to hand on
    std::vector<SoftLimit> limits;        ///< the caller's
    /// A pipe of the caller's, for `ScriptRequest::caller`; the host's, open until `run_script` or the answer
    /// that ends the call.
    int output;
};
/// The caller was interrupted: the script's group is to get this signal.
struct CallSignalled {
    CallId call;
    int signo;
};

/// A time that somebody waits for, by what is done then and, where there are several, for whom.
struct Timer {
    enum class Kind : std::uint8_t {
        run_limit,    ///< a script's limit or share is over; `id` is the run
        run_report,   ///< a script has been running for long; `id` is the run
        run_wake,     ///< a script is at work still, and its keeper may have been stopped; `id` is the run
        stop_share,   ///< the step of a stop that is waited for has used its share
        stop_reserve, ///< the reserve of the stop begins
        stop_kill,    ///< what is left gets KILL, and after that the stop ends
        stop_look,    ///< what is left is counted again, since nobody tells of its end
        entry_kill,   ///< an inittab child that was told to end gets KILL
        entry_limit,  ///< the time of an entry that sysinit waits for is over
        start_hold,  ///< a start has waited long enough for a stop of its service; `id` is one above the step
        start_retry, ///< scripts for which there was no process or descriptor are tried again
        start_look,  ///< those that hold a slot are looked at: whether they only wait
        throttle,    ///< a respawn entry that was held back may start again
        ownership,   ///< the files that may name another process are read
        memory,      ///< memory that had run out may be back
    };
    static constexpr std::size_t kinds = 15;

    Kind kind{};
    std::uint32_t id = 0; ///< 0 for kinds of which there is one at a time, and for any of the others

    auto operator<=>(const Timer&) const = default;
};
struct TimerFired {
    Timer timer;
};

/// After a `population` that was not empty: children that nobody asked about were reaped; once a batch.
struct OrphansReaped {};

/// Answer to `look_for_run_by_hand`: a process that runs this service's script, and the word behind the
/// script's path; `pid` 0 where there is none, or where that could not be found out in time.
struct RunByHandTold {
    std::string service;
    pid_t pid;
    std::string verb;
};

/// Something may have changed whose a process is: a child that nobody asked about was reaped, or a file was
/// written in a folder given to `watch_folder`. What comes in a burst is told once.
struct OwnershipUnsure {};

using Event = std::variant<ChildEnded, ProcessEnded, ScriptStarted, ScriptFailed, ScriptEnded, RunEmpty,
                           LastLine, SignalReceived, Requested, ServiceCalled, CallSignalled, TimerFired,
                           OrphansReaped, RunByHandTold, OwnershipUnsure>;

} // namespace init::world
