// SPDX-License-Identifier: MIT
// Reads joined option letters, as getopt(3) does.
#include "applets/halt_arguments.h"

#include <fmt/format.h>

#include <string_view>

namespace init::applets {
namespace {

bool is_number(const std::string& word) noexcept
{
    return !word.empty() && word.find_first_not_of("0123456789") == std::string::npos;
}

bool take_flag(HaltArguments& result, char letter) noexcept
{
    switch (letter) {
    case 'f':
        result.force = true;
        return true;
    case 'w':
        result.record_only = true;
        return true;
    case 'd':
        result.no_record = true;
        return true;
    case 'p':
        if (result.verb == HaltVerb::halt)
            result.verb = HaltVerb::poweroff;
        return true;
    default:
        return std::string_view{"nihkt"}.find(letter) != std::string_view::npos;
    }
}

} // namespace

HaltArguments parse_halt_arguments(HaltVerb verb, std::span<const std::string> words)
{
    HaltArguments result;
    result.verb = verb;
    for (std::size_t at = 0; at < words.size() && result.error.empty(); ++at) {
        const std::string& word = words[at];
        if (word == "--")
            continue;
        if (word.size() < 2 || word[0] != '-')
            result.error = fmt::format("\"{}\" is no option", word);
        for (std::size_t i = 1; i < word.size() && result.error.empty(); ++i) {
            if (word[i] == 'm') { // the rest of this word, or the next one, is the message
                at += i + 1 == word.size() ? 1 : 0;
                break;
            }
            if (word[i] == 't' && is_number(word.substr(i + 1)))
                break;
            if (!take_flag(result, word[i]))
                result.error = fmt::format("unknown option -{}", word[i]);
        }
        if (result.error.empty() && word.ends_with('t') && at + 1 < words.size() && is_number(words[at + 1]))
            ++at;
    }
    return result;
}

} // namespace init::applets
