// SPDX-License-Identifier: MIT
// The fence around a step of PID 1 that may run out of memory: what it costs is that step.
#pragma once

#include "system/host.h"

#include <exception>
#include <string_view>

namespace init::supervisor {

/// Runs `step` and lets nothing out of it. What it throws costs what was left of the step, and is said
/// without any memory: `loss` tells what is lost and what happens now. True when the step came to its end.
template <class Step> bool guarded(system::Host& host, std::string_view loss, Step&& step) noexcept
try {
    step();
    return true;
} catch (const std::exception& e) {
    host.say(loss);
    host.say(e.what());
    return false;
} catch (...) {
    host.say(loss);
    return false;
}

/// For a message: it is lost where it cannot be put together, and nothing else with it.
template <class Step> void say_if_possible(system::Host& host, Step&& step) noexcept
{
    guarded(host, "a message is lost", step);
}

} // namespace init::supervisor
