// SPDX-License-Identifier: MIT
#include "system/file_kind.h"

#include <sys/stat.h>

namespace init::system {

world::FileKind file_kind(mode_t mode) noexcept
{
    switch (mode & S_IFMT) {
    case S_IFREG:
        return world::FileKind::file;
    case S_IFDIR:
        return world::FileKind::folder;
    case S_IFIFO:
        return world::FileKind::fifo;
    case S_IFSOCK:
        return world::FileKind::socket;
    case S_IFCHR:
    case S_IFBLK:
        return world::FileKind::device;
    default:
        return world::FileKind::other;
    }
}

} // namespace init::system
