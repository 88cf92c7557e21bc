// SPDX-License-Identifier: MIT
// The one process that writes to the container's stdout. It may block there for ever; nobody waits for it.
#pragma once

#include "keeper/scribe_desk.h"

namespace init::keeper {

/// Two pipes, so that nobody's flood leaves init without room for a line of its own.
struct ScribeSources {
    int lines = -1; ///< whole lines of scripts
    int own = -1;   ///< records of init's own
};

/// Carries whole lines to `output`, those of init's own where they belong among the others, until neither
/// pipe has a writer left. What does not find room in the output is lost, counted, and told when there is
/// room again. Runs in a process of its own, right after fork, and leaves it by `_exit`.
[[noreturn]] void scribe_main(ScribeSources sources, int output, Desk& desk) noexcept;

} // namespace init::keeper
