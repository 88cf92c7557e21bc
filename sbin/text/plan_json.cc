// SPDX-License-Identifier: MIT
#include "text/plan_json.h"

#include "model/shown_text.h"
#include "text/json_text.h"

#include <fmt/format.h>

namespace init::text {
namespace {

using model::PlannedScript;

std::string scripts_json(const std::vector<PlannedScript>& scripts)
{
    std::string out = "[";
    for (const PlannedScript& script : scripts) {
        if (out.size() > 1)
            out += ',';
        std::vector<std::string> after;
        for (const std::size_t earlier : script.after)
            after.push_back(scripts[earlier].name);
        out += fmt::format(
            R"({{"name":{},"script":{},"verb":{},"number":{},"wave":{},"after":{},"interactive":{},"skip":{}}})",
            quoted(script.name), quoted(script.script), quoted(script.verb),
            script.number ? std::to_string(*script.number) : "null", script.wave, quoted_list(after),
            script.interactive, script.skip ? quoted(*script.skip) : "null");
    }
    return out + ']';
}

} // namespace

std::string to_json(const model::BootPlan& plan)
{
    const char level[] = {plan.level.letter(), '\0'};
    return fmt::format(
        R"({{"schema":1,"runlevel":{},"layout":{},"parallel":{},"start":{},"stop":{},"notes":{}}})",
        quoted(level), quoted(to_string(plan.layout)), plan.start_side_by_side, scripts_json(plan.start),
        scripts_json(plan.stop), quoted_list(plan.notes));
}

std::string to_dot(const model::BootPlan& plan)
{
    std::string out = "digraph boot {\n  rankdir=LR;\n  node [shape=box];\n";
    // By place in the list: rcS and the level may start the same name. What is left to quoted() to escape
    // in a shown name, dot reads as well.
    for (std::size_t i = 0; i < plan.start.size(); ++i) {
        const PlannedScript& script = plan.start[i];
        out += fmt::format("  s{} [label={}{}{}];\n", i,
                           quoted(model::shown_text(script.name, std::string::npos)),
                           script.skip ? ", style=dotted" : "", script.interactive ? ", shape=octagon" : "");
    }
    for (std::size_t i = 0; i < plan.start.size(); ++i)
        for (std::size_t k = 0; k < plan.start[i].after.size(); ++k) {
            const model::EdgeKind kind = plan.start[i].why[k];
            const char* const style = kind == model::EdgeKind::required ? ""
                                      : kind == model::EdgeKind::number ? " [color=grey]"
                                                                        : " [style=dashed]";
            out += fmt::format("  s{} -> s{}{};\n", plan.start[i].after[k], i, style);
        }
    return out + "}\n";
}

} // namespace init::text
