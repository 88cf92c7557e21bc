// SPDX-License-Identifier: MIT
// Reads off a tree what a boot and a stop of it would do, without running anything.
#pragma once

#include "model/boot_plan.h"
#include "model/machine_script.h"
#include "model/settings.h"
#include "world/tree.h"

#include <optional>

namespace init::tree {

/// `level`: nothing is the tree's own default; S is its sysinit alone. Everything is taken to start and run;
/// what only a running system can tell (locks, deaths) is left out.
model::BootPlan read_boot_plan(world::Tree& tree, const model::Settings& settings,
                               const model::MachineFacts& facts, std::optional<model::Runlevel> level);

} // namespace init::tree
