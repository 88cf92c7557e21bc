// SPDX-License-Identifier: MIT
// The order of the scripts of one runlevel folder, all started or all stopped: side by side where their
// headers prove it safe, else in link order. Headers, facilities and insserv's own files come together here.
#pragma once

#include "model/depend_file.h"
#include "model/dependency_graph.h"
#include "model/diagnostic.h"
#include "model/facilities.h"
#include "model/runlevel_plan.h"
#include "model/script_header.h"
#include "model/settings.h"

#include <optional>
#include <span>
#include <string>
#include <vector>

namespace init::model {

struct OrderInput {
    std::span<const PlanStep> steps;                   ///< in link order; all with the verb of `starts`
    std::span<const std::optional<LsbHeader>> headers; ///< one for each step; empty when `parallel` is no
    bool starts = true;                                ///< false: they are stopped, and the graph is reversed
    ParallelChoice parallel = ParallelChoice::automatic;
    const Facilities* facilities = nullptr;
    const DependFile* depend = nullptr;   ///< insserv's file for this folder and verb, or none
    std::span<const std::string> earlier; ///< services that another level started before; ascending
};

struct ScriptOrder {
    bool side_by_side = false;     ///< false: link order, one after another
    DependencyGraph graph;         ///< one node for each step, in the same order
    std::vector<bool> interactive; ///< by step: runs alone
    Diagnostics complaints;        ///< loops and their cut; at start also absent needs and doubled names
};

/// `automatic`: side by side where insserv made the tree (`depend` holds targets) or every step has a
/// complete block. `yes`: always; a step without a complete block is a barrier. Where `depend` names a step
/// among its targets, its rule there stands for the header. Required-Start, Should-Start and X-Start-Before
/// at start; Required-Stop, Should-Stop and X-Stop-After, reversed, at stop. A Required name that no script
/// provides is told and does not hold anything.
ScriptOrder order_scripts(const OrderInput& input);

} // namespace init::model
