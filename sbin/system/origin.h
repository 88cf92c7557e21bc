// SPDX-License-Identifier: MIT
// What init was started with and changes for itself: its signal mask, the signals it ignored, its working
// directory and its file mode mask. A command in the foreground gets all of it back, as if it had been
// started alone.
#pragma once

#include "system/signal_mask.h"

#include <sys/types.h>

namespace init::system {

/// Blocks every signal, and remembers the mask that was in force the first time. May be called before static
/// constructors. A start with everything blocked is taken for our own boot in place, and remembered as empty.
void block_signals_at_start() noexcept;

/// Remembers the rest. Called once, before any of it is changed.
void remember_origin() noexcept;

struct Origin {
    const sigset_t* mask = nullptr;
    const sigset_t* ignored = nullptr;
    int folder = -1; ///< open, owned here; -1 where it could not be opened
    mode_t umask = 022;
};
/// Points into what was remembered.
Origin origin() noexcept;

/// Goes back to the working directory and file mode mask of the start, for a boot in place.
void return_to_origin() noexcept;

} // namespace init::system
