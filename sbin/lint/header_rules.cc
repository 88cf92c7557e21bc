// SPDX-License-Identifier: MIT
// What chkconfig and insserv would say of the headers. Whether what a header names is there is another
// group's.
#include "lint/rule_groups.h"

#include <fmt/format.h>

namespace init::lint {
namespace {

using model::HeaderFault;
using model::LsbKeyword;

Code code_of(const model::Diagnostic& complaint) noexcept
{
    switch (static_cast<HeaderFault>(complaint.fault)) {
    case HeaderFault::no_end:
        return Code::header_unfinished;
    case HeaderFault::doubled_keyword:
        return Code::header_doubled_keyword;
    case HeaderFault::level:
        return Code::header_levels;
    case HeaderFault::numbers:
        return Code::chkconfig_line;
    default:
        return Code::header_unknown_keyword;
    }
}

/// Vendors have keywords of their own, and X- says so.
bool is_vendors(const model::Diagnostic& complaint) noexcept
{
    return code_of(complaint) == Code::header_unknown_keyword &&
           (complaint.text.find("\"X-") != std::string::npos ||
            complaint.text.find("\"x-") != std::string::npos);
}

void judge_complaints(const model::Diagnostics& complaints, Findings& findings)
{
    // Both tools read the levels, and both complain.
    unsigned levels_line = 0;
    for (const model::Diagnostic& complaint : complaints) {
        const Code code = code_of(complaint);
        if (is_vendors(complaint) || (code == Code::header_levels && complaint.line == levels_line))
            continue;
        if (code == Code::header_levels)
            levels_line = complaint.line;
        findings.add(code, complaint.file, complaint.line, complaint.text);
    }
}

void judge_presence(const tree::RcTree& tree, const tree::Script& script, Findings& findings)
{
    if (!script.is_linked || tree.skip_of(script))
        return;
    const model::ScriptHeader& header = script.header;
    if (!script.lsb && !header.chkconfig && header.complaints.empty())
        findings.add(
            Code::header_missing, script.path, 0,
            "there is neither an INIT INFO block nor a chkconfig: line; the script runs at its link's "
            "number, and nothing runs beside it");
    if (!script.lsb || script.lsb->is_complete())
        return;
    std::string lacks;
    for (const LsbKeyword keyword :
         {LsbKeyword::provides, LsbKeyword::required_start, LsbKeyword::required_stop,
          LsbKeyword::default_start, LsbKeyword::default_stop})
        if (!script.lsb->has(keyword) || (keyword == LsbKeyword::provides && script.lsb->provides.empty()))
            lacks.append(lacks.empty() ? "" : ", ").append(model::to_string(keyword));
    findings.add(
        Code::header_incomplete, script.lsb_file, script.lsb->line,
        fmt::format("the INIT INFO block lacks {}; the script runs at its link's number, and nothing runs "
                    "beside it",
                    lacks));
}

} // namespace

void judge_headers(const tree::RcTree& tree, Findings& findings)
{
    for (const tree::Script& script : tree.scripts) {
        if (!script.is_judged || !script.unread.empty())
            continue;
        judge_complaints(script.header.complaints, findings);
        judge_presence(tree, script, findings);
    }
    judge_complaints(tree.override_complaints, findings);
}

} // namespace init::lint
