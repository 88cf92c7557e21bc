// SPDX-License-Identifier: MIT
// The sweep: at boot, removes the pid files, subsys locks and sockets that nobody alive owns, as a killed
// container leaves them behind. It never enters what was mounted from outside and follows no link out of the
// run and lock folders.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

namespace init::system {

/// How much the sweep looks at. Entries of root's and of init's own user have no limit but that of their
/// folder; those of others do not use it up.
struct SweepLimits {
    std::size_t names = 100'000;    ///< read in one folder; what others put there may hide root's behind them
    std::size_t of_owner = 10'000;  ///< entries of one other owner, and names in folders of that owner
    std::size_t of_others = 50'000; ///< the same of all other owners together
};

struct SweepOptions {
    std::string root;                  ///< the tree to sweep; empty for the real root
    bool shared_pid_namespace = false; ///< nothing is swept: a file's owner may be a neighbour
    std::function<bool(const std::string& path)> answers; ///< as of `PrepareOptions`
    std::function<bool(pid_t)> is_own;                    ///< init's own helpers; init itself is always one
    std::string mountinfo = "/proc/self/mountinfo";
    SweepLimits limits;
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
/// what memory or rights do not allow, and what is beyond a limit, is left where it is.
SweepReport sweep_stale_state(const SweepOptions& options) noexcept;

} // namespace init::system
