// SPDX-License-Identifier: MIT
#include "system/folder_watch.h"

#include <sys/inotify.h>
#include <unistd.h>

#include <array>
#include <cerrno>

namespace init::system {
namespace {

/// A pid file is written in place, or moved into its place.
constexpr unsigned written = IN_CLOSE_WRITE | IN_MOVED_TO;

} // namespace

FolderWatch::FolderWatch() noexcept : fd_(::inotify_init1(IN_NONBLOCK | IN_CLOEXEC)), error_(fd_ ? 0 : errno)
{
}

world::Result<void> FolderWatch::add(const std::string& folder) noexcept
{
    // A folder that is named again, or by another way, has the watch that it has.
    if (!fd_ || ::inotify_add_watch(fd_.get(), folder.c_str(), written | IN_ONLYDIR) >= 0 ||
        errno == ENOENT || errno == ENOTDIR)
        return {};
    return world::errno_code();
}

bool FolderWatch::drain() noexcept
{
    std::array<char, 4096> events;
    bool any = false;
    while (::read(fd_.get(), events.data(), events.size()) > 0)
        any = true;
    return any;
}

} // namespace init::system
