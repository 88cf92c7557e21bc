// SPDX-License-Identifier: MIT
// Starts a program the cheap and safe way: clone with CLONE_VM|CLONE_VFORK on a stack of its own, all signals
// blocked around it, errors of set-up and exec brought back as errno and step. Keepers use it as it is;
// inittab entries and tools come through Boost.Process and the launcher on top of it. Under sanitizers it
// forks, since they do not mix with CLONE_VM.
#pragma once

#include "system/unique_fd.h"
#include "world/result.h"
#include "world/soft_limit.h"

#include <signal.h>
#include <sys/types.h>

#include <cstddef>

namespace init::system {

struct SpawnRequest {
    const char* path = nullptr; ///< absolute, or relative to `/`; not searched for
    char* const* argv = nullptr;
    char* const* environment = nullptr;
    int standard[3] = {-1, -1, -1}; ///< what becomes 0, 1, 2; -1 is /dev/null
    enum class Session { group, session, session_with_terminal } session = Session::group;
    /// Open for writing: the child moves itself there before exec; an error there is not one of the launch.
    int cgroup_procs = -1;
    const sigset_t* mask = nullptr; ///< nullptr: empty
    /// Signals to leave ignored; nullptr: none, every disposition is default.
    const sigset_t* ignored = nullptr;
    mode_t umask = 022;
    int folder = -1; ///< the working directory; -1 is `/`, and so is one that cannot be entered
    const world::SoftLimit* limits = nullptr; ///< soft limits for the child, never above the hard ones
    std::size_t limit_count = 0;
    /// RLIMIT_NOFILE's soft value is put back to what init was started with (see `remember_file_limit`).
    bool soft_limit_restored = false;
    /// Where the kernel puts the child's pid, before the child does anything; 0 again when it could not
    /// execute. In memory that others share and that is present, it tells them of the child also when the
    /// caller is killed in here.
    pid_t* pid_record = nullptr;
    bool shell_on_enoexec = true; ///< a file without #! is run by /bin/sh, as execvp(3) does
};

struct SpawnFailure {
    int error = 0;
    const char* step = ""; ///< "exec", "open /dev/null", "setsid", ... static storage
};

struct Spawned {
    pid_t pid = -1; ///< -1 when it failed
    UniqueFd pidfd; ///< empty where the kernel has none, and with a `pid_record`
    SpawnFailure failure;
};

/// The child's descriptors are exactly 0, 1, 2; its working directory is `/`. A child that failed before exec
/// has been waited for. Allocates nothing.
Spawned spawn(const SpawnRequest& request) noexcept;

} // namespace init::system
