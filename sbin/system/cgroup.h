// SPDX-License-Identifier: MIT
// Cgroups of the second version, used only to keep what a script starts together. init stays where it is and
// switches no controller on; where there is no cgroup tree to write to, everything works without.
#pragma once

#include "system/unique_fd.h"

#include <cstdint>
#include <string>

namespace init::system {

/// One cgroup that we made. Its end removes it, which the kernel refuses while a process is inside.
class Cgroup {
public:
    Cgroup() noexcept = default;
    explicit Cgroup(std::string path);
    Cgroup(Cgroup&& other) noexcept;
    Cgroup& operator=(Cgroup&& other) noexcept;
    Cgroup(const Cgroup&) = delete;
    Cgroup& operator=(const Cgroup&) = delete;
    ~Cgroup() { remove(); }

    /// cgroup.procs, open for writing: a process that writes `0` moves itself in. -1 when there is no cgroup.
    [[nodiscard]] int procs() const noexcept { return procs_.get(); }
    [[nodiscard]] const std::string& path() const noexcept { return path_; }
    void close_procs() noexcept { procs_.reset(); }
    void remove() noexcept;

private:
    std::string path_;
    UniqueFd procs_;
};

/// The place below which cgroups are made: init's own cgroup.
class CgroupTree {
public:
    /// Looks at `root`; unusable where it is no cgroup2 file system, or init's own cgroup there is not to be
    /// found.
    static CgroupTree find(const char* root = "/sys/fs/cgroup");

    [[nodiscard]] bool is_usable() const noexcept { return !folder_.empty(); }
    /// A new one, `rc-NUMBER`; an empty one when it cannot be made. After a refusal none is tried again.
    Cgroup make(std::uint32_t number);

private:
    std::string folder_;
};

} // namespace init::system
