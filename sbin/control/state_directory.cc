// SPDX-License-Identifier: MIT
// Looks at each place before it is used: what stands in a folder that others may write to could have been put
// there by anyone before init began.
#include "control/state_directory.h"

#include "system/trusted_path.h"

#include <fmt/format.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace init::control {
namespace {

/// What is wrong with the folder `entry` in `folder` as a place for state of `owner`, and errno otherwise.
std::optional<std::string> distrust(const struct stat& folder, const struct stat& entry, uid_t owner)
{
    if (S_ISLNK(entry.st_mode))
        return "it is a link";
    if (!S_ISDIR(entry.st_mode))
        return "it is not a folder";
    if (entry.st_uid != owner)
        return fmt::format("it belongs to uid {}", entry.st_uid);
    if ((entry.st_mode & (S_IWGRP | S_IWOTH)) != 0)
        return "others may write to it";
    if (system::others_may_move(folder, entry, owner))
        return "others may put another in its place";
    return std::nullopt;
}

/// The same for a folder `name` that is looked at through the open one above it.
std::optional<std::string> distrust(const system::TrustedFolder& above, const std::string& name, uid_t owner)
{
    struct stat folder {};
    struct stat entry {};
    if (::fstat(above.fd.get(), &folder) != 0 ||
        ::fstatat(above.fd.get(), name.c_str(), &entry, AT_SYMLINK_NOFOLLOW) != 0)
        return std::strerror(errno);
    if (above.can_move)
        return "others may put another in the place of a folder above it";
    return distrust(folder, entry, owner);
}

std::string folder_above(const std::string& place)
{
    return place.substr(0, place.rfind('/'));
}

std::string name_of(const std::string& place)
{
    return place.substr(place.rfind('/') + 1);
}

uid_t owner_of_init() noexcept
{
    struct stat facts {};
    return ::stat("/proc/1", &facts) == 0 ? facts.st_uid : 0;
}

} // namespace

std::vector<std::string> state_directory_places()
{
    return {"/run/rcinit", "/var/run/rcinit", "/dev/shm/rcinit"};
}

std::optional<std::string> distrust(const std::string& place, uid_t owner)
{
    const auto above = system::open_trusted({}, folder_above(place), owner);
    return above ? distrust(*above, name_of(place), owner) : above.error().message();
}

StateDirectory::StateDirectory(Say say, std::vector<std::string> places)
    : say_(std::move(say)), places_(std::move(places))
{
}

std::optional<std::string> StateDirectory::prepare(const std::string& place, bool& made) const
{
    const auto above = system::open_trusted({}, folder_above(place));
    if (!above)
        return above.error().message();
    const std::string name = name_of(place);
    const auto result = system::make_folder(above->fd.get(), name.c_str(), 0755);
    made = result.has_value();
    if (!made && result.error().value() != EEXIST)
        return result.error().message();
    if (auto why = distrust(*above, name, ::geteuid()))
        return why;
    // A folder of this user may hold state; one that the kernel says cannot be written to may not.
    if (::faccessat(above->fd.get(), name.c_str(), W_OK | X_OK, AT_EACCESS) != 0)
        return std::strerror(errno);
    return std::nullopt;
}

void StateDirectory::complain(const std::string& place, const std::string& why)
{
    if (std::ranges::find(said_, place) != said_.end())
        return;
    said_.push_back(place);
    say_(fmt::format("cannot keep state in {}: {}; it is passed over", place, why));
}

bool StateDirectory::mend()
{
    const std::string before = path_;
    for (const std::string& place : places_) {
        bool made = false;
        const auto why = prepare(place, made);
        if (!why) {
            path_ = place;
            memory_only_said_ = false;
            return made || path_ != before;
        }
        // A place that is missing with its parent, or read-only, is the rule in many images and worth no
        // line.
        struct stat facts {};
        if (::lstat(place.c_str(), &facts) == 0)
            complain(place, *why);
    }
    path_.clear();
    if (!memory_only_said_)
        say_("cannot keep state: no folder for it is usable; it is in memory only, and status has no socket");
    memory_only_said_ = true;
    return !before.empty();
}

std::string find_state_directory(const std::vector<std::string>& places)
{
    const uid_t init = owner_of_init();
    for (const std::string& place : places)
        if (!distrust(place, 0) || !distrust(place, init))
            return place;
    return {};
}

} // namespace init::control
