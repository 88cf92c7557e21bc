// SPDX-License-Identifier: MIT
// Writes and reads the fixed layout of an initctl request, and finds requests in a stream of bytes. What a
// request does is left to the supervisor.
#include "model/initctl_request.h"

#include "model/shown_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <string_view>

namespace init::model {
namespace {

constexpr std::size_t command_at = 4;
constexpr std::size_t level_at = 8;
constexpr std::size_t sleep_at = 12;
constexpr std::size_t data_at = 16;
static_assert(data_at + initctl_data_size == initctl_request_size);

constexpr std::string_view known_levels = "0123456789SsQqAaBbCcUu";
constexpr std::string_view variable_prefix = "INIT_";
constexpr std::chrono::seconds longest_sleep = std::chrono::hours{1};

void put(InitctlBytes& bytes, std::size_t at, std::uint32_t value) noexcept
{
    std::memcpy(bytes.data() + at, &value, sizeof value);
}

std::uint32_t take(std::span<const std::byte> bytes, std::size_t at) noexcept
{
    std::uint32_t value = 0;
    std::memcpy(&value, bytes.data() + at, sizeof value);
    return value;
}

void put_variables(InitctlBytes& bytes, const InitctlRequest& request)
{
    std::size_t used = 0;
    for (const auto& [name, value] : request.variables) {
        const std::string item = value ? fmt::format("{}={}", name, *value) : name;
        // Two NULs follow: the item's own, and the empty item that ends the list.
        if (item.empty() || item.size() + 2 > initctl_data_size - used)
            continue;
        std::memcpy(bytes.data() + data_at + used, item.data(), item.size());
        used += item.size() + 1;
    }
}

void take_variable(std::string_view item, DecodedRequest& result)
{
    if (!item.starts_with(variable_prefix)) {
        result.complaint = fmt::format("variable \"{}\" does not begin with {}, left out", shown_text(item),
                                       variable_prefix);
        return;
    }
    const auto equals = item.find('=');
    std::optional<std::string> value;
    if (equals != std::string_view::npos)
        value = std::string{item.substr(equals + 1)};
    result.request->variables.emplace_back(std::string{item.substr(0, equals)}, std::move(value));
}

void take_variables(std::span<const std::byte> data, DecodedRequest& result)
{
    std::string_view text{reinterpret_cast<const char*>(data.data()), data.size()};
    while (!text.empty() && text.front() != '\0') {
        const std::string_view item = text.substr(0, text.find('\0'));
        take_variable(item, result);
        text.remove_prefix(std::min(text.size(), item.size() + 1));
    }
    if (result.request->variables.empty()) {
        if (result.complaint.empty())
            result.complaint = "a request to set variables names none, request ignored";
        result.request.reset();
    }
}

void take_sleeptime(std::span<const std::byte> bytes, InitctlRequest& request)
{
    const std::chrono::seconds sleep{static_cast<std::int32_t>(take(bytes, sleep_at))};
    if (sleep.count() > 0 && sleep <= longest_sleep)
        request.sleeptime = sleep;
}

DecodedRequest refused(std::string why)
{
    return DecodedRequest{std::nullopt, std::move(why)};
}

/// Where the magic, or at the end of `bytes` a beginning of it, stands at or after `from`; the size where it
/// does not.
std::size_t find_magic(std::span<const std::byte> bytes, std::size_t from) noexcept
{
    std::array<std::byte, sizeof initctl_magic> magic{};
    std::memcpy(magic.data(), &initctl_magic, magic.size());
    for (; from < bytes.size(); ++from) {
        const auto there = bytes.subspan(from, std::min(magic.size(), bytes.size() - from));
        if (std::equal(there.begin(), there.end(), magic.begin()))
            return from;
    }
    return from;
}

} // namespace

InitctlBytes encode(const InitctlRequest& request)
{
    InitctlBytes bytes{};
    put(bytes, 0, initctl_magic);
    put(bytes, command_at, static_cast<std::uint32_t>(request.command));
    put(bytes, level_at, static_cast<unsigned char>(request.runlevel));
    const auto sleep = request.sleeptime.value_or(std::chrono::seconds{0}).count();
    put(bytes, sleep_at, static_cast<std::uint32_t>(std::clamp<long>(sleep, 0, longest_sleep.count())));
    if (request.command == InitctlCommand::setenv)
        put_variables(bytes, request);
    return bytes;
}

DecodedRequest decode(std::span<const std::byte, initctl_request_size> bytes)
{
    const std::uint32_t command = take(bytes, command_at);
    DecodedRequest result{InitctlRequest{}, {}};
    switch (command) {
    case 1: {
        const std::uint32_t level = take(bytes, level_at);
        if (level == 0 || level > 127 ||
            known_levels.find(static_cast<char>(level)) == std::string_view::npos)
            return refused(fmt::format("unknown runlevel (code {}) asked for, request ignored", level));
        result.request->runlevel = static_cast<char>(level);
        break;
    }
    case 2:
    case 3:
    case 4:
        break;
    case 6:
        break;
    default:
        return refused(fmt::format("unknown command {}, request ignored", command));
    }
    result.request->command = static_cast<InitctlCommand>(command);
    if (command == 6)
        take_variables(bytes.subspan(data_at), result);
    else
        take_sleeptime(bytes, *result.request);
    return result;
}

void InitctlStream::feed(std::span<const std::byte> bytes)
{
    pending_.insert(pending_.end(), bytes.begin(), bytes.end());
}

std::optional<DecodedRequest> InitctlStream::next()
{
    const auto pass_over = [this](std::size_t count) {
        pending_.erase(pending_.begin(), pending_.begin() + static_cast<std::ptrdiff_t>(count));
    };
    for (;;) {
        const std::size_t start = find_magic(pending_, 0);
        skipped_ += start;
        pass_over(start);
        if (pending_.size() < initctl_request_size)
            return std::nullopt;
        // A client that was cut off leaves a beginning; the next request then starts inside it and must not
        // be lost.
        const std::size_t inner = find_magic(std::span{pending_}.first(initctl_request_size), 1);
        if (inner + sizeof initctl_magic > initctl_request_size)
            break;
        skipped_ += inner;
        pass_over(inner);
    }
    const DecodedRequest result = decode(std::span{pending_}.first<initctl_request_size>());
    pass_over(initctl_request_size);
    return result;
}

std::size_t InitctlStream::take_skipped() noexcept
{
    return std::exchange(skipped_, 0);
}

} // namespace init::model
