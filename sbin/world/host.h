// SPDX-License-Identifier: MIT
// All that the supervisor asks of the world, part by part. The real answers wait with epoll and talk to
// keepers; the tests' answers record what they were asked, and their clock moves when told.
#pragma once

#include "world/callers.h"
#include "world/clock.h"
#include "world/log.h"
#include "world/machine.h"
#include "world/processes.h"
#include "world/records.h"
#include "world/tree.h"

namespace init::world {

/// The parts outlive it.
struct Host {
    Clock& clock;
    Processes& processes;
    Callers& callers;
    Records& records;
    Machine& machine;
    Tree& tree;
    Log& log;
};

} // namespace init::world
