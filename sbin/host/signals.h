// SPDX-License-Identifier: MIT
// Signals are data: all but those that our own faults raise are blocked, and read from a signalfd(2). SIGCHLD
// goes to the reaper, every other one to the supervisor, with who sent it and from where.
#pragma once

#include "host/loop.h"
#include "host/ownership.h"
#include "host/reaper.h"
#include "system/unique_fd.h"

namespace init::host {

class Signals {
public:
    /// The signalfd, opened before anything is started. Errors: errno of signalfd(2).
    static world::Result<system::UniqueFd> open() noexcept;
    /// All outlive it.
    Signals(system::UniqueFd signals, Loop& loop, Reaper& reaper, const Ownership& ownership) noexcept;

    /// From now on they are read. Errors: as `Waiter::add`; then init is deaf, and must not start anything.
    [[nodiscard]] world::Result<void> listen();
    /// At the very end, with nobody to tell any more: waits until there is one, at most until `until`, and
    /// takes it.
    void wait_until(world::TimePoint until) noexcept;

private:
    void read() noexcept;

    system::UniqueFd signals_;
    Loop& loop_;
    Reaper& reaper_;
    const Ownership& ownership_;
};

} // namespace init::host
