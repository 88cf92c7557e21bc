// SPDX-License-Identifier: MIT
// The small inits that the program can be in place of: by the name it is called by it runs one command, sends
// signals on and ends with its status, or holds a pod's namespaces. No part of the rc init takes part in it.
#pragma once

#include "small/personality.h"

namespace init::small {

/// The small init of that name, with or without folders before it; null for any other name.
const Personality* find_personality(const char* called) noexcept;

/// Runs it to its end and leaves the process. Needs no static constructor to have run: called from
/// `.preinit_array`, it costs a fraction of the memory and time of a start through main.
[[noreturn]] void run(const Personality& who, int argc, char** argv, char** envp) noexcept;

} // namespace init::small
