// SPDX-License-Identifier: MIT
// What getdents64(2) writes, for those who may not allocate and so cannot use readdir(3).
#pragma once

#include <cstdint>

namespace init::system {

/// One entry of a batch, `length` bytes long. Source: getdents64(2), struct linux_dirent64.
struct DirectoryEntry {
    std::uint64_t inode;
    std::int64_t offset;
    std::uint16_t length;
    std::uint8_t type;
    char name[1]; ///< as long as it is, NUL-terminated
};

/// Calls `visit(name)` for each entry of a batch of `size` bytes, which is aligned for one.
template <class Visit> void for_each_name(const char* batch, long size, Visit&& visit) noexcept
{
    for (long at = 0; at < size;) {
        const auto* entry = reinterpret_cast<const DirectoryEntry*>(batch + at);
        visit(entry->name);
        at += entry->length;
    }
}

} // namespace init::system
