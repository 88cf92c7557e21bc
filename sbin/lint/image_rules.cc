// SPDX-License-Identifier: MIT
// What stands beside the scripts and changes what they do: policies, claims, settings.
#include "lint/rule_groups.h"

namespace init::lint {
namespace {

using world::FileKind;

constexpr const char* policy_path = "/usr/sbin/policy-rc.d";
constexpr const char* systemd_path = "/run/systemd/system";

void add(Code code, const model::Diagnostics& complaints, Findings& findings)
{
    for (const model::Diagnostic& complaint : complaints)
        findings.add(code, complaint.file, complaint.line, complaint.text);
}

/// One that decides case by case is somebody's policy; 101 whatever is asked is an image builder's.
void judge_policy(tree::RcTree& tree, Findings& findings)
{
    const world::FileLook& look = tree.look(policy_path);
    if (look.kind != FileKind::file || !look.executable)
        return;
    const world::Result<std::string> text = tree.read(policy_path);
    if (!text)
        return;
    for (const model::ShellCommand& command : model::shell_commands(*text)) {
        if (command.words[0] != "exit" || command.depth > 0 || command.is_conditional)
            continue;
        if (command.words.size() > 1 && command.words[1] == "101")
            findings.add(
                Code::policy_forbids_starts, policy_path, command.line,
                "invoke-rc.d is told to start nothing: packages and log rotation that restart a service "
                "through it do nothing, and say that all is well");
        return;
    }
}

} // namespace

void judge_image(tree::RcTree& tree, Findings& findings)
{
    judge_policy(tree, findings);
    if (tree.look(systemd_path).kind == FileKind::folder)
        findings.add(
            Code::systemd_folder, systemd_path, 0,
            "by this folder programs tell that systemd is PID 1: service(8), invoke-rc.d and scripts hand "
            "their work to systemctl, which cannot do it here");
    add(Code::facility_line, tree.facility_complaints, findings);
    add(Code::setting, tree.setting_complaints, findings);
    if (!tree.has_programs)
        findings.add(
            Code::no_programs, "/", 0,
            "there is no folder of programs; interpreters and what is sourced from outside /etc are not "
            "looked for");
}

} // namespace init::lint
