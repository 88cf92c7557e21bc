// SPDX-License-Identifier: MIT
// Judges one file of the run and lock folders: does somebody alive stand behind this pid file, lock file or
// socket? The walk over the folders, and the removal, are the sweep's.
#pragma once

#include <sys/types.h>

#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace init::system {

/// True while a process of this id exists that is no zombie. Uses no signal and needs no /proc (without it a
/// zombie counts as alive).
bool is_process_alive(pid_t pid) noexcept;

enum class StateKind { none, pid_file, lock_file };
/// By name alone: `*.pid` and `pid` are pid files; `*.lock` and `LCK..*` are lock files when they hold a pid.
StateKind state_kind(std::string_view name) noexcept;

/// Why the pid file or lock file of this content is stale, in words, or nothing: an owner is alive, or the
/// content is no process id. Every word of the first line has to be a number. `is_own` tells init's own
/// processes, which own no pid file.
std::optional<std::string> stale_pid_content(std::string_view content,
                                             const std::function<bool(pid_t)>& is_own);

/// True where the kernel says that nobody has this socket open for its type; false also where it cannot be
/// asked. `folder` is the open directory that holds `name`, and `path` its name for a container without
/// /proc. Never waits.
bool is_socket_stale(int folder, const std::string& name, const std::string& path) noexcept;

} // namespace init::system
