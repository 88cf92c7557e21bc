// SPDX-License-Identifier: MIT
// A folder of a tree that names are changed in: links made, replaced and removed, files written anew. Every
// step goes through the open folder, so no link of the tree leads out of it, and each is done whole or not.
#pragma once

#include "system/unique_fd.h"
#include "world/result.h"

#include <string>
#include <string_view>

namespace init::system {

class RootedFolder {
public:
    /// `path` as the tree below `root` has it, its links resolved there; `root` is empty for the real one.
    /// Errors: errno of openat(2), ELOOP.
    static world::Result<RootedFolder> open(const std::string& root, const std::string& path);

    /// Whether we may make and remove names here. Errors: errno of faccessat(2), EROFS among them.
    [[nodiscard]] world::Result<void> check_writable() const noexcept;
    /// Makes `name` a link that says `target`. What has the name already, if it is no folder, is replaced in
    /// one step. Errors: errno of symlinkat(2), renameat(2).
    [[nodiscard]] world::Result<void> set_link(const std::string& name, const std::string& target) const;
    /// Errors: errno of unlinkat(2); a name that is not there is none.
    [[nodiscard]] world::Result<void> remove(const std::string& name) const noexcept;
    /// Puts `text` into the place of the regular file `name` in one step; mode and owner stay. Errors: errno
    /// of the step, EINVAL for what is no regular file.
    [[nodiscard]] world::Result<void> replace_file(const std::string& name, std::string_view text) const;

private:
    explicit RootedFolder(UniqueFd folder) noexcept : folder_(std::move(folder)) {}

    UniqueFd folder_;
};

} // namespace init::system
