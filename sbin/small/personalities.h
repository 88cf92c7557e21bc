// SPDX-License-Identifier: MIT
// The small inits as data, one definition a source file.
#pragma once

#include "small/personality.h"

namespace init::small {

/// Of the program itself: the peers' own licences are for their own code.
extern const char licence_text[];

extern const Personality dumb_init;
extern const Personality tini;      ///< docker-init too
extern const Personality catatonit; ///< podman-init too
extern const Personality pause_program;

} // namespace init::small
