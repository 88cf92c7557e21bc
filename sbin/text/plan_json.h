// SPDX-License-Identifier: MIT
// The plan of a boot as JSON with `"schema":1`, and as a graph for dot(1).
#pragma once

#include "model/boot_plan.h"

#include <string>

namespace init::text {

/// One line without a newline at its end.
std::string to_json(const model::BootPlan& plan);
/// A digraph of the start: an arrow leads to what waits. Skipped scripts are dotted, wants dashed, numbers
/// grey.
std::string to_dot(const model::BootPlan& plan);

} // namespace init::text
