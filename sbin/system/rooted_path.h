// SPDX-License-Identifier: MIT
// Paths of a tree that may have a folder of the caller's as its root: links are resolved inside that tree, as
// a chroot would, and folders are opened component by component so that a link planted meanwhile leads
// nowhere. For trees that nobody else writes to while they are read; a place that others may write to is
// walked as a trusted path.
#pragma once

#include "system/unique_fd.h"
#include "world/result.h"

#include <deque>
#include <string>
#include <string_view>

namespace init::system {

/// The names of a path in their order, `..` among them, `.` and empty ones left out.
std::deque<std::string> path_components(std::string_view path);

/// The path inside the tree that `path` leads to, without links and dots; a missing end is kept as it is
/// named, so a dangling link gives the place of its target. `root` is empty for the real root. Errors: ELOOP
/// after 16 links, errno of readlink(2) where it cannot be told what is a link.
world::Result<std::string> resolve_in_root(const std::string& root, std::string_view path);

/// Opens the folder `root` + `resolved`, following no link below `root`; close-on-exec. Errors: errno of
/// openat(2), ELOOP or ENOTDIR for a link.
world::Result<UniqueFd> open_folder(const std::string& root, std::string_view resolved);

} // namespace init::system
