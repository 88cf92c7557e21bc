// SPDX-License-Identifier: MIT
// Processes: starting, signalling, watching and counting them.
#pragma once

#include "world/events.h"
#include "world/result.h"

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace init::world {

struct ScriptRequest {
    std::string label;                    ///< the service, before each line of output
    std::vector<std::string> argv;        ///< argv[0] is the path of the script
    std::vector<std::string> environment; ///< KEY=VALUE on top of the boot's environment
    bool keeper = true;   ///< false: directly under init (keeper=no); a keeper still reads its output
    bool grouped = false; ///< its lines are held together until it ends
    /// A non-blocking pipe that gets a copy of the output until the script ends; -1 for none; not owned. Not
    /// for keeper=no.
    int caller = -1;
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
    [[nodiscard]] std::size_t ours() const noexcept { return under_keepers + others; }
    [[nodiscard]] bool is_empty() const noexcept { return under_keepers + others + visitors == 0; }
};

class Processes {
public:
    Processes() = default;
    Processes(const Processes&) = delete;
    Processes& operator=(const Processes&) = delete;
    virtual ~Processes() = default;

    // Starting.
    virtual Result<RunId> run_script(const ScriptRequest& request) = 0; ///< the outcome arrives as events
    virtual Result<pid_t> launch(const ChildRequest& request) = 0;
    virtual void expect_runs(std::size_t at_once) noexcept = 0; ///< a hint: how many will run side by side
    /// A stop has begun: its K-scripts may have the descriptors that were kept back until now.
    virtual void begin_stop() noexcept = 0;
    virtual void ask_last_line(RunId run) noexcept = 0;
    /// Whoever of the helpers that this run needs has been stopped by a signal goes on, or another one in its
    /// place. True when one was.
    virtual bool wake_keeper(RunId run) noexcept = 0;

    /// The run has work for a processor, as far as can be told from a look at a few of its processes. True
    /// where that cannot be told.
    virtual bool is_busy(RunId run) noexcept = 0;

    // Signalling. What has ended meanwhile is no error.
    virtual void signal_script(RunId run, int signo) noexcept = 0;   ///< the script's process group
    virtual void signal_group(pid_t leader, int signo) noexcept = 0; ///< a launched child's group
    virtual void signal_process(pid_t pid, int signo) noexcept = 0;
    /// Everything that is ours; keepers and scribe ignore TERM, and KILL spares them.
    virtual void signal_rest(int signo) noexcept = 0;
    virtual void signal_visitors(int signo) noexcept = 0; ///< what was entered from outside
    virtual void kill_under_keepers() noexcept = 0; ///< each keeper KILLs what is under it, drains and leaves

    // Watching.
    virtual void watch(pid_t pid) = 0; ///< ProcessEnded when it ends; at once when it is gone
    /// OwnershipUnsure when a file is written in it.
    virtual void watch_folder(const std::string& folder) noexcept = 0;
    virtual bool is_alive(pid_t pid) noexcept = 0; ///< also not a zombie
    /// When it began, in seconds since 1970; never later than it was, though the clock has been set since. 0
    /// where that cannot be told.
    virtual std::int64_t started_at(pid_t pid) noexcept = 0;
    virtual std::optional<RunId> run_above(pid_t pid) noexcept = 0; ///< the one under whose keeper it sits
    /// Looks for a process that runs this service's script under no keeper of the runs named; one that only
    /// has the script's name among its arguments is none. RunByHandTold follows, soon. Error: it cannot be
    /// looked for now; nothing follows then.
    virtual Result<void> look_for_run_by_hand(std::string_view service, std::span<const RunId> own) = 0;
    virtual std::vector<ProcessLook> processes() = 0;

    // Counting. A look may end when it has found enough: one of `ours` tells that somebody is left to wait
    // for.
    enum class Count { all, until_ours, until_other };
    virtual Population population(Count count) noexcept = 0;
    /// How many processes there are, helpers and zombies too, without a look at any of them.
    [[nodiscard]] virtual std::size_t crowd() noexcept = 0;
    [[nodiscard]] virtual std::size_t keepers_left() noexcept = 0; ///< keepers with a run that have not gone
};

} // namespace init::world
