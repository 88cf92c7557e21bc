// SPDX-License-Identifier: MIT
#include "system/folder_watch.h"

#include <sys/inotify.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

namespace init::system {
namespace {

/// A pid file is written in place, or moved into its place.
constexpr unsigned written = IN_CLOSE_WRITE | IN_MOVED_TO;
/// A file that is held open goes only when it is closed; that its name has gone is a change of its links.
constexpr unsigned file_lost = IN_ATTRIB | IN_DELETE_SELF | IN_MOVE_SELF;
constexpr unsigned folder_lost = IN_DELETE | IN_DELETE_SELF | IN_MOVE_SELF;
constexpr unsigned lost = file_lost | folder_lost | IN_UNMOUNT;

} // namespace

FolderWatch::FolderWatch() noexcept : fd_(::inotify_init1(IN_NONBLOCK | IN_CLOEXEC)), error_(fd_ ? 0 : errno)
{
}

world::Result<void> FolderWatch::add(const std::string& folder)
{
    // A folder that is named again, or by another way, has the watch that it has.
    constexpr unsigned mask = written | IN_ONLYDIR | IN_MASK_ADD;
    if (!fd_ || is_over_ || take(::inotify_add_watch(fd_.get(), folder.c_str(), mask)) || errno == ENOENT ||
        errno == ENOTDIR)
        return {};
    return world::errno_code();
}

bool FolderWatch::take(int watch)
{
    if (watch >= 0)
        watches_.insert(watch);
    return watch >= 0;
}

void FolderWatch::let_go() noexcept
{
    // EINVAL: one that has gone with its folder, which nobody has heard of yet.
    for (const int watch : watches_)
        (void)::inotify_rm_watch(fd_.get(), watch);
    watches_.clear();
    is_over_ = true;
}

void FolderWatch::keep(const std::string& path)
{
    constexpr unsigned as_named = IN_DONT_FOLLOW | IN_MASK_ADD;
    if (!fd_ || is_over_)
        return;
    if (!take(::inotify_add_watch(fd_.get(), path.c_str(), folder_lost | IN_ONLYDIR | as_named)))
        (void)take(::inotify_add_watch(fd_.get(), path.c_str(), file_lost | as_named));
}

FolderWatch::Noticed FolderWatch::drain() noexcept
{
    Noticed noticed;
    alignas(inotify_event) std::array<char, 4096> events;
    ssize_t size = 0;
    while ((size = ::read(fd_.get(), events.data(), events.size())) > 0)
        for (ssize_t at = 0; at < size;) {
            inotify_event event{};
            std::memcpy(&event, events.data() + at, sizeof event);
            at += static_cast<ssize_t>(sizeof event + event.len);
            if ((event.mask & IN_IGNORED) != 0)
                watches_.erase(event.wd);
            const bool is_overflow = (event.mask & IN_Q_OVERFLOW) != 0;
            noticed.written = noticed.written || is_overflow || (event.mask & written) != 0;
            noticed.lost = noticed.lost || is_overflow || (event.mask & lost) != 0;
        }
    return noticed;
}

} // namespace init::system
