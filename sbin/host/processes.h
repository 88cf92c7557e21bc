// SPDX-License-Identifier: MIT
// The host's hands on processes: launching, signalling, watching and counting them. Which process gets what,
// and when, is the supervisor's.
#pragma once

#include "host/child_launcher.h"
#include "host/look_aside.h"
#include "host/loop.h"
#include "host/ownership.h"
#include "host/ownership_doubt.h"
#include "host/reaper.h"
#include "host/start_times.h"
#include "host/tree.h"
#include "host/watches.h"
#include "keeper/keeper_pool.h"
#include "world/processes.h"

#include <functional>

namespace init::host {

class Processes final : public world::Processes, Chore {
public:
    /// All outlive it.
    Processes(Loop& loop, world::Log& log, keeper::KeeperPool& pool,
              Watches::OpenPidfd open_pidfd = system::open_pidfd);

    /// From now on keepers are heard. Errors: as `Waiter::add`; then nothing may be started.
    [[nodiscard]] world::Result<void> listen();
    /// It outlives this. What it reads aside ends as a child of init; a path that it says does not answer is
    /// not touched.
    void use_tree(Tree& tree);
    /// Called with the pipe of a caller when the run that it is for has a copy of it, or needs none.
    void on_pipe_taken(std::function<void(int pipe)> taken) { pipe_taken_ = std::move(taken); }

    world::Result<world::RunId> run_script(const world::ScriptRequest& request) override;
    world::Result<pid_t> launch(const world::ChildRequest& request) override;
    void expect_runs(std::size_t at_once) noexcept override { pool_.expect(at_once); }
    void begin_stop() noexcept override;
    void ask_last_line(world::RunId run) noexcept override { pool_.ask_last_line(run); }
    bool wake_keeper(world::RunId run) noexcept override { return pool_.wake(run); }
    bool is_busy(world::RunId run) noexcept override;

    void signal_script(world::RunId run, int signo) noexcept override { pool_.signal_script(run, signo); }
    void signal_group(pid_t leader, int signo) noexcept override;
    void signal_process(pid_t pid, int signo) noexcept override;
    void signal_rest(int signo) noexcept override;
    void signal_visitors(int signo) noexcept override;
    void kill_under_keepers() noexcept override;

    void watch(pid_t pid) override { watches_.watch(pid); }
    void watch_folder(const std::string& folder) noexcept override { doubt_.watch_folder(folder); }
    [[nodiscard]] OwnershipDoubt& doubt() noexcept { return doubt_; }
    bool is_alive(pid_t pid) noexcept override;
    std::int64_t started_at(pid_t pid) noexcept override { return start_times_.of(pid); }
    std::optional<world::RunId> run_above(pid_t pid) noexcept override { return ownership_.of(pid).run; }
    world::Result<void> look_for_run_by_hand(std::string_view service,
                                             std::span<const world::RunId> own) override
    {
        return look_aside_.begin(service, own);
    }
    std::vector<world::ProcessLook> processes() override;

    world::Population population(Count count) noexcept override;
    std::size_t crowd() noexcept override;
    std::size_t keepers_left() noexcept override { return pool_.runs_alive(); }

    [[nodiscard]] Ownership& ownership() noexcept { return ownership_; }
    [[nodiscard]] Reaper& reaper() noexcept { return reaper_; }

private:
    // Chore: what the pool has to do at a time of its own.
    std::optional<world::TimePoint> due() const noexcept override { return pool_.due(); }
    void work(world::TimePoint now) noexcept override { pool_.work(now); }
    void read_keepers();
    void child_ended(pid_t pid, int status);

    Loop& loop_;
    keeper::KeeperPool& pool_;
    Tree* tree_ = nullptr;
    std::function<void(int)> pipe_taken_;
    std::function<void(world::Event)> sink_; ///< of what keepers say
    std::size_t at_work_ = 0;                ///< scripts whose end has not been told
    Ownership ownership_;
    StartTimes start_times_;
    LookAside look_aside_;
    ChildLauncher launcher_;
    OwnershipDoubt doubt_;
    Reaper reaper_;
    Watches watches_;
};

} // namespace init::host
