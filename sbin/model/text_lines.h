// SPDX-License-Identifier: MIT
// Cuts a text into numbered lines, and a line into words. Every line-oriented reader of the model starts
// here, so that a missing last newline and CRLF mean the same to all of them.
#pragma once

#include <string_view>
#include <vector>

namespace init::model {

inline constexpr std::string_view blanks = " \t\r\n\v\f";

/// `text` without blanks at both ends.
inline std::string_view trimmed(std::string_view text) noexcept
{
    const auto first = text.find_first_not_of(blanks);
    if (first == std::string_view::npos)
        return {};
    return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

/// Calls `visit(line, number)` for each line, counted from 1, without its newline; a last line needs none.
template <class Visit> void for_each_line(std::string_view text, Visit&& visit)
{
    unsigned number = 0;
    while (!text.empty()) {
        const auto end = text.find('\n');
        visit(text.substr(0, end), ++number);
        if (end == std::string_view::npos)
            return;
        text.remove_prefix(end + 1);
    }
}

/// The words of `text` between blanks; none of them is empty.
inline std::vector<std::string_view> words_of(std::string_view text)
{
    std::vector<std::string_view> words;
    for (text = trimmed(text); !text.empty(); text = trimmed(text)) {
        const auto end = text.find_first_of(blanks);
        words.push_back(text.substr(0, end));
        if (end == std::string_view::npos)
            break;
        text.remove_prefix(end);
    }
    return words;
}

} // namespace init::model
