// SPDX-License-Identifier: MIT
// Packs orders: the fixed head, then every string with its NUL.
#include "keeper/order.h"

#include "keeper/order_reader.h"
#include "keeper/protocol.h"
#include "keeper/script_environment.h"

#include <charconv>
#include <cstring>

namespace init::keeper {

namespace {

std::string pack_head(const Order& order, const std::string& label)
{
    std::string bytes(reinterpret_cast<const char*>(&order), sizeof order);
    bytes.append(label.c_str(), label.size() + 1);
    return bytes;
}

void pack_string(std::string& bytes, const std::string& string)
{
    // A NUL inside would shift everything behind it.
    bytes.append(string.c_str(), std::strlen(string.c_str()) + 1);
}

} // namespace

std::string service_variable(const std::string& label)
{
    return "RCINIT_SERVICE=" + label;
}

std::size_t read_limits(std::string_view text, world::SoftLimit (&limits)[limits_limit]) noexcept
{
    std::size_t count = 0;
    const char* at = text.data();
    const char* const end = at + text.size();
    while (count < limits_limit && at < end) {
        world::SoftLimit& limit = limits[count];
        const auto resource = std::from_chars(at, end, limit.resource);
        if (resource.ec != std::errc{} || resource.ptr == end || *resource.ptr != ':')
            break;
        const auto value = std::from_chars(resource.ptr + 1, end, limit.value);
        if (value.ec != std::errc{})
            break;
        ++count;
        at = value.ptr < end ? value.ptr + 1 : end;
    }
    return count;
}

world::Result<std::string> pack_run(std::uint32_t run, const world::ScriptRequest& request)
{
    if (request.argv.empty())
        return world::errno_code(EINVAL);
    if (request.environment.size() + 1 > added_variables_limit || request.argv.size() > order_limit)
        return world::errno_code(E2BIG);
    Order order;
    order.kind = OrderKind::run;
    order.run = run;
    order.words = static_cast<std::uint16_t>(request.argv.size());
    order.variables = static_cast<std::uint16_t>(request.environment.size() + 1);
    order.flags = request.grouped ? with_grouping : 0;
    std::string bytes = pack_head(order, request.label);
    std::string limits;
    for (const world::SoftLimit& limit : request.limits)
        limits += std::to_string(limit.resource) + ':' + std::to_string(limit.value) + ' ';
    pack_string(bytes, limits);
    for (const std::string& word : request.argv)
        pack_string(bytes, word);
    for (const std::string& variable : request.environment)
        pack_string(bytes, variable);
    pack_string(bytes, service_variable(request.label));
    if (bytes.size() > order_limit)
        return world::errno_code(E2BIG);
    return bytes;
}

void add_flags(std::string& bytes, std::uint16_t flags) noexcept
{
    Order order;
    std::memcpy(&order, bytes.data(), sizeof order);
    order.flags = static_cast<std::uint16_t>(order.flags | flags);
    std::memcpy(bytes.data(), &order, sizeof order);
}

std::string pack_reading(std::uint32_t run, const std::string& label)
{
    Order order;
    order.kind = OrderKind::read;
    order.run = run;
    return pack_head(order, label);
}

} // namespace init::keeper
