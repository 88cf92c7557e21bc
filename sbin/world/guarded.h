// SPDX-License-Identifier: MIT
// The fence around a step of PID 1 that may run out of memory: what it costs is that step.
#pragma once

#include "world/log.h"

#include <exception>
#include <string_view>

namespace init::world {

/// Runs `step` and lets nothing out of it. What it throws costs what was left of the step, and is said
/// without any memory: `loss` tells what is lost and what happens now. True when the step came to its end.
template <class Step> bool guarded(Log& log, std::string_view loss, Step&& step) noexcept
try {
    step();
    return true;
} catch (const std::exception& e) {
    log.say(loss);
    log.say(e.what());
    return false;
} catch (...) {
    log.say(loss);
    return false;
}

/// For a message: it is lost where it cannot be put together, and nothing else with it.
template <class Step> void say_if_possible(Log& log, Step&& step) noexcept
{
    guarded(log, "a message is lost", step);
}

} // namespace init::world
