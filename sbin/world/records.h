// SPDX-License-Identifier: MIT
// The container's files that init owns: run and lock folders, utmp and wtmp, what scripts must not lose.
#pragma once

#include "model/runlevel.h"

#include <sys/types.h>

#include <string>

namespace init::world {

class Records {
public:
    Records() = default;
    Records(const Records&) = delete;
    Records& operator=(const Records&) = delete;
    virtual ~Records() = default;

    /// Run and lock folders, the sweep, utmp: once, before the first script.
    virtual void prepare_system() = 0;
    /// Makes anew what a script removed: FIFOs, control socket, state files, utmp records.
    virtual void mend_files() = 0;
    virtual void remove_file(const std::string& path) noexcept = 0;
    virtual void record_boot() noexcept = 0;
    virtual void record_runlevel(model::Runlevel previous, model::Runlevel level) noexcept = 0;
    /// INIT_PROCESS, DEAD_PROCESS. Source: utmp(5).
    virtual void record_process(const std::string& id, pid_t pid, bool alive) noexcept = 0;
};

} // namespace init::world
