// SPDX-License-Identifier: MIT
// The one caller of wait(2): collects what has ended, a batch at a time, so that a storm of orphans leaves
// other events their turn. What an ended child means is its owner's.
#pragma once

#include "host/loop.h"

#include <sys/types.h>

#include <functional>
#include <optional>

namespace init::host {

class Reaper final : Chore {
public:
    using ChildEnded = std::function<void(pid_t pid, int status)>;

    /// All outlive it. `ended` is called for each child, and may throw.
    Reaper(Loop& loop, world::Log& log, ChildEnded ended);

    /// Collects at most a batch. SIGCHLD comes once for any number of children, so what is left over is due
    /// again at once, without another one. Allocates nothing.
    void reap() noexcept;
    /// Whether OrphansReaped is to follow the next batch that is not empty.
    void tell_of_next_batch(bool tell) noexcept { is_told_ = tell; }

private:
    [[nodiscard]] bool has_room() const noexcept;
    std::optional<world::TimePoint> due() const noexcept override;
    void work(world::TimePoint now) noexcept override;

    Loop& loop_;
    world::Log& log_;
    ChildEnded ended_;
    bool has_more_ = false;
    bool is_told_ = false;
};

} // namespace init::host
