// SPDX-License-Identifier: MIT
// Recognises the three layouts of an rc tree, completes an inittab that leaves the rc out, and reads the
// entries that call the distribution's rc.
#include "model/rc_layout.h"

#include "model/text_lines.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace init::model {
namespace {

constexpr std::string_view ending_levels = "0123456";

InittabEntry built_in(std::string id, RunlevelSet levels, Action action, std::string process)
{
    InittabEntry entry;
    entry.id = std::move(id);
    entry.levels = levels;
    entry.action = action;
    entry.process = std::move(process);
    return entry;
}

bool is_boot_action(Action action) noexcept
{
    return action == Action::sysinit || action == Action::boot || action == Action::bootwait;
}

/// What the table's owner wrote, as far as it decides which built-in entries are missing.
struct Contents {
    bool sysinit = false;     ///< a sysinit entry
    bool own_sysinit = false; ///< one that is no rc call
    bool wait = false;        ///< a wait entry, whatever it runs
    bool rc = false;          ///< a wait entry that runs the rc of a level
    RunlevelSet rc_levels;    ///< the levels those entries are for
};

void note_rc_levels(const InittabEntry& entry, Contents& contents)
{
    contents.rc = true;
    for (const char c : ending_levels)
        if (entry.levels.has(*Runlevel::from(c)))
            contents.rc_levels.add(c);
}

Contents contents_of(const Inittab& table)
{
    Contents contents;
    for (const InittabEntry& entry : table.entries) {
        const std::optional<RcCall> call = parse_rc_call(entry);
        if (entry.action == Action::sysinit) {
            contents.sysinit = true;
            contents.own_sysinit = contents.own_sysinit || !call;
        }
        if (entry.action == Action::wait) {
            contents.wait = true;
            if (call && call->kind == RcCall::Kind::level)
                note_rc_levels(entry, contents);
        }
    }
    return contents;
}

/// A table with a sysinit program of its own, wait entries and no rc has its own way to enter a level (an
/// appliance's, or one written for BusyBox): the rc would start what its owner left out.
bool wants_rc(const Contents& contents) noexcept
{
    return contents.rc || !contents.own_sysinit || !contents.wait;
}

std::string free_id(const Inittab& table, std::string_view wanted)
{
    const auto is_taken = [&table](std::string_view id) {
        return std::any_of(table.entries.begin(), table.entries.end(),
                           [id](const InittabEntry& entry) { return entry.id == id; });
    };
    std::string id{wanted};
    for (char c = 'a'; is_taken(id) && c <= 'z'; ++c)
        id = fmt::format("{}{}", wanted, c);
    return id;
}

void add_sysinit(Inittab& table, Layout layout)
{
    if (layout == Layout::plain)
        return;
    const char* program = layout == Layout::red_hat ? "/etc/rc.d/rc.sysinit" : "/etc/init.d/rcS";
    table.entries.insert(table.entries.begin(),
                         built_in(free_id(table, "si"), RunlevelSet::all(), Action::sysinit, program));
}

/// The rc comes after the boot entries and before all that a level keeps running, as in the distributions'
/// tables.
void add_rc(Inittab& table, Layout layout, const RunlevelSet& present)
{
    const auto last_boot =
        std::find_if(table.entries.rbegin(), table.entries.rend(),
                     [](const InittabEntry& entry) { return is_boot_action(entry.action); });
    auto place = last_boot.base();
    for (const char c : ending_levels) {
        if (present.has(*Runlevel::from(c)))
            continue;
        RunlevelSet levels;
        levels.add(c);
        const char* rc = layout == Layout::red_hat ? "/etc/rc.d/rc" : "/etc/init.d/rc";
        place = table.entries.insert(place, built_in(free_id(table, fmt::format("l{}", c)), levels,
                                                     Action::wait, fmt::format("{} {}", rc, c)));
        ++place;
    }
}

void settle_default(Inittab& table, Layout layout)
{
    const Runlevel fallback = default_level_of(layout);
    if (table.default_level && table.default_level->ends())
        table.diagnostics.push_back(
            {"/etc/inittab", 0,
             fmt::format("initdefault {} would end the container at once, runlevel {} taken instead",
                         table.default_level->letter(), fallback.letter())});
    if (!table.default_level || table.default_level->ends())
        table.default_level = fallback;
}

enum class Program { rc, rcS, rc_sysinit };
struct KnownProgram {
    std::string_view path;
    Program program;
};
constexpr std::array<KnownProgram, 6> programs = {{
    {"/etc/rc.d/rc", Program::rc},
    {"/etc/rc", Program::rc},
    {"/etc/init.d/rc", Program::rc},
    {"/etc/init.d/rcS", Program::rcS},
    {"/etc/rc.d/rc.sysinit", Program::rc_sysinit},
    {"/etc/rc.sysinit", Program::rc_sysinit},
}};

std::optional<RcCall> level_call(std::string_view path, std::string_view word)
{
    const std::optional<Runlevel> level = word.size() == 1 ? Runlevel::from(word[0]) : std::nullopt;
    if (!level)
        return std::nullopt;
    // Debian's rcS is nothing but `rc S`.
    const bool boots = path == "/etc/init.d/rc" && level->letter() == 'S';
    return RcCall{boots ? RcCall::Kind::sysinit_scripts : RcCall::Kind::level, *level, std::string{path}};
}

} // namespace

