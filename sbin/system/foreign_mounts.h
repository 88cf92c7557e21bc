// SPDX-License-Identifier: MIT
// Which paths lead onto a file system whose answers are somebody else's to give: of a program (FUSE), of
// another machine (NFS, CIFS), of the host (9p, virtiofs). A look there can take for ever; a look at the
// kernel's list of mounts cannot.
#pragma once

#include "system/unique_fd.h"

#include <string>
#include <string_view>
#include <vector>

namespace init::system {

struct ForeignMount {
    int id = 0; ///< of the mount; another one at the same place has another
    std::string path;
    std::string type;
};

/// File systems that the kernel answers for by itself, from memory or a device. Everything else is foreign,
/// known or not.
bool is_local_type(std::string_view type) noexcept;

class ForeignMounts {
public:
    explicit ForeignMounts(std::string table = "/proc/self/mountinfo") : table_(std::move(table)) {}

    /// The first foreign mount that a look at this absolute path would meet; nothing where there is none, nor
    /// without /proc. Links are followed, and nothing on such a mount is touched. The root's own file system
    /// is none, wherever it is mounted: without it nothing works. Stands until the next call.
    const ForeignMount* on_the_way_to(std::string_view path);
    /// One of those that there were when that was asked last. Allocates nothing.
    [[nodiscard]] const ForeignMount* any() const noexcept { return mounts_.empty() ? nullptr : &mounts_[0]; }

private:
    void look_for_changes() noexcept;
    void read();
    [[nodiscard]] const ForeignMount* find(std::string_view place) const noexcept;

    std::string table_;
    UniqueFd changes_;      ///< the table, open: the kernel tells when it is another
    bool is_known_ = false; ///< `mounts_` is what the table held when it changed last
    std::vector<ForeignMount> mounts_;
};

} // namespace init::system
