// SPDX-License-Identifier: MIT
// Reads and writes the names of S- and K-links, and knows the leftovers that no sequencer runs.
#include "model/script_link.h"

#include <fmt/format.h>

#include <array>

namespace init::model {
namespace {

constexpr std::array<std::string_view, 14> ignored_suffixes = {
    "~",         ".bak",       ".orig",     ".rpmnew",   ".rpmorig", ".rpmsave",  ".swp",
    ".dpkg-old", ".dpkg-dist", ".dpkg-new", ".dpkg-tmp", ".ucf-old", ".ucf-dist", ",v",
};

constexpr bool is_digit(char c) noexcept
{
    return c >= '0' && c <= '9';
}

} // namespace

std::optional<ScriptLink> parse_script_link(std::string_view name)
{
    if (name.size() < 4 || (name[0] != 'S' && name[0] != 'K') || !is_digit(name[1]) || !is_digit(name[2]))
        return std::nullopt;
    if (is_ignored_name(name) || name.find('/') != std::string_view::npos)
        return std::nullopt;
    return ScriptLink{name[0] == 'S' ? LinkKind::start : LinkKind::stop,
                      (name[1] - '0') * 10 + (name[2] - '0'), std::string{name.substr(3)}};
}

std::string to_string(const ScriptLink& link)
{
    return fmt::format("{}{:02}{}", link.kind == LinkKind::start ? 'S' : 'K', link.number, link.name);
}

bool is_ignored_name(std::string_view name) noexcept
{
    if (name.empty() || name.front() == '.')
        return true;
    for (const std::string_view suffix : ignored_suffixes)
        if (name.ends_with(suffix))
            return true;
    return false;
}

} // namespace init::model
