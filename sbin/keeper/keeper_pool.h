// SPDX-License-Identifier: MIT
// init's side of the keepers: it asks the spawner for them, gives each its run, reads their messages,
// and puts a new one in the place of one that was killed. The loop that waits on its descriptor is the
// host's.
#pragma once

#include "system/unique_fd.h"
#include "world/host.h"
#include "world/result.h"

#include <sys/types.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace init::keeper {

struct PoolOptions {
    /// The container's stdout; the scribe alone writes to it. Not owned; never set to O_NONBLOCK.
    int output = 1;
};

class KeeperPool {
public:
    /// Forks the scribe and the spawner. Called first of all, with all signals blocked, before init has built
    /// any table: what they inherit is what init holds now. `environ` is the environment that scripts get
    /// (RCINIT_* taken out).
    static world::Result<std::unique_ptr<KeeperPool>> start(const PoolOptions& options);
    KeeperPool(const KeeperPool&) = delete;
    KeeperPool& operator=(const KeeperPool&) = delete;
    ~KeeperPool();

    /// Readable when `receive` has something. Non-blocking.
    [[nodiscard]] int descriptor() const noexcept;
    /// Reads what keepers have sent and hands each event on, in order; at most `most` messages a call. True
    /// when there may be more.
    bool receive(std::size_t most, const std::function<void(world::Event)>& sink);

    /// One child of init has ended: true when it was a keeper, the spawner, the scribe, or a script whose
    /// keeper is gone; what follows from it is handed on (a lost keeper is replaced, a lost spawner or scribe
    /// made anew). Drains messages first, so that order holds: what the dead had told is taken before what
    /// it left undone is put right.
    bool child_ended(pid_t pid, int status, const std::function<void(world::Event)>& sink);

    /// Whatever is killed when, a run that was accepted has one outcome: ScriptStarted at most once, then
    /// ScriptFailed or ScriptEnded, and RunEmpty last. A script whose keeper dies before it has begun is
    /// begun again by another one; one that has begun never is. Error: EAGAIN, ENOMEM and the like, when it
    /// cannot be had now; E2BIG, EINVAL for a request that will not do; nothing follows then.
    world::Result<world::RunId> run(const world::ScriptRequest& request);
    /// A pipe whose lines are labelled; the write end is for a child of init, the reader is a keeper without
    /// a script. The run is empty when all writers have gone.
    world::Result<std::pair<world::RunId, system::UniqueFd>> read_output(const std::string& label);

    /// One more write end of that pipe, for another child. Error: ENOENT where nobody reads it any more, or
    /// where it cannot be had, as without /proc.
    world::Result<system::UniqueFd> reopen_output(world::RunId run) noexcept;
    /// Something is left of it.
    [[nodiscard]] bool is_alive(world::RunId run) const noexcept;

    /// So many runs may be at work at once from now on: that many free keepers are kept for the next run.
    void expect(std::size_t runs) noexcept;

    void ask_last_line(world::RunId run) noexcept;
    /// Its keeper, the spawner and the scribe go on where somebody has stopped them: CONT the first time, and
    /// another in its place where it is stopped again. True when one of them was stopped.
    bool wake(world::RunId run) noexcept;
    void signal_script(world::RunId run, int signo) noexcept; ///< the process group of the run's script
    void kill_under_keepers() noexcept;                       ///< order to every keeper; allocates nothing
    /// The keeper answers for this child of its own: its status arrives as ProcessEnded, once, and also when
    /// it was reaped already; without a status when that was long ago. If the keeper is lost first, the
    /// process becomes a child of init's, and its end comes to init's reaper. False when there is no keeper
    /// to ask: nothing arrives then.
    bool watch(world::RunId run, pid_t pid) noexcept;

    /// Keepers, spawner, scribe: what a count of living processes leaves out.
    [[nodiscard]] bool is_own(pid_t pid) const noexcept;
    /// `visitor(pid, run)` for each of them; the run is that of a keeper at work.
    template <class Visitor> void visit_own(Visitor&& visitor) const noexcept
    {
        visit_each([](pid_t pid, std::optional<world::RunId> run,
                      void* context) { (*static_cast<Visitor*>(context))(pid, run); },
                   &visitor);
    }
    [[nodiscard]] std::optional<world::RunId> run_of_keeper(pid_t keeper) const noexcept;
    [[nodiscard]] pid_t keeper_of(world::RunId run) const noexcept; ///< 0 when it has gone
    /// The process that all of the run's are below: its keeper, or the script itself where it has none. 0
    /// before it is there, and when it has gone.
    [[nodiscard]] pid_t top_of(world::RunId run) const noexcept;
    [[nodiscard]] std::vector<pid_t> keepers() const;
    [[nodiscard]] std::size_t runs_alive() const noexcept;

    /// One line of init's own for the log. Never blocks: what does not fit is dropped and counted, and the
    /// count is said when there is room. Whatever it holds, it stays one line that a terminal obeys nothing
    /// of. Allocates nothing.
    void say(std::string_view line) noexcept;

    /// When `work` is to be called: a helper that was lost could not be made anew at once.
    [[nodiscard]] std::optional<world::TimePoint> due() const noexcept;
    void work(world::TimePoint now) noexcept;

    /// The reserve of a stop has begun: from here on nothing allocates, a keeper that is lost is not
    /// replaced, and a script that had not begun is not begun again: its run has failed.
    void begin_reserve() noexcept;
    /// Ends spawner and spare keepers, closes init's end of the scribe's pipe; the scribe writes what it
    /// holds and leaves. Allocates nothing.
    void close() noexcept;
    [[nodiscard]] pid_t scribe() const noexcept; ///< 0 once reaped

private:
    struct State;
    using Visit = void (*)(pid_t pid, std::optional<world::RunId> run, void* context);
    explicit KeeperPool(std::unique_ptr<State> state) noexcept;
    void visit_each(Visit visit, void* context) const noexcept;
    std::unique_ptr<State> state_;
};

} // namespace init::keeper
