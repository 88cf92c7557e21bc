// SPDX-License-Identifier: MIT
// The kernel's side of the boot tests: starts one program as PID 1 of new user, PID, mount, UTS and IPC
// namespaces on a root of its own, and starts further programs inside them from outside, as a runtime's exec
// does. Which files the root holds is left to others. Everything started here dies with the thread that
// started it.
#pragma once

#include "system/unique_fd.h"

#include <sys/types.h>

#include <string>
#include <vector>

namespace boot {

using init::system::UniqueFd;

/// One mount made inside the new mount namespace before its root is entered.
struct MountStep {
    std::string source; ///< a host path for a bind mount, else the name shown
    std::string target; ///< a host path below the root; exists
    std::string type;   ///< empty: a recursive bind mount
    bool read_only = false;
};

struct EnclosureRequest {
    std::string root; ///< becomes `/`
    std::vector<MountStep> mounts;
    std::string program; ///< inside the new root
    std::vector<std::string> argv;
    std::vector<std::string> environment;
    int output = -1;                ///< becomes 1 and 2; -1 closes them
    bool terminal = false;          ///< `output` is one: it becomes 0 too, and PID 1's controlling terminal
    std::string folder = "/";       ///< inside; where PID 1 starts
    bool inherited_signals = false; ///< PID 1 starts with HUP and PIPE ignored and USR1 blocked
    int pids = 0;                   ///< the most processes at once, where the kernel counts them by namespace
    bool users = false;             ///< users beside root: 65,536 of the caller's, who is root
};

struct Enclosed {
    pid_t pid = -1; ///< -1 when `error` says why not
    UniqueFd pidfd;
    std::string error;
};

/// Starts `program` as PID 1; it is a child of the caller, who waits for it. uid and gid 0 inside are the
/// caller's, and without `users` there are no others.
Enclosed enclose(const EnclosureRequest& request);

/// Starts a program inside all five namespaces of `pidfd`'s process; its parent there is 0. The child that is
/// returned stays outside, and ends with the program's status (128+n for a signal, 125 when it could not be
/// entered).
Enclosed enter(int pidfd, const std::vector<std::string>& argv, const std::vector<std::string>& environment,
               int output);

/// Why no enclosure can be made here; empty when it can. Tried once.
const std::string& enclosure_denied();
/// The same for one with `users`.
const std::string& users_denied();

} // namespace boot
