// SPDX-License-Identifier: MIT
#include "system/tree.h"

#include <sys/stat.h>

namespace init::system {

FileKind file_kind(mode_t mode) noexcept
{
    switch (mode & S_IFMT) {
    case S_IFREG:
        return FileKind::file;
    case S_IFDIR:
        return FileKind::folder;
    case S_IFIFO:
        return FileKind::fifo;
    case S_IFSOCK:
        return FileKind::socket;
    case S_IFCHR:
    case S_IFBLK:
        return FileKind::device;
    default:
        return FileKind::other;
    }
}

} // namespace init::system
