// SPDX-License-Identifier: MIT
// Tells the tmpfs that a runtime made for this container from one that was there before and was lent to it:
// by mountinfo they look alike. PID 1 is there before its runtime mounts anything for it, so what is
// younger than PID 1 was made for it, and what is older belongs to somebody outside.
#pragma once

#include "system/mount.h"

#include <string>
#include <string_view>

namespace init::system {

/// Whether the file system whose topmost folder is open here was made after this process began. Where the
/// kernel does not tell when it was made (before Linux 5.18, strict seccomp): whether nothing in that
/// folder is older. False where it cannot be told, without /proc for one.
bool is_fresh_mount(int folder);

/// Whether the state folder `path`, or one above it, is a mount that is not fresh. `path` is inside `root`,
/// without links.
bool is_on_older_mount(const MountTable& table, const std::string& root, std::string_view path);

} // namespace init::system
