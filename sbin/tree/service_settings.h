// SPDX-License-Identifier: MIT
// What a service's script and its own file say of how it is to be run.
#pragma once

#include "model/diagnostic.h"
#include "model/machine_script.h"
#include "model/settings.h"
#include "world/tree.h"

#include <optional>
#include <string>
#include <string_view>

namespace init::tree {

/// The `# rcinit:` lines of the script, then /etc/rcinit.conf.d/NAME.service, which wins. `text` is that of
/// the script at `path`.
model::ServiceSettings read_service_settings(world::Tree& tree, const std::string& name,
                                             const std::string& path, std::string_view text,
                                             model::Diagnostics& complaints);

/// Why a script is left out for being a machine's; nothing for any other, and for one with machine=run. Its
/// settings are read only where its name calls for it.
std::optional<std::string> machine_skip(world::Tree& tree, const std::string& name, const std::string& path,
                                        const model::MachineFacts& facts);

} // namespace init::tree
