// SPDX-License-Identifier: MIT
// Cgroups of the second version: where ours is, and folders made and removed in it. Source: cgroups(7).
#include "system/cgroup.h"

#include <fcntl.h>
#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <cerrno>
#include <string_view>
#include <utility>

namespace init::system {

namespace {

constexpr std::string_view unified_prefix = "0::";

/// The path after `0::` in /proc/self/cgroup; empty when there is none.
std::string own_path()
{
    const UniqueFd file(::open("/proc/self/cgroup", O_RDONLY | O_CLOEXEC));
    char buffer[4096];
    const ssize_t size = file ? ::read(file.get(), buffer, sizeof buffer) : 0;
    std::string_view text(buffer, size > 0 ? static_cast<std::size_t>(size) : 0);
    while (!text.empty()) {
        const std::string_view line = text.substr(0, text.find('\n'));
        if (line.starts_with(unified_prefix))
            return std::string(line.substr(unified_prefix.size()));
        text.remove_prefix(line.size() < text.size() ? line.size() + 1 : line.size());
    }
    return {};
}

} // namespace

Cgroup::Cgroup(std::string path)
    : path_(std::move(path)), procs_(::open((path_ + "/cgroup.procs").c_str(), O_WRONLY | O_CLOEXEC))
{
}

Cgroup::Cgroup(Cgroup&& other) noexcept : path_(std::move(other.path_)), procs_(std::move(other.procs_))
{
    other.path_.clear();
}

Cgroup& Cgroup::operator=(Cgroup&& other) noexcept
{
    std::swap(path_, other.path_);
    std::swap(procs_, other.procs_);
    return *this;
}

void Cgroup::remove() noexcept
{
    procs_.reset();
    if (!path_.empty())
        ::rmdir(path_.c_str());
    path_.clear();
}

CgroupTree CgroupTree::find(const char* root)
{
    CgroupTree tree;
    struct statfs kind {};
    if (::statfs(root, &kind) != 0 || kind.f_type != CGROUP2_SUPER_MAGIC)
        return tree;
    const std::string path = own_path();
    if (path.empty())
        return tree;
    tree.folder_ = root;
    if (path != "/")
        tree.folder_ += path;
    return tree;
}

Cgroup CgroupTree::make(std::uint32_t number)
{
    if (!is_usable())
        return {};
    std::string path = folder_ + "/rc-" + std::to_string(number);
    // EEXIST: an earlier one of this number that still had a process inside when it was to go.
    if (::mkdir(path.c_str(), 0755) != 0 && errno != EEXIST) {
        folder_.clear();
        return {};
    }
    return Cgroup(std::move(path));
}

} // namespace init::system
