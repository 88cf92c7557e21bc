// SPDX-License-Identifier: MIT
// The tree below a folder of the caller's, such as an unpacked image: links are followed inside it alone, and
// nothing of what it reads is trusted or run. With an empty root it is the tree that we run in.
#pragma once

#include "world/tree.h"

#include <string>
#include <utility>

namespace init::system {

class RootedTree final : public world::Tree {
public:
    /// `root`: an absolute or relative path without a trailing slash; empty for `/`.
    explicit RootedTree(std::string root) : root_(std::move(root)) {}
    RootedTree(RootedTree&& other) noexcept : root_(std::move(other.root_)) {}

    /// A FIFO or device is refused with EINVAL. Errors: errno of openat(2), ELOOP.
    world::Result<std::string> read_file(const std::string& path, std::size_t limit) override;
    world::Result<std::vector<std::string>> list_folder(const std::string& path) override;
    /// `executable`: any of the mode bits says so, whoever asks.
    world::FileLook look(const std::string& path) override;

    /// True where something, if a link that leads nowhere, has this name.
    [[nodiscard]] bool has_name(const std::string& path) const;
    [[nodiscard]] const std::string& root() const noexcept { return root_; }

private:
    std::string root_;
};

} // namespace init::system
