// SPDX-License-Identifier: MIT
// Reads inittab lines by the rules of inittab(5), with the oddities of sysvinit's reader straightened: a last
// line needs no newline, a trailing comment leaves no argument behind, and `s` is `S`.
#include "model/inittab.h"

#include "model/shown_text.h"
#include "model/text_lines.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <unordered_set>
#include <utility>

namespace init::model {
namespace {

constexpr std::size_t longest_id = 4;
constexpr std::size_t longest_levels = 11;
constexpr std::size_t longest_action = 32;
constexpr std::size_t longest_process = 4096;
constexpr std::size_t most_entries = 10'000; ///< of all files; each is a child, or may be one

constexpr std::string_view shell_characters = "~`!$^&*()=|\\{}[];\"'<>?";

constexpr std::array<std::pair<std::string_view, Action>, 15> actions = {{
    {"sysinit", Action::sysinit},
    {"boot", Action::boot},
    {"bootwait", Action::bootwait},
    {"wait", Action::wait},
    {"once", Action::once},
    {"respawn", Action::respawn},
    {"ondemand", Action::ondemand},
    {"off", Action::off},
    {"initdefault", Action::initdefault},
    {"powerfail", Action::powerfail},
    {"powerwait", Action::powerwait},
    {"powerfailnow", Action::powerfailnow},
    {"powerokwait", Action::powerokwait},
    {"ctrlaltdel", Action::ctrlaltdel},
    {"kbrequest", Action::kbrequest},
}};

constexpr char lower(char c) noexcept
{
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

constexpr bool same_word(std::string_view a, std::string_view b) noexcept
{
    return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                      [](char x, char y) { return lower(x) == lower(y); });
}

bool ignores_levels(Action action) noexcept
{
    return action == Action::sysinit || action == Action::boot || action == Action::bootwait;
}

/// The actions whose empty level field holds `S` too.
bool is_for_every_level(Action action) noexcept
{
    return action == Action::powerfail || action == Action::powerwait || action == Action::powerfailnow ||
           action == Action::powerokwait || action == Action::ctrlaltdel;
}

/// Where a trailing comment begins: at a word that starts with `#`, unless a shell will read what stands
/// before it.
std::size_t comment_start(std::string_view process, bool shell) noexcept
{
    const auto special = shell ? process.find_first_of(shell_characters) : std::string_view::npos;
    for (auto hash = process.find('#'); hash < special; hash = process.find('#', hash + 1))
        if (hash == 0 || blanks.find(process[hash - 1]) != std::string_view::npos)
            return hash;
    return process.size();
}

struct Fields {
    std::string_view id, levels, action, process;
};

/// Reads the lines of one file into a table.
class Reader {
public:
    Reader(Inittab& table, std::string_view file) : table_(table), file_(file)
    {
        for (const InittabEntry& entry : table.entries)
            used_.insert(entry.id);
    }

    void read(std::string_view text, bool only_first)
    {
        only_first_ = only_first;
        for_each_line(text, [this](std::string_view line, unsigned number) {
            line_ = number;
            read_line(trimmed(line));
        });
    }

private:
    void read_line(std::string_view line)
    {
        if (line.empty() || line.front() == '#')
            return;
        if (line.find('\0') != std::string_view::npos)
            return say("the line holds a NUL byte, line ignored");
        const std::optional<Fields> fields = split(line);
        if (!fields || !has_good_lengths(*fields))
            return;
        const std::optional<Action> action = parse_action(fields->action);
        if (!action)
            return say(fmt::format("unknown action \"{}\", line ignored", shown_text(fields->action)));
        if (!is_new(fields->id))
            return;
        if (*action == Action::initdefault)
            return read_default(*fields);
        read_entry(*fields, *action);
    }

    std::optional<Fields> split(std::string_view line)
    {
        Fields fields;
        for (std::string_view* field : {&fields.id, &fields.levels, &fields.action}) {
            const auto colon = line.find(':');
            if (colon == std::string_view::npos) {
                say("fewer than four fields (id:runlevels:action:process), line ignored");
                return std::nullopt;
            }
            *field = trimmed(line.substr(0, colon));
            line.remove_prefix(colon + 1);
        }
        fields.process = trimmed(line);
        return fields;
    }

    bool has_good_lengths(const Fields& fields)
    {
        if (fields.id.empty())
            say("the id is empty, line ignored");
        else if (fields.id.size() > longest_id)
            say(fmt::format("id \"{}\" is longer than {} characters, line ignored", shown_text(fields.id),
                            longest_id));
        else if (fields.levels.size() > longest_levels)
            say(fmt::format("runlevels \"{}\" are more than {} characters, line ignored",
                            shown_text(fields.levels), longest_levels));
        else if (fields.action.size() > longest_action)
            say(fmt::format("action \"{}\" is longer than {} characters, line ignored",
                            shown_text(fields.action), longest_action));
        else if (fields.process.size() > longest_process)
            say(fmt::format("the process is longer than {} characters, line ignored", longest_process));
        else
            return true;
        return false;
    }

