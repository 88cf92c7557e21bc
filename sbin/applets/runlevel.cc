// SPDX-License-Identifier: MIT
// runlevel: prints the previous and the current runlevel from utmp, or the current one from
// /var/run/runlevel.
#include "applets/applets.h"
#include "system/utmp.h"

#include <fmt/format.h>

#include <cstdio>

namespace init::applets {

int runlevel(Arguments words)
{
    const system::UtmpPaths paths;
    if (const auto record = system::read_level_record(words.empty() ? paths.utmp : words[0])) {
        fmt::print("{} {}\n", record->previous, record->current);
        return 0;
    }
    if (const auto level = system::read_level_file(paths.level)) {
        fmt::print("N {}\n", *level);
        return 0;
    }
    fmt::print("unknown\n");
    return 1;
}

} // namespace init::applets
