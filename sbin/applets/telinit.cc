// SPDX-License-Identifier: MIT
// telinit, and init where it is not PID 1: asks init for a runlevel, a re-read or variables over the FIFO.
// What the request does is init's to decide.
#include "applets/applets.h"
#include "control/initctl_client.h"

#include <fmt/format.h>

#include <cstdio>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

namespace init::applets {
namespace {

constexpr std::string_view levels = "0123456789SsQqAaBbCcUu";

struct TelinitArguments {
    std::optional<int> sleeptime;
    std::vector<std::pair<std::string, std::optional<std::string>>> variables;
    std::optional<char> level;
    std::string error;
};

std::optional<int> seconds_of(const std::string& text) noexcept
{
    if (text.empty() || text.size() > 4 || text.find_first_not_of("0123456789") != std::string::npos)
        return std::nullopt;
    const int seconds = std::stoi(text);
    return seconds > 3600 ? std::nullopt : std::optional{seconds};
}

void take_variable(TelinitArguments& result, const std::string& text)
{
    const auto equals = text.find('=');
    if (!text.starts_with("INIT_"))
        result.error = fmt::format("\"{}\": init takes only variables that begin with INIT_", text);
    else if (equals == std::string::npos)
        result.variables.emplace_back(text, std::nullopt);
    else
        result.variables.emplace_back(text.substr(0, equals), text.substr(equals + 1));
}

void take_option(TelinitArguments& result, char letter, const std::string& value)
{
    if (letter == 'e')
        return take_variable(result, value);
    result.sleeptime = seconds_of(value);
    if (!result.sleeptime)
        result.error = fmt::format("\"{}\" is no number of seconds from 0 to 3600", value);
}

void take_level(TelinitArguments& result, const std::string& word)
{
    if (word.size() != 1 || levels.find(word[0]) == std::string_view::npos)
        result.error = fmt::format("\"{}\" is no runlevel and no request", word);
    else
        result.level = word[0];
}

TelinitArguments parse(Arguments words)
{
    TelinitArguments result;
    for (std::size_t at = 0; at < words.size() && result.error.empty(); ++at) {
        const std::string& word = words[at];
        if (word == "--")
            continue;
        if (word.size() < 2 || word[0] != '-') {
            take_level(result, word);
        } else if (word[1] != 't' && word[1] != 'e') {
            result.error = fmt::format("unknown option {}", word);
        } else if (word.size() > 2) {
            take_option(result, word[1], word.substr(2));
        } else if (++at < words.size()) {
            take_option(result, word[1], words[at]);
        } else {
            result.error = fmt::format("option {} has no value", word);
        }
    }
    if (result.error.empty() && !result.level && result.variables.empty())
        result.error = "no runlevel given";
    return result;
}

int send(const model::InitctlRequest& request)
{
    const std::string failure = control::send_initctl(request);
    if (failure.empty())
        return 0;
    fmt::print(stderr, "telinit: {}\n", failure);
    return 1;
}

int send_variables(const TelinitArguments& arguments)
{
    std::size_t bytes = 1;
    for (const auto& [key, value] : arguments.variables)
        bytes += key.size() + 1 + (value ? value->size() + 1 : 0);
    if (bytes > model::initctl_data_size) {
        fmt::print(stderr, "telinit: the variables need {} bytes, and a request holds {}; nothing was sent\n",
                   bytes, model::initctl_data_size);
        return 1;
    }
    model::InitctlRequest request;
    request.command = model::InitctlCommand::setenv;
    request.variables = arguments.variables;
    return send(request);
}

int send_level(const TelinitArguments& arguments)
{
    if (*arguments.level == 'u' || *arguments.level == 'U') {
        fmt::print("telinit: init cannot execute itself anew in this version; nothing changes\n");
        return 0;
    }
    model::InitctlRequest request;
    request.runlevel = *arguments.level;
    if (arguments.sleeptime.value_or(0) > 0)
        request.sleeptime = std::chrono::seconds{*arguments.sleeptime};
    return send(request);
}

} // namespace

int telinit(Arguments words)
{
    const TelinitArguments arguments = parse(words);
    if (!arguments.error.empty()) {
        fmt::print(stderr,
                   "telinit: {}; nothing was sent\n"
                   "Usage: telinit [-t SECONDS] LEVEL | -e VAR[=VALUE]...\n"
                   "LEVEL: 0-9 S runlevel, q re-read the inittab, a b c on-demand entries, u nothing\n",
                   arguments.error);
        return 1;
    }
    if (!arguments.variables.empty())
        if (const int failed = send_variables(arguments); failed != 0)
            return failed;
    return arguments.level ? send_level(arguments) : 0;
}

} // namespace init::applets
