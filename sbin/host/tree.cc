// SPDX-License-Identifier: MIT
#include "host/tree.h"

#include "system/file_kind.h"
#include "system/folder_list.h"
#include "system/read_text.h"
#include "system/unique_fd.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstring>
#include <limits>
#include <utility>

namespace init::host {
namespace {

using world::Result;

Result<std::vector<std::string>> names_of(const std::string& path)
{
    const system::UniqueFd folder{::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NONBLOCK)};
    if (!folder)
        return world::errno_code();
    return system::names_in(folder, world::most_names);
}

world::FileLook look_at(const std::string& path)
{
    struct stat found {};
    if (::stat(path.c_str(), &found) != 0)
        return {};
    return {system::file_kind(found.st_mode), ::access(path.c_str(), X_OK) == 0, found.st_mtime, found.st_dev,
            found.st_ino};
}

/// As text for the way between two processes: no name holds a NUL.
Result<std::string> joined_names(const std::string& path)
{
    const Result<std::vector<std::string>> names = names_of(path);
    if (!names)
        return names.error();
    std::string text;
    for (const std::string& name : *names)
        text.append(name).push_back('\0');
    return text;
}

std::vector<std::string> split_names(std::string_view text)
{
    std::vector<std::string> names;
    for (std::size_t end = 0; (end = text.find('\0')) != std::string_view::npos; text.remove_prefix(end + 1))
        names.emplace_back(text.substr(0, end));
    return names;
}

/// A file server stamps files with a clock of its own, so none of them is old enough to tell anything; nor
/// does it say that a file is the one that it was.
constexpr std::int64_t unknown_time = std::numeric_limits<std::int64_t>::max() / 2;

world::FileLook far_look(std::string_view bytes)
{
    world::FileLook look;
    if (bytes.size() == sizeof look)
        std::memcpy(&look, bytes.data(), sizeof look);
    look.modified = unknown_time;
    look.device = look.inode = 0;
    return look;
}

} // namespace

Result<std::string> Tree::read_file(const std::string& path, std::size_t limit)
{
    if (const auto* const mount = far_.on_the_way_to(path))
        return far_.ask(*mount, [&] { return system::read_text(path, limit); });
    return system::read_text(path, limit);
}

Result<std::vector<std::string>> Tree::list_folder(const std::string& path)
{
    const auto* const mount = far_.on_the_way_to(path);
    if (mount == nullptr)
        return names_of(path);
    const Result<std::string> names = far_.ask(*mount, [&] { return joined_names(path); });
    if (!names)
        return names.error();
    return split_names(*names);
}

world::FileLook Tree::look(const std::string& path)
{
    const auto* const mount = far_.on_the_way_to(path);
    if (mount == nullptr)
        return look_at(path);
    const Result<std::string> bytes = far_.ask(*mount, [&]() -> Result<std::string> {
        const world::FileLook found = look_at(path);
        return std::string(reinterpret_cast<const char*>(&found), sizeof found);
    });
    if (bytes)
        return far_look(*bytes);
    if (bytes.error().value() != ETIMEDOUT)
        return {};
    return {world::FileKind::unanswered, true, unknown_time};
}

bool Tree::answers(const std::string& path)
{
    const auto* const mount = far_.on_the_way_to(path);
    if (mount == nullptr)
        return true;
    const Result<std::string> answer = far_.ask(*mount, [&]() -> Result<std::string> {
        struct stat found {};
        (void)::stat(path.c_str(), &found);
        return std::string();
    });
    return answer || answer.error().value() != ETIMEDOUT;
}

} // namespace init::host
