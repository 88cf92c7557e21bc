// SPDX-License-Identifier: MIT
#include "model/chkconfig_service.h"

#include "model/shown_text.h"

#include <fmt/format.h>

#include <algorithm>

namespace init::model {
namespace {

constexpr bool is_digit(char c) noexcept
{
    return c >= '0' && c <= '9';
}

} // namespace

std::optional<unsigned> parse_levels(std::string_view word) noexcept
{
    unsigned bits = 0;
    for (const char c : word) {
        if (c < '0' || c >= '0' + chkconfig_levels)
            return std::nullopt;
        bits |= 1U << (c - '0');
    }
    return word.empty() ? std::nullopt : std::optional{bits};
}

bool ChkconfigService::is_linked(int level) const noexcept
{
    return std::any_of(links.begin(), links.end(),
                       [level](const LevelLink& link) { return link.level == level; });
}

bool ChkconfigService::is_on(int level) const noexcept
{
    return std::any_of(links.begin(), links.end(), [level](const LevelLink& link) {
        return link.level == level && link.kind == LinkKind::start;
    });
}

unsigned ChkconfigService::levels_on() const noexcept
{
    if (links.empty())
        return parse_levels(header.levels).value_or(0);
    unsigned bits = 0;
    for (const LevelLink& link : links)
        bits |= link.kind == LinkKind::start ? 1U << link.level : 0U;
    return bits;
}

std::optional<ScriptLink> parse_level_link(std::string_view name)
{
    if (name.size() < 4 || (name[0] != 'S' && name[0] != 'K') || !is_digit(name[1]) || !is_digit(name[2]))
        return std::nullopt;
    return ScriptLink{name[0] == 'S' ? LinkKind::start : LinkKind::stop,
                      (name[1] - '0') * 10 + (name[2] - '0'), std::string{name.substr(3)}};
}

bool is_passed_over(std::string_view name) noexcept
{
    if (name.empty() || name.front() == '.' || name.back() == '~' || name.back() == ',')
        return true;
    for (const std::string_view suffix : {".rpmsave", ".rpmnew", ".rpmorig", ".swp"})
        if (name.ends_with(suffix))
            return true;
    return false;
}

std::string list_line(const ChkconfigService& service)
{
    std::string line = fmt::format("{:<15}", shown_text(service.name, std::string::npos));
    for (int level = 0; level < chkconfig_levels; ++level)
        line += fmt::format("\t{}:{}", level, service.is_on(level) ? "on" : "off");
    return line;
}

} // namespace init::model
