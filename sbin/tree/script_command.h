// SPDX-License-Identifier: MIT
// The command that runs a script, whether its mode bits are as they should be or not.
#pragma once

#include "world/tree.h"

#include <span>
#include <string>
#include <vector>

namespace init::tree {

/// `path`, of which `look` is, with `arguments`; behind the interpreter of its `#!` line where it is not
/// executable: Debian's rc calls a script that lost its mode bits all the same.
std::vector<std::string> script_command(world::Tree& tree, const std::string& path,
                                        const world::FileLook& look, std::span<const std::string> arguments);

} // namespace init::tree
