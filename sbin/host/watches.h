// SPDX-License-Identifier: MIT
// The processes whose end the supervisor wants to hear of. Who tells it depends on whose child the process
// is: the reaper, its keeper, or a pidfd. Each end is told once.
#pragma once

#include "host/loop.h"
#include "keeper/keeper_pool.h"
#include "system/pidfd.h"
#include "system/unique_fd.h"

#include <sys/types.h>

#include <functional>
#include <optional>
#include <vector>

namespace init::host {

class Watches final : Chore {
public:
    using OpenPidfd = world::Result<system::UniqueFd> (*)(pid_t) noexcept;

    /// `reap` collects what has ended and tells `child_ended`; it is asked before a pidfd's word counts,
    /// since a process may have become init's child, and then its status is known. All outlive it.
    Watches(Loop& loop, keeper::KeeperPool& pool, std::function<void()> reap,
            OpenPidfd open_pidfd = system::open_pidfd);
    ~Watches() override;

    void watch(pid_t pid);
    /// A child of init has ended. True when it was watched, and then ProcessEnded is on its way.
    bool child_ended(pid_t pid, int status) noexcept;
    /// A keeper's word, which is handed on: of a watched process it counts once.
    void keeper_said(const world::ProcessEnded& ended) noexcept;

    [[nodiscard]] std::size_t size() const noexcept { return watched_.size(); }

private:
    struct Watched {
        pid_t pid = 0;
        system::UniqueFd pidfd;
        std::optional<world::RunId> run; ///< under whose keeper it was; that one knows its status in the end
        bool by_looking = false;         ///< nobody tells of its end
    };

    // A chore only where the kernel has no pidfds.
    std::optional<world::TimePoint> due() const noexcept override { return look_due_; }
    void work(world::TimePoint now) noexcept override;

    [[nodiscard]] std::optional<world::RunId> run_above(pid_t pid) const noexcept;
    void let_go_of_pidfd(Watched& watched) noexcept;
    void watch_through_pidfd(pid_t pid);
    void pidfd_ready(pid_t pid);
    Watched* find(pid_t pid) noexcept;
    bool forget(pid_t pid) noexcept;

    Loop& loop_;
    keeper::KeeperPool& pool_;
    std::function<void()> reap_;
    OpenPidfd open_pidfd_;
    std::vector<Watched> watched_;
    std::optional<world::TimePoint> look_due_;
};

} // namespace init::host
