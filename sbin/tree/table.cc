// SPDX-License-Identifier: MIT
#include "tree/table.h"

#include "world/file_lines.h"
#include "world/folder_names.h"

#include <fmt/format.h>

namespace init::tree {
namespace {

constexpr const char* table_path = "/etc/inittab";
constexpr const char* fragment_folder = "/etc/inittab.d";
constexpr std::size_t table_limit = 1024 * 1024;
constexpr std::size_t most_fragments = 1000;
constexpr std::size_t fragment_limit = 64 * 1024; ///< of one entry, and what is said about it

} // namespace

model::Layout look_for_layout(world::Tree& tree)
{
    const auto is_folder = [&](const char* path) { return tree.look(path).kind == world::FileKind::folder; };
    model::LayoutFacts facts;
    facts.rc_sysinit = tree.look("/etc/rc.d/rc.sysinit").kind == world::FileKind::file;
    facts.rc_d_init_d = is_folder("/etc/rc.d/init.d");
    facts.rc_d_levels =
        is_folder("/etc/rc.d/rc3.d") || is_folder("/etc/rc.d/rc2.d") || is_folder("/etc/rc.d/rc5.d");
    facts.init_d_rcS = tree.look("/etc/init.d/rcS").kind == world::FileKind::file;
    facts.etc_rcS_d = is_folder("/etc/rcS.d");
    facts.insserv = tree.look("/etc/init.d/.depend.start").kind == world::FileKind::file ||
                    tree.look("/etc/insserv.conf").kind == world::FileKind::file;
    return model::layout_of(facts);
}

world::Result<model::Inittab> read_table(world::Tree& tree, model::Layout layout)
{
    model::Inittab table;
    model::Diagnostics told;
    const world::Result<std::string> text = world::lines_or_complain(tree, table_path, table_limit, told);
    if (text)
        table = model::parse_inittab(*text, table_path);
    else if (text.error() != boost::system::errc::no_such_file_or_directory)
        return text.error();
    table.diagnostics.insert(table.diagnostics.end(), told.begin(), told.end());
    std::size_t fragments = 0;
    for (const std::string& name :
         world::list_or_complain(tree, fragment_folder, table.diagnostics, "its entries are left out")) {
        if (!name.ends_with(".tab") || name.starts_with('.'))
            continue;
        if (++fragments > most_fragments) {
            table.diagnostics.push_back(
                {fragment_folder, 0,
                 fmt::format("holds more than {} entries, {} and those behind it are left out",
                             most_fragments, name)});
            break;
        }
        const std::string path = std::string(fragment_folder) + "/" + name;
        if (const world::Result<std::string> fragment =
                world::lines_or_complain(tree, path, fragment_limit, table.diagnostics))
            model::add_inittab_fragment(table, *fragment, path);
        else
            table.diagnostics.push_back(
                {path, 0, "cannot be read (" + fragment.error().message() + "), its entry is left out"});
    }
    model::complete_inittab(table, layout);
    return table;
}

} // namespace init::tree
