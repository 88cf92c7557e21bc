// SPDX-License-Identifier: MIT
// What is in an open folder.
#pragma once

#include "system/unique_fd.h"
#include "world/result.h"

#include <string>
#include <vector>

namespace init::system {

/// The names in `folder`, but for `.` and `..`, sorted bytewise; a list that breaks off is an error.
/// Errors: errno of readdir(3), ENOTDIR.
world::Result<std::vector<std::string>> names_in(UniqueFd folder);

} // namespace init::system
