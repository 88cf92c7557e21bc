// SPDX-License-Identifier: MIT
#include "model/runlevel_plan.h"

#include <algorithm>
#include <string>
#include <unordered_set>
#include <utility>

namespace init::model {
namespace {

std::vector<PlanStep> steps_of(const PlanInput& input, LinkKind kind)
{
    std::vector<PlanStep> steps;
    for (const std::string& name : input.names) {
        std::optional<ScriptLink> link = parse_script_link(name);
        if (!link || link->kind != kind)
            continue;
        steps.push_back(
            {std::move(*link), input.folder + "/" + name, kind == LinkKind::start ? "start" : "stop"});
    }
    std::stable_sort(steps.begin(), steps.end(), [](const PlanStep& a, const PlanStep& b) {
        return std::pair(a.link.number, std::string_view(a.link.name)) <
               std::pair(b.link.number, std::string_view(b.link.name));
    });
    return steps;
}

/// The services that links of this kind name.
std::unordered_set<std::string> linked(std::span<const std::string> names, LinkKind kind)
{
    std::unordered_set<std::string> services;
    for (const std::string& name : names)
        if (std::optional<ScriptLink> link = parse_script_link(name); link && link->kind == kind)
            services.insert(std::move(link->name));
    return services;
}

} // namespace

std::vector<PlanStep> plan_runlevel(const PlanInput& input)
{
    const bool debian = input.layout == Layout::debian;
    std::vector<PlanStep> steps;
    if (!(debian && input.from.is_none() && !input.to.ends()))
        steps = steps_of(input, LinkKind::stop);

    std::unordered_set<std::string> stay; // what the level before has started and this one does not stop
    if (debian && !input.from.is_none() && !input.to.ends()) {
        stay = linked(input.previous, LinkKind::start);
        for (const std::string& stopped : linked(input.names, LinkKind::stop))
            stay.erase(stopped);
    }
    for (PlanStep& step : steps_of(input, LinkKind::start)) {
        if (input.to.ends()) {
            // Red Hat's S00killall and S01halt, Debian's sendsigs and halt: whatever they are, the level ends
            // things.
            step.verb = debian ? "stop" : "start";
        } else if (stay.contains(step.link.name)) {
            continue;
        }
        steps.push_back(std::move(step));
    }
    return steps;
}

std::optional<std::string> skip_reason(Layout layout, const PlanStep& step, const ServiceFacts& facts)
{
    if (!facts.link_leads_somewhere)
        return "the link leads nowhere";
    if (layout != Layout::debian && !facts.executable)
        return "the script is not executable";
    const bool in_use = facts.locked || facts.main_lives || facts.started;
    // Debian's rc has no lock test: what its level reached may have started is called with stop whatever is
    // known of it.
    const bool assumed_up = layout == Layout::debian && facts.level_reached;
    if (step.verb == "stop" && !in_use && !assumed_up)
        return "it is not running";
    if (layout == Layout::red_hat && step.link.kind == LinkKind::start && facts.locked)
        return "its lock in /var/lock/subsys says that it is running";
    if (layout == Layout::plain && step.link.kind == LinkKind::start && step.verb == "start" &&
        facts.main_lives)
        return "it is running";
    return std::nullopt;
}

} // namespace init::model
