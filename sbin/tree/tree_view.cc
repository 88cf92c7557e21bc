// SPDX-License-Identifier: MIT
#include "tree/tree_view.h"

#include "system/machine_probe.h"
#include "system/rooted_path.h"
#include "tree/configuration.h"

namespace init::tree {

world::Result<TreeView> open_tree(std::string root)
{
    while (root.size() > 1 && root.back() == '/')
        root.pop_back();
    if (root == "/")
        root.clear();
    if (const auto folder = system::open_folder(root, "/"); !folder)
        return folder.error();
    const bool is_own = root.empty();
    system::RootedTree tree(std::move(root));
    Configuration configuration = is_own ? read_configuration(tree, {}) : read_configuration_files(tree);
    model::MachineFacts facts = is_own ? system::probe_machine() : model::MachineFacts{};
    facts.set_hostname = configuration.settings.hostname;
    return TreeView{std::move(tree), configuration.settings, facts, std::move(configuration.complaints)};
}

} // namespace init::tree
