// SPDX-License-Identifier: MIT
#include "system/rooted_folder.h"

#include "system/rooted_path.h"
#include "system/write_text.h"

#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>

namespace init::system {
namespace {

/// Where the new one is made before it takes the name; every reader of these folders passes dot files over.
std::string new_name(const std::string& name)
{
    return "." + name + ".new";
}

bool is_link_to(int folder, const std::string& name, const std::string& target) noexcept
{
    std::array<char, PATH_MAX> said{};
    const ssize_t size = ::readlinkat(folder, name.c_str(), said.data(), said.size());
    return size >= 0 && std::string_view{said.data(), static_cast<std::size_t>(size)} == target;
}

world::Result<void> rename_over(int folder, const std::string& from, const std::string& to) noexcept
{
    if (::renameat(folder, from.c_str(), folder, to.c_str()) == 0)
        return {};
    const auto error = world::errno_code();
    ::unlinkat(folder, from.c_str(), 0);
    return error;
}

/// Owner before mode: a change of owner may clear bits of the mode.
world::Result<void> copy_facts(int fd, const struct stat& facts) noexcept
{
    if (::fchown(fd, facts.st_uid, facts.st_gid) != 0 || ::fchmod(fd, facts.st_mode & 07777) != 0)
        return world::errno_code();
    return {};
}

} // namespace

world::Result<RootedFolder> RootedFolder::open(const std::string& root, const std::string& path)
{
    const world::Result<std::string> inside = resolve_in_root(root, path);
    if (!inside)
        return inside.error();
    world::Result<UniqueFd> folder = open_folder(root, *inside);
    if (!folder)
        return folder.error();
    return RootedFolder{std::move(*folder)};
}

world::Result<void> RootedFolder::check_writable() const noexcept
{
    if (::faccessat(folder_.get(), ".", W_OK | X_OK, AT_EACCESS) != 0)
        return world::errno_code();
    return {};
}

world::Result<void> RootedFolder::set_link(const std::string& name, const std::string& target) const
{
    const int folder = folder_.get();
    if (::symlinkat(target.c_str(), folder, name.c_str()) == 0)
        return {};
    if (errno != EEXIST)
        return world::errno_code();
    if (is_link_to(folder, name, target))
        return {};
    const std::string fresh = new_name(name);
    ::unlinkat(folder, fresh.c_str(), 0); // what a broken run left; usually nothing
    if (::symlinkat(target.c_str(), folder, fresh.c_str()) != 0)
        return world::errno_code();
    return rename_over(folder, fresh, name);
}

world::Result<void> RootedFolder::remove(const std::string& name) const noexcept
{
    if (::unlinkat(folder_.get(), name.c_str(), 0) != 0 && errno != ENOENT)
        return world::errno_code();
    return {};
}

world::Result<void> RootedFolder::replace_file(const std::string& name, std::string_view text) const
{
    const int folder = folder_.get();
    struct stat facts {};
    if (::fstatat(folder, name.c_str(), &facts, AT_SYMLINK_NOFOLLOW) != 0)
        return world::errno_code();
    if (!S_ISREG(facts.st_mode))
        return world::errno_code(EINVAL);
    const std::string fresh = new_name(name);
    ::unlinkat(folder, fresh.c_str(), 0);
    const UniqueFd file{::openat(folder, fresh.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600)};
    if (!file)
        return world::errno_code();
    auto done = write_text(file.get(), text);
    if (done)
        done = copy_facts(file.get(), facts);
    if (!done) {
        ::unlinkat(folder, fresh.c_str(), 0);
        return done;
    }
    return rename_over(folder, fresh, name);
}

} // namespace init::system
