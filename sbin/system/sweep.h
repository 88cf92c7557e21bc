// SPDX-License-Identifier: MIT
// The sweep: at boot, removes the pid files, subsys locks and sockets that nobody alive owns, as a killed
// container leaves them behind. It never enters what was mounted from outside and follows no link out of the
// run and lock folders.
#pragma once

#include <sys/types.h>

#include <functional>
#include <string>
#include <vector>

namespace init::system {

struct SweepOptions {
    std::string root;                  ///< the tree to sweep; empty for the real root
    bool shared_pid_namespace = false; ///< nothing is swept: a file's owner may be a neighbour
    std::function<bool(pid_t)> is_own; ///< init's own helpers; init itself is always one
    std::string mountinfo = "/proc/self/mountinfo";
};

struct Swept {
    std::string path; ///< inside the root
    std::string why;
};

struct SweepReport {
    std::vector<Swept> removed;
    std::vector<std::string> messages; ///< what was left alone or failed, for the log
};

/// Looks below /run, /var/run, /run/lock and /var/lock, each folder once whatever links to it. Never throws:
/// what memory or rights do not allow is left where it is.
SweepReport sweep_stale_state(const SweepOptions& options) noexcept;

} // namespace init::system
