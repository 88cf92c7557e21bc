// SPDX-License-Identifier: MIT
#include "tree/chkconfig_tree.h"

#include "system/rooted_folder.h"
#include "system/rooted_path.h"
#include "system/utmp.h"
#include "tree/table.h"
#include "world/folder_names.h"

#include <fmt/format.h>

#include <cstdio>
#include <utility>

namespace init::tree {
namespace {

using model::ChkconfigService;
using world::FileKind;
using world::Result;

constexpr std::size_t file_limit = 1024 * 1024;
constexpr const char* overrides = "/etc/chkconfig.d/";
constexpr int asked_level = 3; ///< whose folder tells whether anything may be changed

/// A tree may have its folders below /etc/rc.d, below /etc, or in one place with links in the other.
std::string folder_of(system::RootedTree& files, std::string wanted, const std::string& name)
{
    for (const std::string& place : {wanted, "/etc/" + name, "/etc/rc.d/" + name})
        if (files.look(place).kind == FileKind::folder)
            return place;
    return wanted;
}

bool say_refused(const std::string& root, const char* step, const std::string& path,
                 const boost::system::error_code& error, const char* now)
{
    fmt::print(stderr, "chkconfig: cannot {} {}{}: {}; {}\n", step, root, path, error.message(), now);
    return false;
}

/// Where a path of utmp's leads to in this tree; empty, which cannot be opened, where it leads round in
/// circles.
std::string path_in(const std::string& root, const std::string& path)
{
    if (root.empty())
        return path;
    const Result<std::string> inside = system::resolve_in_root(root, path);
    return inside ? root + *inside : std::string{};
}

} // namespace

ChkconfigTree::ChkconfigTree(std::string root)
    : files_(std::move(root)), layout_(look_for_layout(files_)),
      scripts_(folder_of(files_, model::script_folder(layout_), "init.d"))
{
    for (int level = 0; level < model::chkconfig_levels; ++level)
        for (const std::string& name :
             world::list_or_complain(files_, links_folder(level), unlisted_, "so its links are not known"))
            if (auto link = model::parse_level_link(name))
                links_.push_back({{level, link->kind, link->number}, std::move(link->name)});
}

std::string ChkconfigTree::links_folder(int level)
{
    const char digit = static_cast<char>('0' + level);
    return folder_of(files_, model::level_folder(layout_, *model::Runlevel::from(digit)),
                     fmt::format("rc{}.d", digit));
}

bool ChkconfigTree::has_override(const std::string& name)
{
    return files_.look(overrides + name).kind == FileKind::file;
}

Result<ReadScript> ChkconfigTree::read_script(const std::string& name, bool with_override)
{
    const std::string path = scripts_ + "/" + name;
    const Result<std::string> text = files_.read_file(path, file_limit);
    if (!text)
        return text.error();
    ReadScript script;
    script.header = model::read_chkconfig_header(*text, path, script.complaints);
    if (!with_override || !has_override(name))
        return script;
    const std::string other_path = overrides + name;
    if (const Result<std::string> other = files_.read_file(other_path, file_limit))
        model::apply_chkconfig_override(script.header, *other, other_path, script.complaints);
    else
        script.complaints.push_back(
            {other_path, 0,
             fmt::format("cannot be read ({}), the script's own header counts", other.error().message())});
    return script;
}

ChkconfigService ChkconfigTree::service(const std::string& name, model::ChkconfigHeader&& header) const
{
    ChkconfigService service{name, std::move(header), {}};
    for (const NamedLink& link : links_)
        if (link.name == name)
            service.links.push_back(link.link);
    return service;
}

std::vector<ChkconfigService> ChkconfigTree::services()
{
    std::vector<ChkconfigService> services;
    for (const std::string& name : world::names_or_none(files_, scripts_)) {
        if (model::is_passed_over(name))
            continue;
        if (Result<ReadScript> script = read_script(name); script && script->header)
            services.push_back(service(name, std::move(*script->header)));
    }
    return services;
}

/// What is decided without knowing every link could be wrong.
bool ChkconfigTree::knows_links() const
{
    for (const model::Diagnostic& complaint : unlisted_)
        fmt::print(stderr, "chkconfig: {}; nothing was done\n", to_string(complaint));
    return unlisted_.empty();
}

bool ChkconfigTree::may_list()
{
    if (!knows_links())
        return false;
    const auto folder = system::RootedFolder::open(files_.root(), scripts_);
    return folder || say_refused(files_.root(), "read", scripts_, folder.error(), "there is no list");
}

bool ChkconfigTree::may_change()
{
    if (!knows_links())
        return false;
    const std::string path = links_folder(asked_level);
    const auto folder = system::RootedFolder::open(files_.root(), path);
    const Result<void> may = folder ? folder->check_writable() : Result<void>{folder.error()};
    return may || say_refused(files_.root(), "write to", path, may.error(), "nothing was changed");
}

bool ChkconfigTree::change(const std::vector<model::LinkChange>& changes)
{
    bool whole = true;
    for (const model::LinkChange& each : changes)
        whole = change(each) && whole;
    return whole;
}

bool ChkconfigTree::change(const model::LinkChange& change)
{
    const std::string path = links_folder(change.level);
    const auto fail = [&](const char* step, const std::string& name, const boost::system::error_code& error,
                          const char* now) {
        fmt::print(stderr, "chkconfig: cannot {} {}{}/{}: {}; {} in runlevel {}\n", step, files_.root(), path,
                   name, error.message(), now, change.level);
        return false;
    };
    const std::string& first = change.make.empty() ? change.remove[0] : change.make;
    const auto folder = system::RootedFolder::open(files_.root(), path);
    if (!folder)
        return fail("change", first, folder.error(), "nothing was changed");
    // The new one first: an interrupted run may leave a link too many, but no service without one.
    if (!change.make.empty())
        if (const auto made = folder->set_link(change.make, "../init.d/" + change.service); !made)
            return fail("make the link", change.make, made.error(), "nothing was changed");
    bool whole = true;
    for (const std::string& name : change.remove)
        if (const auto removed = folder->remove(name); !removed)
            whole = fail("remove the link", name, removed.error(), "it still counts");
    return whole;
}

std::optional<int> ChkconfigTree::current_level() const
{
    const system::UtmpPaths paths;
    char level = 'N';
    if (const auto record = system::read_level_record(path_in(files_.root(), paths.utmp)))
        level = record->current;
    else if (const auto file = system::read_level_file(path_in(files_.root(), paths.level)))
        level = *file;
    return level >= '0' && level <= '9' ? std::optional{level - '0'} : std::nullopt;
}

} // namespace init::tree
