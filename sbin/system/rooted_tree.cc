// SPDX-License-Identifier: MIT
#include "system/rooted_tree.h"

#include "system/file_kind.h"
#include "system/folder_list.h"
#include "system/read_text.h"
#include "system/rooted_path.h"

#include <fcntl.h>
#include <sys/stat.h>

namespace init::system {
namespace {

struct Place {
    UniqueFd folder;
    std::string name; ///< in the folder; `.` for the root
};

/// The open folder that holds the end of `path`, with every link before that end resolved.
world::Result<Place> open_parent(const std::string& root, const std::string& path, bool follow_end)
{
    std::string inside = path;
    std::string end;
    if (!follow_end) {
        const std::size_t slash = path.rfind('/');
        end = slash == std::string::npos ? path : path.substr(slash + 1);
        inside = slash == std::string::npos ? std::string() : path.substr(0, slash);
    }
    world::Result<std::string> resolved = resolve_in_root(root, inside);
    if (!resolved)
        return resolved.error();
    if (follow_end) {
        const std::size_t slash = resolved->rfind('/');
        end = resolved->substr(slash + 1);
        resolved->resize(slash);
    }
    world::Result<UniqueFd> folder = open_folder(root, *resolved);
    if (!folder)
        return folder.error();
    return Place{std::move(*folder), end.empty() ? "." : std::move(end)};
}

} // namespace

world::Result<std::string> RootedTree::read_file(const std::string& path, std::size_t limit)
{
    const world::Result<Place> place = open_parent(root_, path, true);
    if (!place)
        return place.error();
    return read_text_at(place->folder.get(), place->name.c_str(), limit, false);
}

world::Result<std::vector<std::string>> RootedTree::list_folder(const std::string& path)
{
    const world::Result<std::string> resolved = resolve_in_root(root_, path);
    if (!resolved)
        return resolved.error();
    world::Result<UniqueFd> folder = open_folder(root_, *resolved);
    if (!folder)
        return folder.error();
    return names_in(*folder, world::most_names);
}

world::FileLook RootedTree::look(const std::string& path)
{
    const world::Result<Place> place = open_parent(root_, path, true);
    struct stat found {};
    if (!place || ::fstatat(place->folder.get(), place->name.c_str(), &found, AT_SYMLINK_NOFOLLOW) != 0)
        return {};
    return {file_kind(found.st_mode), (found.st_mode & 0111) != 0, found.st_mtime, found.st_dev,
            found.st_ino};
}

bool RootedTree::has_name(const std::string& path) const
{
    const world::Result<Place> place = open_parent(root_, path, false);
    struct stat found {};
    return place && ::fstatat(place->folder.get(), place->name.c_str(), &found, AT_SYMLINK_NOFOLLOW) == 0;
}

} // namespace init::system
