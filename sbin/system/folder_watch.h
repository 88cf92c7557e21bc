// SPDX-License-Identifier: MIT
// Notices that a file was written into one of the folders named: a pid file that changes while its old
// process lives sends no other word. And that somebody removes what is to stay. All with one instance of
// inotify(7), of which a user has few.
#pragma once

#include "system/unique_fd.h"
#include "world/result.h"

#include <set>
#include <string>

namespace init::system {

class FolderWatch {
public:
    struct Noticed {
        bool written = false; ///< in one of the folders
        bool lost = false;    ///< something that is to stay, or what was in it
    };

    /// Where the kernel refuses (no more instances for this user) nothing is ever noticed.
    FolderWatch() noexcept;

    /// Readable when something has happened; -1 where nothing is noticed.
    [[nodiscard]] int descriptor() const noexcept { return fd_.get(); }
    /// errno of the kernel's refusal; 0 where there was none.
    [[nodiscard]] int error() const noexcept { return error_; }
    /// From now on; once is enough. A folder that does not exist is passed over. Errors: errno of
    /// inotify_add_watch(2), as ENOSPC; nothing is said of one where nothing is ever noticed.
    world::Result<void> add(const std::string& folder);
    /// The folder, or the file that is no folder, is to stay where it is; a folder with all that is in it.
    /// What is made anew has to be named again. One that cannot be watched is passed over: there are other
    /// moments at which it is looked for.
    void keep(const std::string& path);
    /// Takes what has come.
    Noticed drain() noexcept;
    /// From now on nothing is noticed. The kernel frees watches some ms later, and whoever closes the
    /// instance waits for that: one who will end soon lets go of them first.
    void let_go() noexcept;

private:
    bool take(int watch);

    UniqueFd fd_;
    int error_ = 0;
    std::set<int> watches_; ///< that the kernel has
    bool is_over_ = false;
};

} // namespace init::system
