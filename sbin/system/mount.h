// SPDX-License-Identifier: MIT
// What is mounted where, read from mountinfo, and which mounts under the run, lock and tmp folders come from
// outside the container. Nothing is mounted or unmounted here; what follows from a mount is the caller's.
#pragma once

#include "world/result.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace init::system {

/// One line of /proc/PID/mountinfo, escapes decoded. Source: proc(5).
struct MountPoint {
    std::string path;   ///< where, as this process sees it
    std::string root;   ///< which folder or file of the file system is seen there; `/` for the whole of it
    std::string type;   ///< `tmpfs`, `ext4`, `fuse.sshfs`
    std::string device; ///< the mount's source: a device, `tmpfs`, `none`
    int id = 0;         ///< of the mount
    std::string number; ///< of its file system, `MAJOR:MINOR`; the same for all its mounts
    bool operator==(const MountPoint&) const = default;
};

class MountTable {
public:
    /// Lines that cannot be read are left out: one odd mount must not hide the others.
    static MountTable parse(std::string_view mountinfo);
    /// Errors: ENOENT without /proc, EACCES; the caller then asks the kernel entry by entry or touches
    /// nothing.
    static world::Result<MountTable> read(const std::string& path = "/proc/self/mountinfo");

    /// The mount that is seen at exactly this path (the last one made there), or nothing.
    [[nodiscard]] const MountPoint* find(std::string_view path) const noexcept;
    [[nodiscard]] bool is_mount_point(std::string_view path) const noexcept { return find(path) != nullptr; }
    [[nodiscard]] const std::vector<MountPoint>& points() const noexcept { return points_; }

private:
    std::vector<MountPoint> points_;
};

/// A whole tmpfs, as a runtime mounts it fresh for a container; a bind mount of part of one is not.
bool is_whole_tmpfs(const MountPoint& mount) noexcept;

/// True for /run, /var/run, the folder `lock` in each, /var/lock and /tmp.
bool is_state_folder(std::string_view path) noexcept;

/// True where `path`, or a folder above it up to the state folder it lies in, is a mount that somebody
/// outside gave to the container: any mount point strictly below a state folder, a bind mount exactly on one,
/// a file mounted over a file. A whole tmpfs exactly on a state folder is not: only its age tells whose
/// that is. `path` is without links; `root` is put before the state folders' names.
bool is_from_outside(const MountTable& table, std::string_view path, std::string_view root = {});

/// What the kernel says of one directory entry, without /proc; nothing where it cannot tell (before
/// Linux 5.8, strict seccomp). `folder` is an open directory; a link is not followed. Source: statx(2),
/// STATX_ATTR_MOUNT_ROOT.
std::optional<bool> is_mount_root(int folder, const char* name) noexcept;

} // namespace init::system
