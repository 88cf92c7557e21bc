// SPDX-License-Identifier: MIT
// Finds out what this confinement allows: capabilities, writable kernel settings, devices. Judging which
// scripts can work with that is the model's.
#pragma once

#include "model/machine_script.h"

#include <string>

namespace init::system {

/// Looks at the process itself and at /proc, /sys and /dev below `root`. In a user namespace of one's own the
/// rights that only count in the first one (clock, modules, audit) are taken for missing. `set_hostname` is a
/// setting and left to the caller. What cannot be read counts as missing.
model::MachineFacts probe_machine(const std::string& root = {}) noexcept;

} // namespace init::system
