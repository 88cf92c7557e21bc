// SPDX-License-Identifier: MIT
// Looks at each place before it is used: what stands in a folder that others may write to could have been put
// there by anyone before init began.
#include "control/state_directory.h"

#include <fmt/format.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace init::control {
namespace {

/// A folder of this user may hold state; one that the kernel says cannot be written to may not.
bool is_writable(const std::string& folder) noexcept
{
    return ::faccessat(AT_FDCWD, folder.c_str(), W_OK | X_OK, AT_EACCESS) == 0;
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

std::optional<std::string> distrust(const std::string& folder, uid_t owner)
{
    struct stat facts {};
    if (::lstat(folder.c_str(), &facts) != 0)
        return std::strerror(errno);
    if (S_ISLNK(facts.st_mode))
        return "it is a link";
    if (!S_ISDIR(facts.st_mode))
        return "it is not a folder";
    if (facts.st_uid != owner)
        return fmt::format("it belongs to uid {}", facts.st_uid);
    if ((facts.st_mode & (S_IWGRP | S_IWOTH)) != 0)
        return "others may write to it";
    return std::nullopt;
}

StateDirectory::StateDirectory(Say say, std::vector<std::string> places)
    : say_(std::move(say)), places_(std::move(places))
{
}

std::optional<std::string> StateDirectory::prepare(const std::string& place, bool& made) const
{
    made = ::mkdir(place.c_str(), 0755) == 0;
    if (!made && errno != EEXIST)
        return std::strerror(errno);
    // The umask may have taken bits away. Nobody else can have replaced what mkdir has just made of ours.
    if (made && ::chmod(place.c_str(), 0755) != 0)
        return std::strerror(errno);
    if (auto why = distrust(place, ::geteuid()))
        return why;
    if (!is_writable(place))
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
