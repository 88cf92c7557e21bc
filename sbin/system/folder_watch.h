// SPDX-License-Identifier: MIT
// Notices that a file was written into one of the folders named: a pid file that changes while its old
// process lives sends no other word.
#pragma once

#include "system/unique_fd.h"

#include <string>

namespace init::system {

class FolderWatch {
public:
    /// Where the kernel refuses (no more instances for this user) nothing is ever noticed.
    FolderWatch() noexcept;

    /// Readable when something was written; -1 where nothing is noticed.
    [[nodiscard]] int descriptor() const noexcept { return fd_.get(); }
    /// From now on; once is enough. A folder that does not exist is passed over.
    void add(const std::string& folder) noexcept;
    /// Takes what has come; true when there was something.
    bool drain() noexcept;

private:
    UniqueFd fd_;
};

} // namespace init::system
