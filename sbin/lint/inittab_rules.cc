// SPDX-License-Identifier: MIT
// The table of init: its lines, the programs they run, the terminals they ask for, and the level they boot
// into.
#include "lint/rule_groups.h"
#include "model/getty.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace init::lint {
namespace {

using model::Action;
using model::InittabEntry;
using world::FileKind;

/// What is run in a boot and a level. What answers to events may be init's own: shutdown and its kin.
bool is_run_always(Action action) noexcept
{
    return action == Action::sysinit || action == Action::boot || action == Action::bootwait ||
           action == Action::wait || action == Action::once || action == Action::respawn;
}

void judge_program(tree::RcTree& tree, const InittabEntry& entry, const std::string& program,
                   Findings& findings)
{
    if (!is_run_always(entry.action) || !program.starts_with('/') || !tree.is_known(program) ||
        model::parse_rc_call(entry) || tree.look(program).kind != FileKind::none)
        return;
    findings.add(Code::inittab_program_missing, entry.file, entry.line,
                 fmt::format("{} is not in the image; the entry {} fails{}", program, entry.id,
                             entry.action == Action::respawn ? " and is held back again and again" : ""));
}

void judge_terminal(tree::RcTree& tree, const InittabEntry& entry, const std::string& device,
                    Findings& findings)
{
    // init makes a missing /dev/console itself.
    if (device.empty() || device == "/dev/console" || tree.look(device).kind != FileKind::none)
        return;
    findings.add(
        Code::getty_device, entry.file, entry.line,
        fmt::format("{} is not in the image's /dev; init leaves the entry {} out where the runtime gives "
                    "none",
                    device, entry.id));
}

void judge_default(const tree::RcTree& tree, Findings& findings)
{
    const model::Runlevel level = *tree.inittab.default_level;
    const bool starts = std::any_of(tree.links.begin(), tree.links.end(), [&](const tree::Link& link) {
        return link.level == level && link.link.kind == model::LinkKind::start;
    });
    if (!starts && !level.is_single())
        findings.add(Code::level_empty, model::level_folder(tree.layout, level), 0,
                     fmt::format("the default runlevel is {}, and its folder has no S-link", level.letter()));
}

} // namespace

void judge_inittab(tree::RcTree& tree, Findings& findings)
{
    for (const model::Diagnostic& complaint : tree.inittab.diagnostics)
        findings.add(Code::inittab_line, complaint.file, complaint.line, complaint.text);
    for (const InittabEntry& entry : tree.inittab.entries) {
        if (entry.file.empty() || entry.action == Action::off)
            continue;
        const model::InittabCommand command = model::command_of(entry);
        if (command.through_shell)
            continue;
        if (const auto terminal = model::terminal_need(command.argv))
            judge_terminal(tree, entry, terminal->device, findings);
        else
            judge_program(tree, entry, command.argv[0], findings);
    }
    judge_default(tree, findings);
}

} // namespace init::lint
