// SPDX-License-Identifier: MIT
// Resolves links inside a tree of the caller's and opens folders without following any. Creating and removing
// is left to the callers.
#include "system/rooted_path.h"

#include <fcntl.h>
#include <limits.h>

#include <algorithm>
#include <array>
#include <deque>
#include <optional>
#include <vector>

namespace init::system {

namespace {

constexpr int most_links = 16;

std::string join(const std::vector<std::string>& parts)
{
    std::string path;
    for (const std::string& part : parts)
        path.append("/").append(part);
    return path;
}

/// Empty where there is no link.
world::Result<std::string> read_link(const std::string& path)
{
    std::array<char, PATH_MAX> target{};
    const ssize_t length = ::readlink(path.c_str(), target.data(), target.size());
    if (length >= 0)
        return std::string(target.data(), static_cast<std::size_t>(length));
    switch (errno) {
    case EINVAL:  // it is something else
    case ENOENT:  // a missing end, which the caller may be about to make
    case ENOTDIR: // a missing end below a file
        return std::string();
    default:
        return world::errno_code();
    }
}

} // namespace

std::deque<std::string> path_components(std::string_view path)
{
    std::deque<std::string> parts;
    while (!path.empty()) {
        const std::size_t end = std::min(path.find('/'), path.size());
        if (end > 0 && path.substr(0, end) != ".")
            parts.emplace_back(path.substr(0, end));
        path.remove_prefix(std::min(end + 1, path.size()));
    }
    return parts;
}

world::Result<std::string> resolve_in_root(const std::string& root, std::string_view path)
{
    std::deque<std::string> ahead = path_components(path);
    std::vector<std::string> done;
    int links = 0;
    while (!ahead.empty()) {
        std::string name = std::move(ahead.front());
        ahead.pop_front();
        if (name == "..") {
            if (!done.empty())
                done.pop_back();
            continue;
        }
        done.push_back(std::move(name));
        const auto target = read_link(root + join(done));
        if (!target)
            return target.error();
        if (target->empty())
            continue;
        if (++links > most_links)
            return world::errno_code(ELOOP);
        done.pop_back();
        if (target->front() == '/')
            done.clear();
        auto parts = path_components(*target);
        ahead.insert(ahead.begin(), parts.begin(), parts.end());
    }
    return done.empty() ? std::string{"/"} : join(done);
}

world::Result<UniqueFd> open_folder(const std::string& root, std::string_view resolved)
{
    constexpr int flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC;
    UniqueFd folder{::open(root.empty() ? "/" : root.c_str(), flags)};
    for (const std::string& part : path_components(resolved)) {
        if (!folder)
            break;
        folder = UniqueFd{::openat(folder.get(), part.c_str(), flags | O_NOFOLLOW)};
    }
    if (!folder)
        return world::errno_code();
    return folder;
}

} // namespace init::system
