// SPDX-License-Identifier: MIT
// The files in the state directory that others read: replaced whole, so that a reader never meets half of
// one.
#pragma once

#include "world/result.h"

#include <span>
#include <string>
#include <string_view>

namespace init::control {

/// Writes `status.json`, readable by everyone. Errors: errno of the step that failed; the old file stands
/// then.
world::Result<void> write_status_file(const std::string& folder, std::string_view json);
/// Reads it back; at most 4 MB. Errors: errno.
world::Result<std::string> read_status_file(const std::string& folder);

/// Writes `environment`, one KEY=VALUE after another, each ended by a NUL; readable by init's user only,
/// since it may hold secrets.
world::Result<void> write_environment_file(const std::string& folder,
                                           std::span<const std::string> environment);

} // namespace init::control
