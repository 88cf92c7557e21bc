// SPDX-License-Identifier: MIT
#include "model/chkconfig_plan.h"

#include "model/chkconfig_numbers.h"

#include <algorithm>

namespace init::model {
namespace {

LinkKind kind_of(bool on) noexcept
{
    return on ? LinkKind::start : LinkKind::stop;
}

bool header_has(const ChkconfigService& service, int level) noexcept
{
    return (parse_levels(service.header.levels).value_or(0) & 1U << level) != 0;
}

/// The link that the request asks for in this level; nothing where the links there stay as they are.
std::optional<LinkKind> wanted(const ChkconfigService& service, int level, LinkRequest request,
                               unsigned levels)
{
    const bool is_asked = (levels & 1U << level) != 0;
    switch (request) {
    case LinkRequest::add:
        if (!service.is_linked(level))
            return kind_of(header_has(service, level));
        return service.header.has_lsb ? std::optional{kind_of(service.is_on(level))} : std::nullopt;
    case LinkRequest::on:
    case LinkRequest::off:
        return is_asked ? std::optional{kind_of(request == LinkRequest::on)} : std::nullopt;
    case LinkRequest::reset:
        return is_asked ? std::optional{kind_of(header_has(service, level))} : std::nullopt;
    case LinkRequest::resetpriorities:
        return is_asked && service.is_linked(level) ? std::optional{kind_of(service.is_on(level))}
                                                    : std::nullopt;
    case LinkRequest::del:
        break;
    }
    return std::nullopt;
}

std::string link_name(const ChkconfigService& service, const LevelLink& link)
{
    return to_string(ScriptLink{link.kind, link.number, service.name});
}

/// `make` takes the place of all that are in its level; without one they only go.
void replace_links(std::vector<LinkChange>& changes, const ChkconfigService& service, int level,
                   const LevelLink* make)
{
    LinkChange change{level, service.name, make ? link_name(service, *make) : std::string{}, {}};
    for (const LevelLink& link : service.links)
        if (link.level == level && !(make && link == *make))
            change.remove.push_back(link_name(service, link));
    if (make || !change.remove.empty())
        changes.push_back(std::move(change));
}

/// Moves the links of a level that its dependencies rule out; others there keep the number they have.
void mend_level(std::vector<LinkChange>& changes, const ChkconfigService& service, int level,
                const LinkNumbers& numbers)
{
    for (const LevelLink& link : service.links)
        if (link.level == level && numbers.rules_out(link)) {
            LinkChange change{level, service.name, {}, {}};
            change.make = link_name(service, {level, link.kind, numbers.of(link.kind)});
            change.remove.push_back(link_name(service, link));
            changes.push_back(std::move(change));
        }
}

/// Where each service is on when the request has been carried out.
std::vector<unsigned> levels_after(const std::vector<ChkconfigService>& services, std::size_t target,
                                   LinkRequest request, unsigned levels)
{
    std::vector<unsigned> on(services.size());
    for (std::size_t i = 0; i < services.size(); ++i)
        on[i] = services[i].levels_on();
    on[target] = 0;
    for (int level = 0; level < chkconfig_levels; ++level) {
        const ChkconfigService& service = services[target];
        const auto kind = wanted(service, level, request, levels);
        if (kind ? *kind == LinkKind::start : service.is_on(level))
            on[target] |= 1U << level;
    }
    return on;
}

} // namespace

std::vector<LinkChange> plan_links(const std::vector<ChkconfigService>& services, std::size_t target,
                                   LinkRequest request, unsigned levels)
{
    const ChkconfigService& service = services[target];
    std::vector<LinkChange> changes;
    if (request == LinkRequest::del) {
        for (int level = 0; level < chkconfig_levels; ++level)
            replace_links(changes, service, level, nullptr);
        return changes;
    }
    const std::vector<LinkNumbers> numbers =
        settle_numbers(services, levels_after(services, target, request, levels), target);
    for (int level = 0; level < chkconfig_levels; ++level)
        if (const auto kind = wanted(service, level, request, levels)) {
            const LevelLink make{level, *kind, numbers[target].of(*kind)};
            replace_links(changes, service, level, &make);
        } else {
            mend_level(changes, service, level, numbers[target]);
        }
    for (std::size_t i = 0; i < services.size(); ++i)
        for (int level = 0; i != target && level < chkconfig_levels; ++level)
            mend_level(changes, services[i], level, numbers[i]);
    return changes;
}

bool is_as_added(const std::vector<ChkconfigService>& services, std::size_t target)
{
    const ChkconfigService& service = services[target];
    const std::vector<unsigned> on = levels_after(services, target, LinkRequest::reset, all_level_bits);
    const LinkNumbers numbers = settle_numbers(services, on, target)[target];
    unsigned seen = 0;
    for (const LevelLink& link : service.links) {
        const LinkKind kind = kind_of(header_has(service, link.level));
        if (link.kind != kind || link.number != numbers.of(kind))
            return false;
        seen |= 1U << link.level;
    }
    return seen == all_level_bits && service.links.size() == chkconfig_levels;
}

} // namespace init::model
