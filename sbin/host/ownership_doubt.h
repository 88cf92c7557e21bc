// SPDX-License-Identifier: MIT
// Tells the supervisor to look anew whose a process is: somebody has run something by hand, or has written a
// pid file. A storm of orphans costs four looks a second.
#pragma once

#include "host/loop.h"
#include "system/folder_watch.h"

#include <optional>
#include <string>

namespace init::host {

class OwnershipDoubt final : Chore {
public:
    /// `loop` and `log` outlive it.
    OwnershipDoubt(Loop& loop, world::Log& log);

    /// From now on what is written into a folder is heard of; where that cannot be, it is said.
    void listen();
    void watch_folder(const std::string& folder) noexcept;
    /// OwnershipUnsure comes soon, once for a burst. Allocates nothing.
    void doubt() noexcept;

private:
    std::optional<world::TimePoint> due() const noexcept override { return due_; }
    void work(world::TimePoint now) noexcept override;

    Loop& loop_;
    world::Log& log_;
    system::FolderWatch folders_;
    std::optional<world::TimePoint> due_;
};

} // namespace init::host
