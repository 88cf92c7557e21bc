// SPDX-License-Identifier: MIT
#include "lint/lint.h"

#include "lint/rule_groups.h"
#include "tree/rc_tree.h"

#include <algorithm>

namespace init::lint {

Report lint(world::Tree& files, const model::Settings& settings, const model::MachineFacts& facts,
            const model::Diagnostics& complaints, std::optional<std::chrono::milliseconds> grace)
{
    Report report;
    tree::RcTree tree(files, settings, facts);
    report.failure = tree.failure;
    if (!report.failure.empty())
        return report;
    tree.setting_complaints.insert(tree.setting_complaints.end(), complaints.begin(), complaints.end());

    Findings findings;
    for (tree::Script& script : tree.scripts) {
        if (!script.is_judged)
            continue;
        // One script's commands at a time: they take ten times the memory of its text.
        if (script.is_shell)
            script.commands = model::shell_commands(script.text);
        judge_script(tree, script, findings);
        if (grace)
            judge_time(tree, script, *grace, findings);
        script.commands = {};
    }
    if (grace)
        judge_grace(tree, *grace, findings);
    judge_headers(tree, findings);
    judge_needs(tree, findings);
    judge_order(tree, findings);
    judge_links(tree, findings);
    judge_image(tree, findings);
    judge_inittab(tree, findings);

    report.findings = std::move(findings).sorted();
    for (const Finding& finding : report.findings)
        ++report.counts[static_cast<std::size_t>(rule_of(finding.code).severity)];
    report.scripts = static_cast<std::size_t>(std::count_if(
        tree.scripts.begin(), tree.scripts.end(), [](const tree::Script& s) { return s.is_judged; }));
    return report;
}

} // namespace init::lint
