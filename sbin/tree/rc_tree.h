// SPDX-License-Identifier: MIT
// All that lint looks at, read once: the scripts with their headers and commands, the links, inittab, what
// stands for the facilities. Judging it is left to the rules.
#pragma once

#include "model/facilities.h"
#include "model/inittab.h"
#include "model/machine_script.h"
#include "model/rc_layout.h"
#include "model/script_header.h"
#include "model/script_link.h"
#include "model/settings.h"
#include "model/shell_commands.h"
#include "world/folder_names.h"
#include "world/tree.h"

#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace init::tree {

/// From a name to a place in some list.
using NameIndex = std::map<std::string, std::size_t, std::less<>>;

struct Script {
    std::string name; ///< of the file; of its first link where it stands elsewhere
    std::string path; ///< inside the tree
    std::string text;
    std::string unread; ///< why it could not be read; empty otherwise
    bool is_executable = false;
    bool is_judged = false; ///< a script indeed, and neither a library nor a document beside them
    bool is_shell = false;
    bool is_generic = false; ///< only settings for init-d-script(5), which has the actions
    std::string interpreter; ///< the path after #!; empty without one
    std::string program;     ///< what runs it: the interpreter, or what env(1) is told to find
    std::vector<model::ShellCommand> commands; ///< of a shell script, while its text is judged
    model::ScriptHeader header;                ///< its own
    std::optional<model::LsbHeader> lsb;       ///< that counts: of an override, or its own
    std::string lsb_file;                      ///< where that stands
    model::ServiceSettings own;                ///< of its `# rcinit:` lines
    model::ServiceSettings given;              ///< of `given_file`
    std::string given_file;                    ///< NAME.service; empty where there is none
    std::string given_text;
    model::RunlevelSet starts_in;
    bool is_linked = false;

    /// Of a keyword of `lsb`; 0 without one.
    [[nodiscard]] unsigned line_of(model::LsbKeyword keyword) const noexcept
    {
        return lsb ? lsb->line_of[static_cast<std::size_t>(keyword)] : 0;
    }
};

struct Link {
    model::ScriptLink link;
    model::Runlevel level;
    std::string path;
    std::optional<std::size_t> script; ///< into the scripts; nothing where it leads to no file
};

class RcTree {
public:
    /// Reads everything, unless there is nothing to look at; `failure` says why.
    RcTree(world::Tree& tree, const model::Settings& settings, const model::MachineFacts& facts);
    RcTree(const RcTree&) = delete;
    RcTree& operator=(const RcTree&) = delete;

    std::string failure; ///< why the tree cannot be judged; empty otherwise
    model::Layout layout = model::Layout::plain;
    std::vector<Script> scripts;
    std::vector<Link> links;            ///< level by level, each with K before S, and those in link order
    std::vector<std::string> leftovers; ///< paths of links that no sequencer runs
    model::Inittab inittab;             ///< completed for the layout
    model::Facilities facilities;
    model::Diagnostics facility_complaints;
    model::Diagnostics override_complaints;
    model::Diagnostics setting_complaints; ///< of services
    bool has_insserv = false;              ///< insserv.conf, or a graph that insserv wrote
    bool has_programs = false;             ///< it is an image, and not only the rc part of one
    const model::Settings& settings;
    const model::MachineFacts& facts;

    /// Why init leaves a script out for being a machine's; nothing where its settings have it run.
    [[nodiscard]] std::optional<std::string> skip_of(const Script& script) const
    {
        if (script.own.machine_runs || script.given.machine_runs)
            return std::nullopt;
        return model::machine_reason(script.name, facts);
    }
    /// Of a path, each looked for once.
    const world::FileLook& look(const std::string& path);
    /// False for one outside /etc where the tree holds nothing else.
    [[nodiscard]] bool is_known(std::string_view path) const noexcept;
    world::Result<std::string> read(const std::string& path) { return tree_.read_file(path, read_limit); }

    /// None where it cannot be listed.
    std::vector<std::string> list(const std::string& folder) { return world::names_or_none(tree_, folder); }

    static constexpr std::size_t read_limit = 1024 * 1024;
    static constexpr std::string_view levels = "S0123456789";

private:
    friend class TreeReader;
    world::Tree& tree_;
    NameIndex look_of_;
    std::deque<world::FileLook> looks_;
};

} // namespace init::tree
