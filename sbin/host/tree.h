// SPDX-License-Identifier: MIT
// The files of the tree that init runs in, as the kernel shows them.
#pragma once

#include "world/tree.h"

namespace init::host {

class Tree final : public world::Tree {
public:
    world::Result<std::string> read_file(const std::string& path, std::size_t limit) override;
    world::Result<std::vector<std::string>> list_folder(const std::string& path) override;
    world::FileLook look(const std::string& path) override;
};

} // namespace init::host
