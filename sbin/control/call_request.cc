// SPDX-License-Identifier: MIT
#include "control/call_request.h"

#include <fmt/format.h>

#include <charconv>

namespace init::control {
namespace {

constexpr int resources = 16; // of Linux; source: getrlimit(2)

void pack_part(std::string& bytes, char kind, std::string_view text)
{
    bytes.push_back(kind);
    bytes.append(text);
    bytes.push_back('\0');
}

std::optional<world::SoftLimit> parse_limit(std::string_view text) noexcept
{
    world::SoftLimit limit;
    const char* const end = text.data() + text.size();
    const auto resource = std::from_chars(text.data(), end, limit.resource);
    if (resource.ec != std::errc{} || resource.ptr == end || *resource.ptr != ':')
        return std::nullopt;
    const auto value = std::from_chars(resource.ptr + 1, end, limit.value);
    if (value.ec != std::errc{} || value.ptr != end || limit.resource < 0 || limit.resource >= resources)
        return std::nullopt;
    return limit;
}

ParsedCall refuse(std::string complaint)
{
    return {std::nullopt, std::move(complaint)};
}

/// Empty when the part was taken.
std::string take_part(CallRequest& call, char kind, std::string_view text)
{
    switch (kind) {
    case 's':
        call.service = text;
        return {};
    case 'a':
        call.arguments.emplace_back(text);
        return {};
    case 'e':
        if (!may_be_handed_on(text))
            return "a variable that is not handed on";
        call.environment.emplace_back(text);
        return {};
    case 'l':
        if (const auto limit = parse_limit(text)) {
            call.limits.push_back(*limit);
            return {};
        }
        return "a resource limit that is none";
    default:
        return "a part of an unknown kind";
    }
}

} // namespace

bool may_be_handed_on(std::string_view variable) noexcept
{
    const std::size_t equals = variable.find('=');
    if (equals == std::string_view::npos)
        return false;
    const std::string_view key = variable.substr(0, equals);
    return key == "TERM" || key == "LANG" || key == "LANGUAGE" || (key.starts_with("LC_") && key.size() > 3);
}

std::string pack_call(const CallRequest& call)
{
    std::string bytes;
    pack_part(bytes, 's', call.service);
    for (const std::string& argument : call.arguments)
        pack_part(bytes, 'a', argument);
    for (const std::string& variable : call.environment)
        pack_part(bytes, 'e', variable);
    for (const world::SoftLimit& limit : call.limits)
        pack_part(bytes, 'l', fmt::format("{}:{}", limit.resource, limit.value));
    return bytes;
}

ParsedCall parse_call(std::string_view bytes)
{
    CallRequest call;
    while (!bytes.empty()) {
        const std::size_t end = bytes.find('\0');
        if (end == std::string_view::npos || end == 0)
            return refuse("the call is cut off; nothing is run");
        if (const std::string fault = take_part(call, bytes[0], bytes.substr(1, end - 1)); !fault.empty())
            return refuse(fmt::format("the call has {}; nothing is run", fault));
        bytes.remove_prefix(end + 1);
    }
    // A name with a slash could lead anywhere.
    if (call.service.empty() || call.service.front() == '.' || call.service.find('/') != std::string::npos)
        return refuse("the call names no service; nothing is run");
    return {std::move(call), {}};
}

} // namespace init::control
