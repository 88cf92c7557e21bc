// SPDX-License-Identifier: MIT
// What the supervisor asks of the world, and what the world tells it. The real answer waits with Asio and
// talks to keepers; the tests' answer records what it was asked and moves its clock when told.
#pragma once

#include "model/initctl_request.h"
#include "model/inittab.h"
#include "model/machine_script.h"
#include "model/rc_layout.h"
#include "system/soft_limit.h"
#include "system/tree.h"

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace init::system {

using TimePoint = std::chrono::steady_clock::time_point;

/// One run of a script under a keeper. Never reused within one life of init.
enum class RunId : std::uint32_t {};

// --- Events ---------------------------------------------------------------------------------------

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
    int output; ///< a pipe of the caller's, for `ScriptRequest::caller`; the host's, open until `run_script`
};
/// The caller was interrupted: the script's group is to get this signal.
struct CallSignalled {
    CallId call;
    int signo;
};

enum class Timer {
    share,
    stop_step,
    kill,
    entry_kill,
    throttle,
    script_report,
    visitors,
    entry_limit,
    retry
};
struct TimerFired {
    Timer timer;
};

/// After a `population` that was not empty: children that nobody asked about were reaped; once a batch.
struct OrphansReaped {};

/// Something may have changed whose a process is: a child that nobody asked about was reaped, or a file was
/// written in a folder given to `watch_folder`. What comes in a burst is told once.
struct OwnershipUnsure {};

using Event = std::variant<ChildEnded, ProcessEnded, ScriptStarted, ScriptFailed, ScriptEnded, RunEmpty,
                           LastLine, SignalReceived, Requested, ServiceCalled, CallSignalled, TimerFired,
                           OrphansReaped, OwnershipUnsure>;

// --- Requests -------------------------------------------------------------------------------------

struct ScriptRequest {
    std::string label;                    ///< the service, before each line of output
    std::vector<std::string> argv;        ///< argv[0] is the path of the script
    std::vector<std::string> environment; ///< KEY=VALUE on top of the boot's environment
    bool keeper = true;   ///< false: directly under init (keeper=no); a keeper still reads its output
    bool grouped = false; ///< its lines are held together until it ends
    int caller = -1; ///< a non-blocking pipe that gets a copy of the output until the script ends; not owned.
                     ///< Not for keeper=no
    std::vector<SoftLimit> limits{}; ///< those of the caller
};

struct ChildRequest {
    std::string label;                    ///< the inittab id, before each line of output
    std::vector<std::string> argv;        ///< argv[0] is searched for in PATH when it holds no slash
    std::vector<std::string> environment; ///< KEY=VALUE on top of the boot's environment
    bool console = false;     ///< 0, 1 and 2 are the container's terminal, in a session of its own
    bool controlling = false; ///< ... and it becomes the controlling terminal
    /// CMD: started as if alone, with the environment, signal mask, ignored signals, working directory and
    /// file mode mask of the container, and searched for in its PATH.
    bool is_command = false;
};

/// What a caller is told: first that its call is taken up or why it is not, then how the script ended.
struct CallAnswer {
    enum class Kind { taken, refused, ended } kind = Kind::taken;
    int exit = 0;    ///< of `ended`: the script's exit code, or 128 + the signal
    std::string why; ///< of `refused`
};

// --- Looks ----------------------------------------------------------------------------------------

struct ProcessLook {
    pid_t pid = 0;
    pid_t parent = 0;
    std::optional<RunId> run; ///< under whose keeper it sits
};

/// What is left to wait for at the end of a stop. Keepers, spawner and scribe are not counted.
struct Population {
    std::size_t under_keepers = 0;
    std::size_t others = 0;   ///< children of init and what is below them
    std::size_t visitors = 0; ///< entered from outside (`docker exec`): parent 0, and what is below them
    [[nodiscard]] bool is_empty() const noexcept { return under_keepers + others + visitors == 0; }
};

