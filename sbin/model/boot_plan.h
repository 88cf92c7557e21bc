// SPDX-License-Identifier: MIT
// A whole boot and stop as values: what is started for a runlevel, in which order and why not, and what a
// stop does afterwards. Reading one off a tree is the supervisor's.
#pragma once

#include "model/dependency_graph.h"
#include "model/diagnostic.h"
#include "model/rc_layout.h"

#include <optional>
#include <string>
#include <vector>

namespace init::model {

struct PlannedScript {
    std::string name;
    std::string script;        ///< the link's path; the script's where no link names it
    std::string verb;          ///< start or stop
    std::optional<int> number; ///< of the link
    unsigned wave = 1;
    std::vector<std::size_t> after; ///< the direct predecessors, by index into the same list
    std::vector<EdgeKind> why;      ///< for each of `after`
    bool interactive = false;
    std::optional<std::string> skip; ///< why it is not run
};

struct BootPlan {
    Layout layout = Layout::plain;
    Runlevel level;
    std::vector<PlannedScript> start; ///< Debian's rcS scripts, then the level's S-scripts
    std::vector<PlannedScript> stop;  ///< the K-scripts, then services that no K-link names, should they live
    bool start_side_by_side = false;
    bool stop_side_by_side = false;
    std::vector<std::string> notes; ///< who runs rc.sysinit and rc, where it is not init's engine
    Diagnostics complaints;
};

} // namespace init::model
