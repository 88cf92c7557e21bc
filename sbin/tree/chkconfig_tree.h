// SPDX-License-Identifier: MIT
// The tree that chkconfig works on: its scripts with their headers and links, and the changes to them. What
// is changed is decided by the model.
#pragma once

#include "model/chkconfig_plan.h"
#include "model/diagnostic.h"
#include "model/rc_layout.h"
#include "system/rooted_tree.h"

#include <optional>
#include <string>
#include <vector>

namespace init::tree {

/// A script as it was read. One that chkconfig refuses has no header.
struct ReadScript {
    std::optional<model::ChkconfigHeader> header;
    model::Diagnostics complaints;
};

class ChkconfigTree {
public:
    /// `root`: empty for the real one. The links are read here, once.
    explicit ChkconfigTree(std::string root);

    /// With what its override says, or by itself. Errors: errno of reading the script.
    world::Result<ReadScript> read_script(const std::string& name, bool with_override = true);
    bool has_override(const std::string& name);
    /// `name` with this header and the links it has.
    [[nodiscard]] model::ChkconfigService service(const std::string& name,
                                                  model::ChkconfigHeader&& header) const;
    /// All that chkconfig does not refuse, sorted by name.
    std::vector<model::ChkconfigService> services();

    /// Whether the scripts can be listed; whether the links of runlevel 3, and so all, may be changed. Say
    /// why not.
    bool may_list();
    bool may_change();
    /// Does what it can; false when a step failed, each of which it names.
    bool change(const std::vector<model::LinkChange>& changes);

    /// The runlevel that the system, or the one that was last in this tree, is in: 0-9; nothing when it is
    /// unknown or S.
    [[nodiscard]] std::optional<int> current_level() const;

    [[nodiscard]] system::RootedTree& files() noexcept { return files_; }

private:
    struct NamedLink {
        model::LevelLink link;
        std::string name; ///< of the service
    };

    /// The folder of a level's links.
    std::string links_folder(int level);
    bool change(const model::LinkChange& change);
    [[nodiscard]] bool knows_links() const;

    system::RootedTree files_;
    model::Layout layout_;
    std::string scripts_; ///< the folder
    std::vector<NamedLink> links_;
    model::Diagnostics unlisted_; ///< folders of links that are there and cannot be listed
};

} // namespace init::tree
