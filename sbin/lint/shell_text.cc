// SPDX-License-Identifier: MIT
#include "lint/shell_text.h"

#include "model/text_lines.h"

#include <algorithm>
#include <array>

namespace init::lint {
namespace {

bool is_word_character(char c) noexcept
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-' || c == '.' || c == '/' || c == '$';
}

/// Whether what follows a word says that it was a pattern.
bool ends_pattern(std::string_view rest) noexcept
{
    rest.remove_prefix(std::min(rest.find_first_not_of("\"'*"), rest.size()));
    rest.remove_prefix(std::min(rest.find_first_not_of(" \t"), rest.size()));
    return rest.starts_with(')') || (rest.starts_with('|') && !rest.starts_with("||"));
}

bool line_has_label(std::string_view line, std::string_view word)
{
    for (auto at = line.find(word); at != std::string_view::npos; at = line.find(word, at + 1))
        if ((at == 0 || !is_word_character(line[at - 1])) && ends_pattern(line.substr(at + word.size())))
            return true;
    return false;
}

/// The patterns of a case or the name of a function that `line` begins; empty for any other line.
std::string_view section_of(std::string_view line)
{
    line = model::trimmed(line);
    const std::size_t end = line.find_first_of("()");
    if (end == std::string_view::npos || line.starts_with('#'))
        return {};
    std::string_view head = line.substr(0, end);
    if (line[end] == '(' && !line.substr(end).starts_with("()"))
        return {};
    if (head.starts_with("function "))
        head.remove_prefix(9);
    const bool is_plain = std::all_of(head.begin(), head.end(), [](char c) {
        return (is_word_character(c) && c != '$' && c != '/') ||
               std::string_view{"|*\"' \t"}.find(c) != std::string_view::npos;
    });
    return is_plain ? model::trimmed(head) : std::string_view{};
}

} // namespace

std::string_view base_name(std::string_view path) noexcept
{
    return path.substr(path.rfind('/') + 1);
}

Actions actions_of(std::string_view text)
{
    Actions actions;
    model::for_each_line(text, [&](std::string_view line, unsigned) {
        if ((line.find(')') == std::string_view::npos && line.find('|') == std::string_view::npos) ||
            model::trimmed(line).starts_with('#'))
            return;
        actions.start = actions.start || line_has_label(line, "start");
        actions.stop = actions.stop || line_has_label(line, "stop");
        actions.status = actions.status || line_has_label(line, "status");
    });
    return actions;
}

bool passes_action_on(const tree::Script& script)
{
    constexpr std::array<std::string_view, 11> own = {"case", "[",     "[[",  "test",    "echo",  "printf",
                                                      "expr", "shift", "set", "getopts", "logger"};
    constexpr std::array<std::string_view, 6> arguments = {"$1", "$@", "$*", "${1}", "${@}", "${*}"};
    const auto is_argument = [&](const std::string& word) {
        return std::find(arguments.begin(), arguments.end(), word) != arguments.end();
    };
    return std::any_of(script.commands.begin(), script.commands.end(),
                       [&](const model::ShellCommand& command) {
                           return std::find(own.begin(), own.end(), command.words[0]) == own.end() &&
                                  !command.words[0].starts_with("log_") &&
                                  std::any_of(command.words.begin(), command.words.end(), is_argument);
                       });
}

std::string_view section_at(std::string_view text, unsigned line)
{
    std::string_view section;
    model::for_each_line(text, [&](std::string_view here, unsigned number) {
        if (number > line)
            return;
        if (const std::string_view begun = section_of(here); !begun.empty())
            section = begun;
    });
    return section;
}

unsigned line_with(std::string_view text, std::string_view word)
{
    unsigned found = 0;
    model::for_each_line(text, [&](std::string_view line, unsigned number) {
        if (found == 0 && line.find(word) != std::string_view::npos)
            found = number;
    });
    return found;
}

} // namespace init::lint
