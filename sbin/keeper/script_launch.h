// SPDX-License-Identifier: MIT
// The order of a run as a launch: its words, variables and limits. Nothing is copied but pointers into the
// order, and nothing of the run before is left in them.
#pragma once

#include "keeper/order_reader.h"
#include "keeper/protocol.h"
#include "system/spawn.h"

namespace init::keeper {

class ScriptLaunch {
public:
    /// `strings` stand behind the label, and must outlive the launch. 0, or an errno for an order that cannot
    /// be carried out. For a process of its own: it changes the environment of the boot.
    int read(const Order& order, StringReader& strings) noexcept;
    /// What the script writes goes to `writer`; it is born in the cgroup of `cgroup_procs`, or in none for
    /// -1. The kernel puts its pid into `record`.
    system::Spawned spawn(int writer, int cgroup_procs, pid_t* record) noexcept;

private:
    world::SoftLimit limits_[limits_limit];
    std::size_t limit_count_ = 0;
};

} // namespace init::keeper
