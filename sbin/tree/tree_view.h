// SPDX-License-Identifier: MIT
// A tree to look at with what a boot of it would go by: its configuration, and what the machine allows.
#pragma once

#include "model/diagnostic.h"
#include "model/machine_script.h"
#include "model/settings.h"
#include "system/rooted_tree.h"

#include <string>

namespace init::tree {

struct TreeView {
    system::RootedTree tree;
    model::Settings settings;
    model::MachineFacts facts;
    model::Diagnostics complaints; ///< of the configuration
};

/// `root`: empty for the running system, whose environment counts and whose confinement is probed; for
/// another one an ordinary container without privilege is assumed. Errors: errno of opening the root as a
/// folder.
world::Result<TreeView> open_tree(std::string root);

} // namespace init::tree
