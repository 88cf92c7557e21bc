// SPDX-License-Identifier: MIT
// Paths that are walked with root's rights although others may write to folders on them. Each step goes
// through an open folder, and a link is followed only where nobody but root and init could have put it:
// whatever is swapped meanwhile, nothing outside is touched. Works alike on every kernel.
//
// What init makes, changes or removes as root where others may write, and why that is safe:
//   /run, /var/run, /run/lock, /var/lock, subsys, /tmp
//                             made here; the mode is theirs from birth, nothing is changed
//   /proc, /dev/console       made here; mounted on the open folder, linked in it
//   utmp, wtmp, runlevel      opened without following a link; only a regular file with no other name is
//                             written
//   stale files               removed from the open folder that they were judged in
//   /run/rcinit, /dev/shm/rcinit
//                             made here, and used only where nobody else may write to it or put another
//                             there; what is in it is therefore named by path
//   the initctl FIFOs         judged by the open descriptor, of which alone the mode is changed
#pragma once

#include "system/unique_fd.h"
#include "world/result.h"

#include <sys/stat.h>

#include <string>
#include <string_view>

namespace init::system {

struct TrustedFolder {
    UniqueFd fd;           ///< O_PATH: for the calls that take a folder
    std::string path;      ///< inside the tree, without links
    bool can_move = false; ///< others may put another folder in its place, or in that of one above it
};

struct NotReached {
    boost::system::error_code code; ///< EACCES for a link that is not followed
    std::string link;               ///< that link, inside the tree; else empty

    [[nodiscard]] std::string message() const;
};

template <class T> using Reached = boost::system::result<T, NotReached>;

/// Whether others than root and `self` may make and remove names in a folder with these facts. Sticky or not:
/// new names they may make in both.
bool others_may_write(const struct stat& folder, uid_t self) noexcept;

/// Whether others than root and `self` may put something else in the place of this entry of the folder.
bool others_may_move(const struct stat& folder, const struct stat& entry, uid_t self) noexcept;

/// Opens the folder `path` of the tree below `root`, which is empty for the real one; links are resolved
/// inside the tree. A link is followed where root or `self` owns it and its folder, and nobody else may
/// write to that folder. Errors: errno of openat(2), ENOTDIR, ELOOP after 16 links, EACCES for a link of
/// others.
Reached<TrustedFolder> open_trusted(const std::string& root, std::string_view path, uid_t self = ::geteuid());

/// The same, and makes what is missing: the folder itself with `mode`, those above it with 0755. One that is
/// there stays as it is.
Reached<TrustedFolder> make_trusted(const std::string& root, std::string_view path, mode_t mode);

/// Makes a folder that has just this mode from its birth, whatever the umask: nothing is left to be changed
/// afterwards, when the name may be another's. Errors: errno of mkdirat(2).
world::Result<void> make_folder(int folder, const char* name, mode_t mode) noexcept;

} // namespace init::system
