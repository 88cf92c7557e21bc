// SPDX-License-Identifier: MIT
// Cuts a request line at blanks and checks each word; a bad line costs that request alone.
#include "control/control_request.h"

#include "control/call_request.h"
#include "model/shown_text.h"
#include "model/text_lines.h"

#include <fmt/format.h>

#include <charconv>
#include <vector>

namespace init::control {
namespace {

constexpr std::string_view levels = "0123456789SsQqAaBbCcUu";
constexpr int most_seconds = 3600;

ParsedControlRequest refuse(std::string complaint)
{
    return {std::nullopt, std::move(complaint)};
}

ParsedControlRequest take_level(char level, std::optional<std::chrono::seconds> sleeptime = {})
{
    model::InitctlRequest request;
    request.runlevel = level;
    request.sleeptime = sleeptime;
    return {ControlRequest{request, {}}, {}};
}

/// A number from 0 to `most`.
std::optional<int> parse_number(std::string_view word, int most) noexcept
{
    int number = 0;
    const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), number);
    if (error != std::errc{} || end != word.data() + word.size() || number < 0 || number > most)
        return std::nullopt;
    return number;
}

ParsedControlRequest parse_call_line(const std::vector<std::string_view>& words)
{
    const auto size = words.size() == 2 ? parse_number(words[1], static_cast<int>(call_limit)) : std::nullopt;
    if (!size)
        return refuse(fmt::format("call takes its size, at most {} bytes; nothing is run", call_limit));
    return {ControlRequest{{}, static_cast<std::size_t>(*size)}, {}};
}

ParsedControlRequest parse_level(const std::vector<std::string_view>& words)
{
    if (words.size() < 2 || words.size() > 3)
        return refuse("runlevel takes a level and perhaps seconds; nothing changes");
    if (words[1].size() != 1 || levels.find(words[1].front()) == std::string_view::npos)
        return refuse(fmt::format("\"{}\" is no runlevel; nothing changes", model::shown_text(words[1])));
    if (words.size() == 2)
        return take_level(words[1].front());
    const auto seconds = parse_number(words[2], most_seconds);
    if (!seconds)
        return refuse(fmt::format("\"{}\" is no time from 0 to {} s; nothing changes",
                                  model::shown_text(words[2]), most_seconds));
    // As on the FIFO, 0 leaves init's own time in force.
    return take_level(words[1].front(),
                      *seconds == 0 ? std::nullopt : std::optional{std::chrono::seconds{*seconds}});
}

} // namespace

ParsedControlRequest parse_control_request(std::string_view line)
{
    if (line.size() > control_line_limit)
        return refuse(fmt::format("a request is at most {} bytes; nothing changes", control_line_limit));
    const auto words = model::words_of(line);
    if (words.empty())
        return refuse("an empty request; nothing changes");
    if (words[0] == "runlevel")
        return parse_level(words);
    if ((words[0] == "status" || words[0] == "reload") && words.size() > 1)
        return refuse(fmt::format("{} takes nothing more; nothing changes", words[0]));
    if (words[0] == "status")
        return {ControlRequest{}, {}};
    if (words[0] == "reload")
        return take_level('q');
    if (words[0] == "call")
        return parse_call_line(words);
    return refuse(fmt::format("unknown request \"{}\"; nothing changes", model::shown_text(words[0])));
}

} // namespace init::control
