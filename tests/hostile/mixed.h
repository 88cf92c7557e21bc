// SPDX-License-Identifier: MIT
// Carries a recipe out: a container with its scripts, its limits and its attackers, one boot, one stop; and
// what was seen of it.
#pragma once

#include "verdict.h"

namespace hostile {

/// Takes as long as the boot and the grace of the recipe do, and waits half a minute longer for a PID 1 that
/// does not end.
Seen carry_out(const Recipe& recipe);

} // namespace hostile
