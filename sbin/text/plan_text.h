// SPDX-License-Identifier: MIT
// The plan of a boot and a stop for people.
#pragma once

#include "model/boot_plan.h"

#include <string>

namespace init::text {

/// Its notes and both lists, wave by wave. Names stand in it whole; a terminal obeys nothing of them.
std::string to_text(const model::BootPlan& plan);

} // namespace init::text
