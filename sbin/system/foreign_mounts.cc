// SPDX-License-Identifier: MIT
#include "system/foreign_mounts.h"

#include "system/mount.h"
#include "system/rooted_path.h"

#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <array>

namespace init::system {
namespace {

constexpr int most_links = 40; // Source: path_resolution(7)

constexpr std::array<std::string_view, 47> local_types{
    "aufs",     "bcachefs", "bdev",     "binfmt_misc", "bpf",        "btrfs",     "cgroup",    "cgroup2",
    "configfs", "cpuset",   "debugfs",  "devpts",      "devtmpfs",   "efivarfs",  "erofs",     "exfat",
    "ext2",     "ext3",     "ext4",     "f2fs",        "fusectl",    "hfsplus",   "hugetlbfs", "iso9660",
    "jfs",      "mqueue",   "msdos",    "nilfs2",      "nsfs",       "ntfs3",     "overlay",   "proc",
    "pstore",   "ramfs",    "reiserfs", "resctrl",     "securityfs", "selinuxfs", "smackfs",   "squashfs",
    "sysfs",    "tmpfs",    "tracefs",  "udf",         "vfat",       "xfs",       "zfs"};
static_assert(std::ranges::is_sorted(local_types));

} // namespace

bool is_local_type(std::string_view type) noexcept
{
    return std::ranges::binary_search(local_types, type);
}

/// The first reading is asked for here, each later one by the kernel; a table that tells of no changes is
/// read once.
void ForeignMounts::look_for_changes() noexcept
{
    if (!changes_) {
        changes_.reset(::open(table_.c_str(), O_RDONLY | O_CLOEXEC));
        is_known_ = !changes_;
        return;
    }
    pollfd look{changes_.get(), POLLPRI, 0};
    if (::poll(&look, 1, 0) > 0 && (look.revents & POLLPRI) != 0)
        is_known_ = false; // until it has been read: the kernel tells once
}

void ForeignMounts::read()
{
    const auto table = MountTable::read(table_);
    if (!table)
        return;
    const MountPoint* const root = table->find("/");
    std::vector<ForeignMount> found;
    for (const MountPoint& mount : table->points())
        if (!is_local_type(mount.type) && (root == nullptr || mount.number != root->number))
            found.push_back({mount.id, mount.path, mount.type});
    mounts_ = std::move(found);
    is_known_ = true;
}

/// The last one made there: the others are below it.
const ForeignMount* ForeignMounts::find(std::string_view place) const noexcept
{
    const auto found = std::find_if(mounts_.rbegin(), mounts_.rend(),
                                    [&](const ForeignMount& mount) { return mount.path == place; });
    return found != mounts_.rend() ? &*found : nullptr;
}

const ForeignMount* ForeignMounts::on_the_way_to(std::string_view path)
{
    look_for_changes();
    if (!is_known_)
        read();
    if (mounts_.empty())
        return nullptr;
    std::deque<std::string> ahead = path_components(path);
    std::string done;
    for (int links = 0; !ahead.empty() && links <= most_links;) {
        const std::string name = std::move(ahead.front());
        ahead.pop_front();
        if (name == "..") {
            done.resize(done.empty() ? 0 : done.rfind('/'));
            continue;
        }
        const std::string next = done + "/" + name;
        if (const ForeignMount* const mount = find(next))
            return mount;
        std::array<char, PATH_MAX> target;
        const ssize_t size = ::readlink(next.c_str(), target.data(), target.size());
        if (size <= 0) { // no link, or nothing at all
            done = next;
            continue;
        }
        ++links;
        if (target[0] == '/')
            done.clear();
        const auto parts = path_components({target.data(), static_cast<std::size_t>(size)});
        ahead.insert(ahead.begin(), parts.begin(), parts.end());
    }
    return nullptr;
}

} // namespace init::system