std::string_view to_string(Layout layout) noexcept
{
    switch (layout) {
    case Layout::red_hat:
        return "red_hat";
    case Layout::debian:
        return "debian";
    case Layout::plain:
        break;
    }
    return "plain";
}

Layout layout_of(const LayoutFacts& facts) noexcept
{
    if (facts.rc_sysinit || facts.rc_d_levels)
        return Layout::red_hat;
    if (facts.init_d_rcS || facts.etc_rcS_d)
        return Layout::debian;
    return Layout::plain;
}

Runlevel default_level_of(Layout layout) noexcept
{
    return *Runlevel::from(layout == Layout::red_hat ? '3' : '2');
}

std::string level_folder(Layout layout, Runlevel level)
{
    return fmt::format("{}/rc{}.d", layout == Layout::red_hat ? "/etc/rc.d" : "/etc", level.letter());
}

std::string script_folder(Layout layout)
{
    return layout == Layout::red_hat ? "/etc/rc.d/init.d" : "/etc/init.d";
}

void complete_inittab(Inittab& table, Layout layout)
{
    const Contents contents = contents_of(table);
    if (wants_rc(contents))
        add_rc(table, layout, contents.rc_levels);
    if (!contents.sysinit)
        add_sysinit(table, layout);
    settle_default(table, layout);
}

std::optional<RcCall> parse_rc_call(const InittabEntry& entry)
{
    std::vector<std::string_view> words = words_of(entry.process);
    if (!words.empty() && words.front() == "exec")
        words.erase(words.begin());
    if (!words.empty() && (words.front() == "/bin/sh" || words.front() == "/bin/bash"))
        words.erase(words.begin());
    if (words.empty() || words.size() > 2)
        return std::nullopt;
    const auto known = std::find_if(programs.begin(), programs.end(),
                                    [&](const KnownProgram& row) { return row.path == words.front(); });
    if (known == programs.end())
        return std::nullopt;
    if (known->program == Program::rc)
        return words.size() == 2 ? level_call(known->path, words[1]) : std::nullopt;
    if (words.size() != 1)
        return std::nullopt;
    if (known->program == Program::rcS)
        return RcCall{RcCall::Kind::sysinit_scripts, *Runlevel::from('S'), std::string{known->path}};
    return RcCall{RcCall::Kind::rc_sysinit, Runlevel::none(), std::string{known->path}};
}

} // namespace init::model
