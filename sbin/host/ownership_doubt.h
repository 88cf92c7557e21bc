// SPDX-License-Identifier: MIT
// Tells the supervisor to look anew whose a process is: somebody has run something by hand, or has written a
// pid file. A storm of orphans costs four looks a second. And tells that what is to stay has been removed.
#pragma once

#include "host/loop.h"
#include "system/folder_watch.h"

#include <functional>
#include <optional>
#include <set>
#include <string>

namespace init::host {

class OwnershipDoubt final : Chore {
public:
    /// `loop` and `log` outlive it.
    OwnershipDoubt(Loop& loop, world::Log& log);

    /// From now on what is written into a folder is heard of; where that cannot be, it is said.
    void listen();
    void watch_folder(const std::string& folder) noexcept;
    /// A folder for which this is false is not touched.
    void ask_first(std::function<bool(const std::string&)> answers) { answers_ = std::move(answers); }
    /// Something else may have come into the place of the folders.
    void watch_again() noexcept;
    /// Called when something given to `keep` has gone.
    void on_loss(std::function<void()> lost) { lost_ = std::move(lost); }
    /// As `FolderWatch::keep`.
    void keep(const std::string& path) { folders_.keep(path); }
    /// A stop asks for itself, and nothing is noticed any more.
    void begin_stop() noexcept { folders_.let_go(); }
    /// OwnershipUnsure comes soon, once for a burst. Allocates nothing.
    void doubt() noexcept;

private:
    std::optional<world::TimePoint> due() const noexcept override { return due_; }
    void work(world::TimePoint now) noexcept override;

    Loop& loop_;
    world::Log& log_;
    system::FolderWatch folders_;
    void watch_now(const std::string& folder);

    std::set<std::string> watched_;
    std::function<bool(const std::string&)> answers_;
    std::function<void()> lost_;
    std::optional<world::TimePoint> due_;
};

} // namespace init::host