    bool is_new(std::string_view id)
    {
        if (id == "~~")
            return true;
        if (used_.contains(std::string{id}) || id == default_id_) {
            say(fmt::format("id \"{}\" is used before, line ignored", shown_text(id)));
            return false;
        }
        return true;
    }

    void read_default(const Fields& fields)
    {
        if (table_.default_level)
            return say("a default runlevel is set before, line ignored");
        // `S` is the highest of all: the order is that of the characters.
        std::optional<Runlevel> highest;
        for (const char c : fields.levels) {
            const std::optional<Runlevel> level = Runlevel::from(c);
            if (!level)
                say(fmt::format("\"{}\" is no runlevel to boot into, that character left out",
                                shown_text({&c, 1})));
            else if (!highest || level->letter() > highest->letter())
                highest = level;
        }
        if (!highest)
            return say("initdefault names no runlevel, line ignored");
        table_.default_level = highest;
        default_id_ = fields.id;
    }

    void read_entry(const Fields& fields, Action action)
    {
        InittabEntry entry;
        entry.id = fields.id;
        entry.action = action;
        entry.file = file_;
        entry.line = line_;
        read_process(fields.process, entry);
        if (entry.process.empty())
            return say("the process is empty, line ignored");
        const std::optional<RunlevelSet> levels = read_levels(fields.levels, action);
        if (!levels)
            return say(fmt::format("runlevels \"{}\" hold none that an inittab knows, line ignored",
                                   shown_text(fields.levels)));
        if (only_first_ && taken_)
            return say("only the first entry of a file in inittab.d counts, line ignored");
        if (table_.entries.size() == most_entries)
            return say(fmt::format("there are {} entries before, line ignored", most_entries));
        entry.levels = *levels;
        taken_ = true;
        used_.insert(entry.id);
        table_.entries.push_back(std::move(entry));
    }

    static void read_process(std::string_view process, InittabEntry& entry)
    {
        for (; !process.empty() && (process.front() == '+' || process.front() == '@');
             process.remove_prefix(1))
            (process.front() == '+' ? entry.records : entry.shell) = false;
        entry.process = trimmed(process.substr(0, comment_start(process, entry.shell)));
    }

    std::optional<RunlevelSet> read_levels(std::string_view field, Action action)
    {
        RunlevelSet levels = RunlevelSet::all();
        if (ignores_levels(action))
            return levels;
        if (field.empty()) {
            if (is_for_every_level(action))
                levels.add('S');
            return levels;
        }
        levels = {};
        for (const char c : field)
            if (!levels.add(c))
                say(fmt::format("\"{}\" is no runlevel, that character left out", shown_text({&c, 1})));
        if (levels.empty())
            return std::nullopt;
        return levels;
    }

    void say(std::string text) { complain(table_.diagnostics, {std::string{file_}, line_, std::move(text)}); }

    Inittab& table_;
    std::string_view file_;
    std::unordered_set<std::string> used_; ///< ids
    std::string default_id_;
    unsigned line_ = 0;
    bool only_first_ = false;
    bool taken_ = false;
};

} // namespace

std::optional<Action> parse_action(std::string_view word) noexcept
{
    for (const auto& [name, action] : actions)
        if (same_word(name, word))
            return action;
    return std::nullopt;
}

std::string_view to_string(Action action) noexcept
{
    for (const auto& [name, known] : actions)
        if (known == action)
            return name;
    return "unknown";
}

bool is_waited_for(Action action) noexcept
{
    switch (action) {
    case Action::sysinit:
    case Action::bootwait:
    case Action::wait:
    case Action::powerwait:
    case Action::powerfailnow:
    case Action::powerokwait:
    case Action::ctrlaltdel:
        return true;
    default:
        return false;
    }
}

Inittab parse_inittab(std::string_view text, std::string_view file)
{
    Inittab table;
    Reader{table, file}.read(text, false);
    return table;
}

void add_inittab_fragment(Inittab& table, std::string_view text, std::string_view file)
{
    Reader{table, file}.read(text, true);
}

InittabCommand command_of(const InittabEntry& entry)
{
    InittabCommand command;
    command.through_shell = entry.shell && entry.process.find_first_of(shell_characters) != std::string::npos;
    if (command.through_shell) {
        command.argv = {"/bin/sh", "-c", entry.process};
        return command;
    }
    for (const std::string_view word : words_of(entry.process))
        command.argv.emplace_back(word);
    return command;
}

} // namespace init::model
