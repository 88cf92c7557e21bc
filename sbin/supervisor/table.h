// SPDX-License-Identifier: MIT
// Reads the inittab and its folder from a tree, and looks which layout a root has.
#pragma once

#include "model/inittab.h"
#include "model/rc_layout.h"
#include "system/tree.h"

namespace init::supervisor {

model::Layout look_for_layout(system::Tree& tree);

/// The whole table: /etc/inittab, /etc/inittab.d/*.tab, completed for the layout. A file that cannot be read
/// is an error where it exists.
system::Result<model::Inittab> read_table(system::Tree& tree, model::Layout layout);

} // namespace init::supervisor
