// SPDX-License-Identifier: MIT
// What is in an open folder. Others decide how much that is, so each reader names a bound, and no more than
// that is read: a folder is never read whole and then cut.
#pragma once

#include "system/unique_fd.h"
#include "world/result.h"

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

namespace init::system {

enum class Listed { whole, cut };

/// Calls `visit(name, type)` for at most `most` entries but `.` and `..`, in the folder's own order; `type`
/// is a DT_ constant of readdir(3), DT_UNKNOWN on some file systems. `cut` when there are more. `folder` is
/// open for reading; its position moves. Errors: errno of getdents64(2).
world::Result<Listed> for_each_entry(int folder, std::size_t most,
                                     const std::function<void(const char*, unsigned char)>& visit);

/// The names in `folder`, but for `.` and `..`, sorted bytewise; a list that breaks off is an error.
/// Errors: errno of getdents64(2), ENOTDIR, and E2BIG for more than `most` names.
world::Result<std::vector<std::string>> names_in(const UniqueFd& folder, std::size_t most);

} // namespace init::system
