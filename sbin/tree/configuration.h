// SPDX-License-Identifier: MIT
// Gathers the settings from where they may stand, the later source over the earlier. What a key means is the
// model's.
#pragma once

#include "model/diagnostic.h"
#include "model/settings.h"
#include "world/tree.h"

#include <span>
#include <string>
#include <utility>
#include <vector>

namespace init::tree {

struct Configuration {
    model::Settings settings;
    model::Diagnostics complaints;
};

/// The files of a tree alone: /etc/rcinit.conf, /etc/rcinit.conf.d/*.conf in the order of their names. A file
/// that is not there is nothing; one that cannot be read is a complaint.
Configuration read_configuration_files(world::Tree& tree);

/// The same of `own`, the tree that we run in, then RCINIT_* of the environment, then `options` by key.
Configuration read_configuration(world::Tree& own,
                                 std::span<const std::pair<std::string, std::string>> options);

} // namespace init::tree
