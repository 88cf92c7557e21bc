// SPDX-License-Identifier: MIT
// A whole boot and stop as a tree would have them, without running anything: what is started for a runlevel,
// in which order and why not, and what a stop does afterwards.
#pragma once

#include "model/machine_script.h"
#include "model/rc_layout.h"
#include "supervisor/level_plan.h"

#include <optional>
#include <string>
#include <vector>

namespace init::supervisor {

struct PlannedScript {
    std::string name;
    std::string script;        ///< the link's path; the script's where no link names it
    std::string verb;          ///< start or stop
    std::optional<int> number; ///< of the link
    unsigned wave = 1;
    std::vector<std::size_t> after;   ///< the direct predecessors, by index into the same list
    std::vector<model::EdgeKind> why; ///< for each of `after`
    bool interactive = false;
    std::optional<std::string> skip; ///< why it is not run
};

struct BootPlan {
    model::Layout layout = model::Layout::plain;
    model::Runlevel level;
    std::vector<PlannedScript> start; ///< Debian's rcS scripts, then the level's S-scripts
    std::vector<PlannedScript> stop;  ///< the K-scripts, then services that no K-link names, should they live
    bool start_side_by_side = false;
    bool stop_side_by_side = false;
    std::vector<std::string> notes; ///< who runs rc.sysinit and rc, where it is not init's engine
    model::Diagnostics complaints;
};

/// `level`: nothing is the tree's own default. Everything is taken to start and run; what only a running
/// system can tell (locks, deaths) is left out.
BootPlan read_boot_plan(system::Tree& tree, const model::Settings& settings, const model::MachineFacts& facts,
                        std::optional<model::Runlevel> level);

} // namespace init::supervisor
