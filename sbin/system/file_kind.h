// SPDX-License-Identifier: MIT
// What stat(2) calls a file's type, in our words.
#pragma once

#include "world/tree.h"

#include <sys/types.h>

namespace init::system {

/// Of a mode of stat(2).
world::FileKind file_kind(mode_t mode) noexcept;

} // namespace init::system
