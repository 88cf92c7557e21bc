// SPDX-License-Identifier: MIT
// Has made anew, soon after, what a mount or a removal has taken from init while nobody of its own scripts
// was at work: control socket, state files, FIFOs, folders. The kernel tells of both; nothing is looked at
// without a word of it.
#pragma once

#include "host/loop.h"
#include "system/unique_fd.h"

#include <functional>
#include <optional>

namespace init::host {

class Upkeep final : Chore {
public:
    /// `loop` and `log` outlive it. `mend` is called once for a burst.
    Upkeep(Loop& loop, world::Log& log, std::function<void()> mend);

    /// From now on mounts are heard of; once is enough. Where the kernel does not tell of them (no /proc,
    /// gVisor) there are other moments at which things are mended.
    void listen() noexcept;
    /// Something may be missing. Allocates nothing.
    void doubt() noexcept;

private:
    std::optional<world::TimePoint> due() const noexcept override { return due_; }
    void work(world::TimePoint now) noexcept override;

    Loop& loop_;
    world::Log& log_;
    std::function<void()> mend_;
    system::UniqueFd mounts_; ///< mountinfo, where its changes are told
    std::optional<world::TimePoint> due_;
    world::TimePoint not_before_{}; ///< the last one took its share of the time
};

} // namespace init::host
