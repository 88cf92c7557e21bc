// SPDX-License-Identifier: MIT
// What must hold after every mix of pressures, whatever it was: one function for each claim, from what was
// seen to what is wrong. Values alone; seeing is left to others.
#pragma once

#include "recipe.h"

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace hostile {

/// What was seen of one life. Scripts write events: "s01 start" first, "s01 up" before they end well, "s01
/// stop" first, "s01 down" before they end.
struct Seen {
    bool over = false;
    int status = -1;
    std::chrono::milliseconds took{}; ///< from TERM to the end of PID 1
    std::optional<std::vector<std::string>>
        leftovers; ///< processes; nothing where they could not be looked at
    std::vector<std::string> events;
    std::size_t events_before_term = 0;
    std::string log;
    std::vector<std::string> changed; ///< files of root's outside the run folders that are not what they were
};

using Complaints = std::vector<std::string>;

/// PID 1 has ended before the runtime would have killed it, with a status that a stop may have.
Complaints judge_end(const Recipe& recipe, const Seen& seen);
/// Every K-script whose S-script had ended well before TERM has begun once, or the status is 73 and the log
/// names it. None has begun twice.
Complaints judge_stops(const Recipe& recipe, const Seen& seen);
/// The status is 0 only where each K-script that began has ended, or its own failure was said.
Complaints judge_status(const Recipe& recipe, const Seen& seen);
/// S-scripts and K-scripts have begun in an order that links or headers demand.
Complaints judge_order(const Recipe& recipe, const Seen& seen);
/// No process was left, unless the time was over: then the end of PID 1 ends what is left.
Complaints judge_leftovers(const Recipe& recipe, const Seen& seen);
/// No file of root's has changed.
Complaints judge_files(const Seen& seen);
/// Each line is whole, begins with its label, and the stop is told.
Complaints judge_log(const Recipe& recipe, const Seen& seen);

/// All of them.
Complaints judge(const Recipe& recipe, const Seen& seen);

} // namespace hostile
