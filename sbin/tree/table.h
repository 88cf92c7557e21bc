// SPDX-License-Identifier: MIT
// Reads the inittab and its folder from a tree, and looks which layout a root has.
#pragma once

#include "model/inittab.h"
#include "model/rc_layout.h"
#include "world/tree.h"

namespace init::tree {

model::Layout look_for_layout(world::Tree& tree);

/// The whole table: /etc/inittab, /etc/inittab.d/*.tab, completed for the layout. A file that cannot be read
/// is an error where it exists.
world::Result<model::Inittab> read_table(world::Tree& tree, model::Layout layout);

} // namespace init::tree
