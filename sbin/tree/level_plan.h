// SPDX-License-Identifier: MIT
// What entering a runlevel will do, read off a tree: the steps, and which waits for which. A boot and the
// tools that show one beforehand ask the same function.
#pragma once

#include "model/rc_layout.h"
#include "model/script_order.h"
#include "world/tree.h"

#include <optional>
#include <string>
#include <vector>

namespace init::tree {

/// The most of a script that is read for its header.
inline constexpr std::size_t header_limit = 256 * 1024;

/// One step, and those that must be over before it, by index into the plan. A stage (the K-scripts, then the
/// S-scripts) begins when the one before is over.
struct PlannedStep {
    model::PlanStep step;
    std::vector<std::size_t> after;
    std::vector<model::EdgeKind> why; ///< for each of `after`
    unsigned stage = 0;
    unsigned wave = 1; ///< from 1, counted on through the stages
    bool interactive = false;
};

struct LevelPlan {
    std::vector<PlannedStep> steps; ///< stage by stage, each in link order
    bool side_by_side = false;      ///< of the last stage that holds more than one step
    bool unlisted = false;         ///< the level's folder is there and cannot be listed; a complaint says why
    model::Diagnostics complaints; ///< about headers, loops, needs that nobody provides
};

/// What stands in the tree besides the scripts, read once for all levels.
struct OrderSources {
    model::Facilities facilities;
    std::vector<std::string> overrides[2]; ///< names in the folders of `override_folders`
    model::Diagnostics complaints;
};
/// The administrator's stand before the distribution's. Source: insserv(8).
inline constexpr const char* override_folders[2] = {"/etc/insserv/overrides", "/usr/share/insserv/overrides"};

OrderSources read_order_sources(world::Tree& tree);

/// The block that stands for a script: that of its override, else its own.
std::optional<model::LsbHeader> read_header(world::Tree& tree, const OrderSources& sources,
                                            const std::string& name, const std::string& path,
                                            model::Diagnostics& complaints);

/// Reads the folder of `to`, and the headers of its scripts unless `parallel` is no.
LevelPlan read_level_plan(world::Tree& tree, model::Layout layout, model::Runlevel from, model::Runlevel to,
                          model::ParallelChoice parallel);

} // namespace init::tree