class Host : public Tree {
public:
    // Time and events.
    virtual TimePoint now() noexcept = 0;
    virtual std::int64_t wall_clock() noexcept = 0;             ///< seconds since 1970
    virtual void arm(Timer timer, TimePoint when) noexcept = 0; ///< replaces an earlier time of this timer
    virtual void disarm(Timer timer) noexcept = 0;
    virtual Event next_event() = 0; ///< waits

    // Processes.
    virtual Result<RunId> run_script(const ScriptRequest& request) = 0; ///< the outcome arrives as events
    virtual Result<pid_t> launch(const ChildRequest& request) = 0;
    virtual void expect_runs(std::size_t at_once) noexcept = 0; ///< a hint: how many will run side by side
    virtual void ask_last_line(RunId run) noexcept = 0;
    /// False where the caller has gone. A call that was not `taken` must not be run: its caller does that.
    virtual bool answer_call(CallId call, const CallAnswer& answer) = 0;
    virtual void signal_script(RunId run, int signo) noexcept = 0;   ///< the script's process group
    virtual void signal_group(pid_t leader, int signo) noexcept = 0; ///< a launched child's group
    virtual void signal_process(pid_t pid, int signo) noexcept = 0;
    virtual void
    signal_rest(int signo) noexcept = 0; ///< everything that is ours; keepers and scribe ignore TERM
    virtual void signal_visitors(int signo) noexcept = 0; ///< what was entered from outside
    virtual void kill_under_keepers() noexcept = 0; ///< each keeper KILLs what is under it, drains and leaves
    virtual void watch(pid_t pid) = 0;              ///< ProcessEnded when it ends; at once when it is gone
    virtual void
    watch_folder(const std::string& folder) noexcept = 0; ///< OwnershipUnsure when a file is written there
    virtual Population population() noexcept = 0;
    [[nodiscard]] virtual std::size_t keepers_left() noexcept = 0; ///< keepers with a run that have not gone
    /// From here on nothing allocates: `next_event` waits without Asio, requests are not read any more.
    virtual void begin_reserve() noexcept = 0;
    /// A process that runs the script of this service by hand, under no keeper of that script's runs; 0 for
    /// none.
    virtual pid_t find_run_by_hand(std::string_view service) = 0;
    virtual std::vector<ProcessLook> processes() = 0;

    // Looks, besides those of a tree.
    virtual bool is_alive(pid_t pid) noexcept = 0; ///< also not a zombie
    virtual model::MachineFacts machine_facts() = 0;
    virtual unsigned processors() noexcept = 0; ///< that we may run on, at least 1
    virtual bool has_terminal() = 0;            ///< the container's stdin is a terminal

    // The container's files that init owns.
    virtual void
    prepare_system() = 0; ///< run and lock folders, the sweep, utmp: once, before the first script
    virtual void
    mend_files() = 0; ///< makes anew what a script removed: FIFOs, control socket, state files, utmp records
    virtual void remove_file(const std::string& path) noexcept = 0;
    virtual void record_boot() noexcept = 0;
    virtual void record_runlevel(model::Runlevel previous, model::Runlevel level) noexcept = 0;
    virtual void record_process(const std::string& id, pid_t pid,
                                bool alive) noexcept = 0; ///< INIT_PROCESS, DEAD_PROCESS
    virtual void control_channel(bool open) noexcept = 0; ///< USR1 reopens the initctl FIFO, USR2 closes it
    virtual void release_console() noexcept = 0;          ///< HUP from the kernel: the terminal is lost
    virtual void status_changed() = 0;                    ///< the state files are to be written anew, soon
    virtual void set_title(std::string_view title) noexcept = 0; ///< `init [3]` in ps

    /// One line for the container's log; the name of the program stands before it. Never blocks.
    virtual void say(std::string_view line) noexcept = 0;
    /// Only with log=debug.
    virtual void debug(std::string_view line) noexcept = 0;
};

} // namespace init::system
