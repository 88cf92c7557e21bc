// SPDX-License-Identifier: MIT
// The few steps without which no script starts: /proc, the run and lock folders, the sweep, an empty utmp and
// a console. init does them itself, before the first script; everything else of a machine's start is
// rc.sysinit's.
#pragma once

#include "system/sweep.h"

#include <unistd.h>

#include <string>
#include <vector>

namespace init::system {

struct PrepareOptions {
    std::string root;                  ///< the tree; empty for the real root
    bool shared_pid_namespace = false; ///< turns the sweep off
    std::function<bool(pid_t)> is_own; ///< init's own helpers, for the sweep
    /// A path for which this is false is not touched: who answers for it may never do.
    std::function<bool(const std::string& path)> answers;
    bool first = true; ///< false: after a script, when what it removed is made anew; nothing is swept or said
    bool mount_proc = true;      ///< false: a missing /proc stays missing
    pid_t init_pid = ::getpid(); ///< whose stdout a missing /dev/console leads to
};

struct PrepareReport {
    std::vector<Swept> removed;        ///< by the sweep
    std::vector<std::string> messages; ///< lines for the log; a failed step costs that step
};

/// Runs every step in order. Never fails and never throws: works as any uid, without rights and on a
/// read-only root, where the lost steps are messages.
PrepareReport prepare_system(const PrepareOptions& options) noexcept;

} // namespace init::system
