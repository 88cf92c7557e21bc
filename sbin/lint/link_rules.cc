// SPDX-License-Identifier: MIT
// The links of the levels: where they lead, which contradict each other, and which nobody follows.
#include "lint/rule_groups.h"

#include <fmt/format.h>

#include <algorithm>

namespace init::lint {
namespace {

using model::LinkKind;

/// Two links of one level that lead to the same script. Under two names one script is two services: Red Hat's
/// halt is reboot as well.
void judge_pair(const tree::Script& script, const tree::Link& before, const tree::Link& link,
                Findings& findings)
{
    if (before.link.name != link.link.name)
        return;
    if (before.link.kind == link.link.kind)
        findings.add(Code::link_doubled, link.path, 0,
                     fmt::format("{} leads to {} as well; the level {} it twice",
                                 model::to_string(before.link), script.name,
                                 link.link.kind == LinkKind::start ? "starts" : "stops"));
    else
        findings.add(
            Code::link_start_and_stop, link.path, 0,
            fmt::format(
                "{} of the same level leads to {} too; entering the level stops it and then starts it",
                model::to_string(before.link), script.name));
}

/// Only where nothing moves the numbers: chkconfig's own line, without an INIT INFO block.
void judge_number(tree::RcTree& tree, const std::vector<std::string>& overrides, const tree::Link& link,
                  Findings& findings)
{
    const tree::Script& script = tree.scripts[*link.script];
    const std::optional<model::ChkconfigHeader>& header = script.header.chkconfig;
    if (tree.has_insserv || script.lsb || !header || header->has_lsb || !header->start ||
        link.link.name != script.name || std::binary_search(overrides.begin(), overrides.end(), script.name))
        return;
    const bool starts = link.link.kind == LinkKind::start;
    const int number = starts ? *header->start : *header->stop;
    if (number != link.link.number)
        findings.add(Code::link_number, link.path, 0,
                     fmt::format("the chkconfig: line of {} says {:02}; the link's number is what counts",
                                 script.path, number));
}

void judge_use(const tree::RcTree& tree, const tree::Script& script, Findings& findings)
{
    if (const auto reason = tree.skip_of(script)) {
        if (script.is_linked)
            findings.add(Code::script_skipped, script.path, 0,
                         fmt::format("init leaves it out: {}", *reason));
        return;
    }
    if (!script.is_linked)
        findings.add(Code::script_unlinked, script.path, 0,
                     "no level has a link to it; it runs only where somebody calls it");
}

} // namespace

void judge_links(tree::RcTree& tree, Findings& findings)
{
    const std::vector<std::string> overrides = tree.list("/etc/chkconfig.d");
    std::vector<const tree::Link*> latest(tree.scripts.size()); // by script
    for (const tree::Link& link : tree.links) {
        if (!link.script) {
            findings.add(Code::link_dangling, link.path, 0,
                         fmt::format("the link leads to no file inside the tree; {} is not {}",
                                     link.link.name,
                                     link.link.kind == LinkKind::start ? "started" : "stopped by it"));
            continue;
        }
        judge_number(tree, overrides, link, findings);
        const tree::Link*& before = latest[*link.script];
        if (before && before->level == link.level)
            judge_pair(tree.scripts[*link.script], *before, link, findings);
        before = &link;
    }
    for (const std::string& path : tree.leftovers)
        findings.add(Code::link_ignored, path, 0,
                     "the name's end is that of a leftover, and no sequencer follows it");
    for (const tree::Script& script : tree.scripts)
        if (script.is_judged)
            judge_use(tree, script, findings);
}

} // namespace init::lint
