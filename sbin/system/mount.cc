// SPDX-License-Identifier: MIT
// Reads mountinfo and tells the runtime's own tmpfs from what was mounted in from outside. The kernel's
// per-entry answer (statx) is here too, for containers without /proc.
#include "system/mount.h"

#include "system/read_text.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <charconv>

namespace init::system {

namespace {

constexpr std::array<std::string_view, 6> state_folders{"/run",          "/var/run",  "/run/lock",
                                                        "/var/run/lock", "/var/lock", "/tmp"};

bool is_octal(char c) noexcept
{
    return c >= '0' && c <= '7';
}

/// The kernel writes blank, tab, newline, backslash and # as \ooo.
std::string decode_escapes(std::string_view text)
{
    std::string result;
    result.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '\\' && i + 3 < text.size() && is_octal(text[i + 1]) && is_octal(text[i + 2]) &&
            is_octal(text[i + 3])) {
            const int value = (text[i + 1] - '0') * 64 + (text[i + 2] - '0') * 8 + (text[i + 3] - '0');
            result.push_back(static_cast<char>(static_cast<unsigned char>(value)));
            i += 3;
        } else {
            result.push_back(text[i]);
        }
    }
    return result;
}

std::vector<std::string_view> split_words(std::string_view line)
{
    std::vector<std::string_view> words;
    while (!line.empty()) {
        const std::size_t end = std::min(line.find(' '), line.size());
        if (end > 0)
            words.push_back(line.substr(0, end));
        line.remove_prefix(std::min(end + 1, line.size()));
    }
    return words;
}

/// `ID PARENT MAJ:MIN ROOT POINT OPTIONS [TAG...] - TYPE SOURCE SUPEROPTIONS`
std::optional<MountPoint> parse_line(std::string_view line)
{
    const auto words = split_words(line);
    const auto dash = std::find(words.begin(), words.end(), "-");
    if (dash - words.begin() < 6 || words.end() - dash < 3)
        return std::nullopt;
    int id = 0;
    (void)std::from_chars(words[0].data(), words[0].data() + words[0].size(), id);
    return MountPoint{decode_escapes(words[4]),
                      decode_escapes(words[3]),
                      decode_escapes(dash[1]),
                      decode_escapes(dash[2]),
                      id,
                      std::string(words[2])};
}

std::string_view parent_of(std::string_view path) noexcept
{
    const std::size_t slash = path.rfind('/');
    return slash == std::string_view::npos || slash == 0 ? std::string_view{} : path.substr(0, slash);
}

/// Tells whether `path` lies in one of the state folders below `root`, or is one.
bool is_in_state_folder(std::string_view path, std::string_view root) noexcept
{
    if (!path.starts_with(root))
        return false;
    const std::string_view inside = path.substr(root.size());
    return std::any_of(state_folders.begin(), state_folders.end(), [&](std::string_view folder) {
        return inside == folder ||
               (inside.starts_with(folder) && inside.size() > folder.size() && inside[folder.size()] == '/');
    });
}

} // namespace

MountTable MountTable::parse(std::string_view mountinfo)
{
    MountTable table;
    while (!mountinfo.empty()) {
        const std::size_t end = std::min(mountinfo.find('\n'), mountinfo.size());
        if (auto point = parse_line(mountinfo.substr(0, end)))
            table.points_.push_back(std::move(*point));
        mountinfo.remove_prefix(std::min(end + 1, mountinfo.size()));
    }
    return table;
}

world::Result<MountTable> MountTable::read(const std::string& path)
{
    constexpr std::size_t most = 16U << 20U; // a node with thousands of mounts stays far below
    auto text = read_text(path, most);
    if (!text)
        return text.error();
    return parse(*text);
}

const MountPoint* MountTable::find(std::string_view path) const noexcept
{
    const auto found =
        std::find_if(points_.rbegin(), points_.rend(), [&](const MountPoint& p) { return p.path == path; });
    return found == points_.rend() ? nullptr : &*found;
}

bool is_whole_tmpfs(const MountPoint& mount) noexcept
{
    return mount.type == "tmpfs" && mount.root == "/";
}

bool is_state_folder(std::string_view path) noexcept
{
    return std::find(state_folders.begin(), state_folders.end(), path) != state_folders.end();
}

bool is_from_outside(const MountTable& table, std::string_view path, std::string_view root)
{
    for (; is_in_state_folder(path, root); path = parent_of(path)) {
        const MountPoint* mount = table.find(path);
        if (mount == nullptr)
            continue;
        if (!is_state_folder(path.substr(root.size())) || !is_whole_tmpfs(*mount))
            return true;
    }
    return false;
}

std::optional<bool> is_mount_root(int folder, const char* name) noexcept
{
    struct statx look {};
    if (::statx(folder, name, AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT, STATX_TYPE, &look) != 0)
        return std::nullopt;
    if ((look.stx_attributes_mask & STATX_ATTR_MOUNT_ROOT) == 0)
        return std::nullopt;
    return (look.stx_attributes & STATX_ATTR_MOUNT_ROOT) != 0;
}

} // namespace init::system
