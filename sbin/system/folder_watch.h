// SPDX-License-Identifier: MIT
// Notices that a file was written into one of the folders named: a pid file that changes while its old
// process lives sends no other word.
#pragma once

#include "system/unique_fd.h"
#include "world/result.h"

#include <string>

namespace init::system {

class FolderWatch {
public:
    /// Where the kernel refuses (no more instances for this user) nothing is ever noticed.
    FolderWatch() noexcept;

    /// Readable when something was written; -1 where nothing is noticed.
    [[nodiscard]] int descriptor() const noexcept { return fd_.get(); }
    /// errno of the kernel's refusal; 0 where there was none.
    [[nodiscard]] int error() const noexcept { return error_; }
    /// From now on; once is enough. A folder that does not exist is passed over. Errors: errno of
    /// inotify_add_watch(2), as ENOSPC; nothing is said of one where nothing is ever noticed.
    world::Result<void> add(const std::string& folder) noexcept;
    /// Takes what has come; true when there was something.
    bool drain() noexcept;

private:
    UniqueFd fd_;
    int error_ = 0;
};

} // namespace init::system
