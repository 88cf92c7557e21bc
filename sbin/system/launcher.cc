// SPDX-License-Identifier: MIT
// The part of the launcher that is the same for every executor.
#include "system/launcher.h"

namespace init::system {

Spawned Launcher::start(const Path& program, const char* const* argv)
{
    request.path = program.c_str();
    request.argv = const_cast<char* const*>(argv);
    request.environment = const_cast<char* const*>(env);
    Spawned spawned = spawn(request);
    pid = spawned.pid;
    failure = spawned.failure;
    if (spawned.pid < 0)
        failed_path = program.native();
    return spawned;
}

} // namespace init::system
