// SPDX-License-Identifier: MIT
// The small inits as data, one definition a source file.
#pragma once

#include "small/personality.h"

namespace init::small {

/// Of the program itself: the peers' own licences are for their own code.
inline constexpr char licence_text[] =
    "rcinit " RCINIT_VERSION " in the place of %b\nCopyright (c) 2026 the rcinit authors\n"
    "The MIT License (MIT): free to use, copy, modify and distribute, without any warranty, as long as the "
    "notice\n"
    "in the file LICENSE of rcinit's source goes with it.\n";

extern const Personality dumb_init;
extern const Personality tini;      ///< docker-init too
extern const Personality catatonit; ///< podman-init too
extern const Personality pause_program;

} // namespace init::small
