// SPDX-License-Identifier: MIT
// Who carries out what an inittab entry asks for: init's engine and its own rc.sysinit, or the image's files
// as they stand. The image's own work wins; a boot and the tools that show one ask the same functions.
#pragma once

#include "model/rc_layout.h"
#include "model/settings.h"
#include "world/tree.h"

#include <string>

namespace init::tree {

struct RcDecision {
    bool engine = true;
    std::string words; ///< for the log; empty where there is nothing to tell
};
/// For an entry that runs the distribution's rc or rcS.
RcDecision choose_rc(world::Tree& tree, const model::Settings& settings, const model::RcCall& call);

struct SysinitDecision {
    enum class Who { nobody, image, builtin } who = Who::image;
    std::string words;
};
/// For an entry that runs rc.sysinit.
SysinitDecision choose_sysinit(world::Tree& tree, const model::Settings& settings, const model::RcCall& call);

} // namespace init::tree
