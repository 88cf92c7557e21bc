// SPDX-License-Identifier: MIT
#include "model/xinetd_service.h"

#include "model/text_lines.h"

namespace init::model {
namespace {

bool opens(std::string_view line) noexcept
{
    return trimmed(line) == "{";
}

/// What `disable` is set to; nothing for any other line, such as `disabled = ...` or a comment.
std::optional<std::string_view> disable_value(std::string_view line) noexcept
{
    constexpr std::string_view word = "disable";
    line = trimmed(line);
    if (!line.starts_with(word))
        return std::nullopt;
    line = trimmed(line.substr(word.size()));
    if (!line.starts_with('='))
        return std::nullopt;
    return trimmed(line.substr(1));
}

/// `on` for `# default: on`.
std::optional<std::string_view> default_value(std::string_view line) noexcept
{
    constexpr std::string_view word = "default:";
    line = trimmed(line);
    if (!line.starts_with('#'))
        return std::nullopt;
    line = trimmed(line.substr(1));
    return line.starts_with(word) ? std::optional{trimmed(line.substr(word.size()))} : std::nullopt;
}

} // namespace

std::optional<XinetdService> parse_xinetd_service(std::string_view text)
{
    std::optional<bool> is_on; // of all services up to the last brace but one
    bool is_last_on = true;
    XinetdService service;
    for_each_line(text, [&](std::string_view line, unsigned) {
        if (opens(line)) {
            is_on = is_on && (*is_on || is_last_on);
            is_last_on = true;
        } else if (const auto disabled = disable_value(line)) {
            is_last_on = !disabled->starts_with("yes");
        } else if (const auto value = default_value(line)) {
            service.default_on = value->starts_with("on");
        }
    });
    if (!is_on)
        return std::nullopt;
    service.is_on = *is_on || is_last_on;
    return service;
}

std::string switch_xinetd_service(std::string_view text, bool on)
{
    std::string result;
    for_each_line(text, [&](std::string_view line, unsigned) {
        if (disable_value(line))
            return;
        result.append(line);
        const bool is_ended = line.data() + line.size() != text.data() + text.size();
        if (opens(line))
            result.append(on ? "\n\tdisable\t= no" : "\n\tdisable\t= yes");
        result.append(is_ended ? "\n" : "");
    });
    return result;
}

} // namespace init::model
