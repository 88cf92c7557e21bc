// SPDX-License-Identifier: MIT
#include "tree/rc_tree.h"

#include "model/text_lines.h"
#include "tree/level_plan.h"
#include "tree/table.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

namespace init::tree {
namespace {

using world::FileKind;

/// What stands in a folder of scripts and is none that a sequencer runs.
constexpr std::array<std::string_view, 6> companions = {"functions", "rc",       "rcS",
                                                        "README",    "skeleton", "Makefile"};
constexpr std::array<std::string_view, 7> shells = {"sh", "bash", "dash", "ash", "ksh", "zsh", "mksh"};

template <std::size_t N>
bool is_one_of(const std::array<std::string_view, N>& list, std::string_view name) noexcept
{
    return std::find(list.begin(), list.end(), name) != list.end();
}

std::string_view base_name(std::string_view path) noexcept
{
    return path.substr(path.rfind('/') + 1);
}

/// The words behind #!, without a carriage return, which is a fault of its own.
void read_interpreter(Script& script)
{
    const std::string_view text = script.text;
    if (!text.starts_with("#!"))
        return;
    const std::vector<std::string_view> words = model::words_of(text.substr(2, text.find('\n') - 2));
    if (words.empty())
        return;
    script.interpreter = script.program = words[0];
    if (base_name(words[0]) == "busybox" && words.size() > 1) {
        script.program = words[1];
    } else if (base_name(words[0]) == "env") {
        const auto named = std::find_if(words.begin() + 1, words.end(), [](std::string_view word) {
            return !word.starts_with('-') && word.find('=') == std::string_view::npos;
        });
        if (named != words.end())
            script.program = *named;
    }
}

void understand(Script& script)
{
    read_interpreter(script);
    const std::string_view text = script.text;
    script.is_judged = !is_one_of(companions, script.name) &&
                       (script.is_linked || script.is_executable || text.starts_with("#!"));
    if (!script.is_judged || text.starts_with("\x7f"
                                              "ELF"))
        return;
    const std::string_view runner = base_name(script.program);
    script.is_generic = runner == "init-d-script";
    // Without #! it is the shell's.
    script.is_shell = script.is_generic || script.interpreter.empty() || is_one_of(shells, runner);
    script.header = model::read_script_header(text, script.path);
    script.lsb = script.header.lsb;
    script.lsb_file = script.path;
}

} // namespace

class TreeReader {
public:
    explicit TreeReader(RcTree& into) : into_(into), tree_(into.tree_) {}

    void read()
    {
        into_.layout = look_for_layout(tree_);
        world::Result<model::Inittab> table = read_table(tree_, into_.layout);
        if (!table)
            return fail("/etc/inittab", table.error());
        into_.inittab = std::move(*table);
        folder_ = model::script_folder(into_.layout);
        names_ = list(folder_);
        read_scripts();
        for (const char level : RcTree::levels)
            read_level(*model::Runlevel::from(level));
        if (!into_.failure.empty())
            return;
        if (!has_folder_ && into_.look("/etc/inittab").kind == FileKind::none) {
            into_.failure = "there is neither a folder of scripts, nor one of links, nor an inittab";
            return;
        }
        for (Script& script : into_.scripts)
            understand(script);
        read_sources();
        read_settings();
        into_.has_programs = is_folder("/bin") || is_folder("/usr/bin") || is_folder("/sbin");
    }

private:
    bool is_folder(const char* path) { return into_.look(path).kind == FileKind::folder; }

    void fail(const std::string& path, const boost::system::error_code& why)
    {
        if (into_.failure.empty())
            into_.failure = fmt::format("{} cannot be read: {}", path, why.message());
    }

    /// A folder that may not be read is told from one that is not there, and from an empty one.
    std::vector<std::string> list(const std::string& folder)
    {
        world::Result<std::vector<std::string>> names = tree_.list_folder(folder);
        if (names) {
            has_folder_ = true;
            return std::move(*names);
        }
        if (names.error() != boost::system::errc::no_such_file_or_directory &&
            names.error() != boost::system::errc::not_a_directory)
            fail(folder, names.error());
        return {};
    }

    void read_scripts()
    {
        for (const std::string& name : names_) {
            if (model::is_ignored_name(name))
                continue;
            const std::string path = folder_ + "/" + name;
            const world::FileLook look = tree_.look(path);
            if (look.kind == FileKind::file)
                (void)script_at(path, name, look);
        }
    }

    /// The script behind a path, read where it is met for the first time under any name.
    std::size_t script_at(const std::string& path, const std::string& name, const world::FileLook& look)
    {
        const auto [at, is_new] =
            known_.try_emplace(fmt::format("{}:{}", look.device, look.inode), into_.scripts.size());
        if (!is_new)
            return at->second;
        Script script;
        script.name = name;
        script.path = path;
        script.is_executable = look.executable;
        world::Result<std::string> text = into_.read(path);
        if (text)
            script.text = std::move(*text);
        else
            script.unread = text.error().message();
        into_.scripts.push_back(std::move(script));
        return at->second;
    }

