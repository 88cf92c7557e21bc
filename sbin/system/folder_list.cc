// SPDX-License-Identifier: MIT
// In batches, straight from the kernel: what readdir(3) adds is not needed.
#include "system/folder_list.h"

#include "system/directory_entry.h"

#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <string_view>

namespace init::system {

world::Result<Listed> for_each_entry(int folder, std::size_t most,
                                     const std::function<void(const char*, unsigned char)>& visit)
{
    constexpr std::size_t batch_size = 32U << 10U;
    alignas(DirectoryEntry) std::array<char, batch_size> batch;
    std::size_t visited = 0;
    for (;;) {
        const long size = ::syscall(SYS_getdents64, folder, batch.data(), batch.size());
        if (size < 0)
            return world::errno_code();
        if (size == 0)
            return Listed::whole;
        for (long at = 0; at < size;) {
            const auto* entry = reinterpret_cast<const DirectoryEntry*>(batch.data() + at);
            at += entry->length;
            const std::string_view name{entry->name};
            if (name == "." || name == "..")
                continue;
            if (visited++ == most)
                return Listed::cut;
            visit(entry->name, entry->type);
        }
    }
}

world::Result<std::vector<std::string>> names_in(const UniqueFd& folder, std::size_t most)
{
    std::vector<std::string> names;
    const auto listed = for_each_entry(folder.get(), most,
                                       [&](const char* name, unsigned char) { names.emplace_back(name); });
    if (!listed)
        return listed.error();
    if (*listed == Listed::cut)
        return world::errno_code(E2BIG);
    std::sort(names.begin(), names.end());
    return names;
}

} // namespace init::system
