// SPDX-License-Identifier: MIT
#include "text/plan_text.h"

#include "text/shown_line.h"

#include <fmt/format.h>

#include <algorithm>

namespace init::text {
namespace {

using model::PlannedScript;

std::string names_of(const std::vector<PlannedScript>& list, const std::vector<std::size_t>& places)
{
    std::string names;
    for (const std::size_t place : places)
        names.append(names.empty() ? "" : ", ").append(list[place].name);
    return names;
}

std::string list_text(const char* heading, const std::vector<PlannedScript>& list, bool side_by_side)
{
    std::size_t width = 8;
    for (const PlannedScript& script : list)
        width = std::max(width, script.name.size());
    std::string out = shown_line(fmt::format("{}: {} scripts, {}", heading, list.size(),
                                             side_by_side ? "side by side" : "in link order"));
    std::vector<std::size_t> order(list.size());
    for (std::size_t i = 0; i < order.size(); ++i)
        order[i] = i;
    std::stable_sort(order.begin(), order.end(),
                     [&](std::size_t a, std::size_t b) { return list[a].wave < list[b].wave; });
    for (const std::size_t at : order) {
        const PlannedScript& script = list[at];
        std::string remarks = script.verb == heading ? "" : script.verb + "; ";
        if (script.skip)
            remarks += fmt::format("skipped: {}; ", *script.skip);
        if (!script.number)
            remarks += "no link names it, so should it live still; ";
        if (script.interactive)
            remarks += "alone, it may ask; ";
        if (side_by_side && !script.after.empty())
            remarks += fmt::format("after {}; ", names_of(list, script.after));
        if (!remarks.empty())
            remarks.resize(remarks.size() - 2);
        out += shown_line(fmt::format("  {:>4}  {:<{}}  {}", script.wave, script.name, width, remarks));
    }
    return out;
}

} // namespace

std::string to_text(const model::BootPlan& plan)
{
    std::string out =
        shown_line(fmt::format("{} tree, runlevel {}", to_string(plan.layout), plan.level.letter()));
    for (const std::string& note : plan.notes)
        out += shown_line("note: " + note);
    out += list_text("start", plan.start, plan.start_side_by_side);
    return out + list_text("stop", plan.stop, plan.stop_side_by_side);
}

} // namespace init::text
