// SPDX-License-Identifier: MIT
// The command lines of halt, poweroff and reboot, which share their options. Source: halt(8).
#pragma once

#include <span>
#include <string>

namespace init::applets {

enum class HaltVerb { halt, poweroff, reboot };

struct HaltArguments {
    HaltVerb verb = HaltVerb::halt;
    bool force = false;       ///< -f: without shutdown
    bool record_only = false; ///< -w
    bool no_record = false;   ///< -d
    std::string error;        ///< why the line cannot be used; empty otherwise
};

/// -n -i -h -k -m MESSAGE -t [SECONDS] are taken and mean nothing here: file systems, network and disks are
/// not the container's. -p makes halt a poweroff.
HaltArguments parse_halt_arguments(HaltVerb verb, std::span<const std::string> words);

} // namespace init::applets