    void read_level(model::Runlevel level)
    {
        const std::string folder = model::level_folder(into_.layout, level);
        for (const std::string& name : list(folder)) { // bytewise: K before S, then by number and name
            const std::string path = folder + "/" + name;
            std::optional<model::ScriptLink> link = model::parse_script_link(name);
            if (link)
                add_link(std::move(*link), level, path);
            else if (is_leftover(name))
                into_.leftovers.push_back(path);
        }
    }

    /// `S55sshd.rpmsave`: what would be a link but for its end.
    static bool is_leftover(std::string_view name)
    {
        const auto is_digit = [&](std::size_t i) { return name[i] >= '0' && name[i] <= '9'; };
        return name.size() > 3 && (name[0] == 'S' || name[0] == 'K') && is_digit(1) && is_digit(2) &&
               model::is_ignored_name(name);
    }

    void add_link(model::ScriptLink name, model::Runlevel level, const std::string& path)
    {
        Link link{std::move(name), level, path, std::nullopt};
        const world::FileLook look = tree_.look(path);
        if (look.kind == FileKind::file) {
            link.script = script_at(path, link.link.name, look);
            Script& script = into_.scripts[*link.script];
            if (!script.is_linked)
                prefer_name(script, link.link.name, look);
            script.is_linked = true;
            if (link.link.kind == model::LinkKind::start)
                script.starts_in.add(level.letter());
        }
        into_.links.push_back(std::move(link));
    }

    /// Of several names in the folder the one that links use is the script's.
    void prefer_name(Script& script, const std::string& name, const world::FileLook& linked)
    {
        if (name == script.name || !std::binary_search(names_.begin(), names_.end(), name))
            return;
        const std::string path = folder_ + "/" + name;
        const world::FileLook& look = into_.look(path);
        if (look.inode != linked.inode || look.device != linked.device)
            return;
        script.name = name;
        script.path = path;
    }

    /// The facilities, and the blocks that stand for a script's own.
    void read_sources()
    {
        OrderSources sources = read_order_sources(tree_);
        into_.facilities = std::move(sources.facilities);
        into_.facility_complaints = std::move(sources.complaints);
        into_.has_insserv = into_.look("/etc/insserv.conf").kind == FileKind::file ||
                            into_.look("/etc/init.d/.depend.start").kind == FileKind::file;
        for (Script& script : into_.scripts)
            for (std::size_t i = std::size(sources.overrides); i-- > 0;)
                if (std::binary_search(sources.overrides[i].begin(), sources.overrides[i].end(), script.name))
                    read_override(script, std::string(override_folders[i]) + "/" + script.name);
    }

    void read_settings()
    {
        const std::string folder = "/etc/rcinit.conf.d";
        const std::vector<std::string> names =
            world::list_or_complain(tree_, folder, into_.setting_complaints, "its files are left out");
        for (Script& script : into_.scripts) {
            if (!script.is_judged)
                continue;
            if (script.text.find("rcinit:") != std::string::npos)
                add(into_.setting_complaints,
                    model::read_header_settings(script.own, script.text, script.path));
            const std::string name = script.name + ".service";
            if (!std::binary_search(names.begin(), names.end(), name))
                continue;
            script.given_file = folder + "/" + name;
            if (const world::Result<std::string> text = into_.read(script.given_file)) {
                script.given_text = *text;
                add(into_.setting_complaints, model::read_settings(script.given, *text, script.given_file));
            }
        }
    }

    static void add(model::Diagnostics& all, const model::Diagnostics& more)
    {
        all.insert(all.end(), more.begin(), more.end());
    }

    void read_override(Script& script, const std::string& path)
    {
        const world::Result<std::string> text = into_.read(path);
        if (!text || !script.is_judged)
            return;
        if (auto block = model::read_lsb_header(*text, path, into_.override_complaints)) {
            script.lsb = std::move(block);
            script.lsb_file = path;
        }
    }

    RcTree& into_;
    world::Tree& tree_;
    NameIndex known_;                ///< the scripts, by device and inode
    std::string folder_;             ///< of the scripts
    std::vector<std::string> names_; ///< in it
    bool has_folder_ = false;
};

RcTree::RcTree(world::Tree& tree, const model::Settings& of_init, const model::MachineFacts& of_machine)
    : settings(of_init), facts(of_machine), tree_(tree)
{
    TreeReader(*this).read();
}

const world::FileLook& RcTree::look(const std::string& path)
{
    const auto [at, is_new] = look_of_.try_emplace(path, looks_.size());
    if (is_new)
        looks_.push_back(tree_.look(path));
    return looks_[at->second];
}

bool RcTree::is_known(std::string_view path) const noexcept
{
    return has_programs || path.starts_with("/etc/");
}

} // namespace init::tree
