// SPDX-License-Identifier: MIT
// Any bytes as mountinfo: at most one mount a line, each found again by its path, and the judgement on paths
// below it always comes to an end.
#include "system/mount.h"

#include <algorithm>
#include <cstdint>

using namespace init::system;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const std::string_view text{reinterpret_cast<const char*>(data), size};
    const MountTable table = MountTable::parse(text);
    const auto lines = static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n')) + 1;
    if (table.points().size() > lines)
        __builtin_trap();
    for (const MountPoint& mount : table.points()) {
        const MountPoint* const found = table.find(mount.path);
        if (found == nullptr || found->path != mount.path)
            __builtin_trap();
        static_cast<void>(is_whole_tmpfs(mount));
        static_cast<void>(is_from_outside(table, mount.path));
    }
    static_cast<void>(is_from_outside(table, "/run/lock/subsys/sshd"));
    return 0;
}
