// SPDX-License-Identifier: MIT
// Packs what init asks of a keeper into the bytes of one order.
#pragma once

#include "world/host.h"

#include <cstdint>
#include <string>

namespace init::keeper {

/// The variable that marks a service's processes: RCINIT_SERVICE=LABEL.
std::string service_variable(const std::string& label);

/// A run of a script. Error: E2BIG when it does not fit into one order.
world::Result<std::string> pack_run(std::uint32_t run, const world::ScriptRequest& request);

/// Adds to the flags of a packed order.
void add_flags(std::string& order, std::uint16_t flags) noexcept;

/// Reading the output of a run that has no script under this keeper.
std::string pack_reading(std::uint32_t run, const std::string& label);

} // namespace init::keeper
