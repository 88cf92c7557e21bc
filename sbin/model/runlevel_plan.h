// SPDX-License-Identifier: MIT
// What entering a runlevel does: which scripts of its folder run, in which order and with which verb, and why
// one is left out. Pure values; the supervisor carries a plan out step by step and asks again before each
// step.
#pragma once

#include "model/rc_layout.h"
#include "model/script_link.h"

#include <optional>
#include <span>
#include <string>
#include <vector>

namespace init::model {

struct PlanStep {
    ScriptLink link;
    std::string path; ///< of the link, as rc calls it
    std::string verb; ///< start or stop

    bool operator==(const PlanStep&) const = default;
};

struct PlanInput {
    Layout layout = Layout::plain;
    Runlevel from;                         ///< N at boot
    Runlevel to;                           ///< S for Debian's rcS.d
    std::string folder;                    ///< the folder of `to`
    std::span<const std::string> names;    ///< what the folder holds
    std::span<const std::string> previous; ///< what the folder of `from` holds
};

/// The steps of a level, K before S, each in the order of number and name. Red Hat and plain: K with stop, S
/// with start. Debian: K-scripts are left out when coming from N; levels 0 and 6 call everything with stop; a
/// service that the level before started and this one does not stop is left alone. Source: the rc scripts of
/// initscripts and sysv-rc.
std::vector<PlanStep> plan_runlevel(const PlanInput& input);

/// What is known of a service just before its step.
struct ServiceFacts {
    bool link_leads_somewhere = false;
    bool executable = false;
    bool locked = false; ///< /var/lock/subsys/NAME or NAME.init exists
    bool main_lives = false;
    bool started = false;      ///< its start was run, and it was not stopped since
    bool level_reached = true; ///< false where a stop came before any level was entered
};

/// Why the step is left out, or nothing when it is to run. The machine-only scripts are not decided here.
std::optional<std::string> skip_reason(Layout layout, const PlanStep& step, const ServiceFacts& facts);

} // namespace init::model
