// SPDX-License-Identifier: MIT
// The files of the tree that init runs in, as the kernel shows them. What lies on a file system that others
// answer for is read aside, so that init waits for nobody.
#pragma once

#include "host/far_files.h"
#include "world/tree.h"

namespace init::host {

class Tree final : public world::Tree {
public:
    /// Before there is a loop.
    Tree() = default;
    /// All outlive it.
    Tree(Loop& loop, world::Log& log, Ownership& ownership) noexcept : far_(loop, log, ownership) {}

    /// Errors besides: ETIMEDOUT where a file server does not answer.
    world::Result<std::string> read_file(const std::string& path, std::size_t limit) override;
    world::Result<std::vector<std::string>> list_folder(const std::string& path) override;
    world::FileLook look(const std::string& path) override;

    /// False where whoever touches `path` would wait for a file server that does not answer.
    [[nodiscard]] bool answers(const std::string& path);
    /// True for a process of its own.
    bool child_ended(pid_t pid) noexcept { return far_.child_ended(pid); }

private:
    FarFiles far_;
};

} // namespace init::host
