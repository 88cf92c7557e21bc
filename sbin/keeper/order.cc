// SPDX-License-Identifier: MIT
// Packs orders: the fixed head, then every string with its NUL.
#include "keeper/order.h"

#include "keeper/protocol.h"
#include "keeper/script_environment.h"

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

system::Result<std::string> pack_run(std::uint32_t run, const system::ScriptRequest& request)
{
    if (request.argv.empty())
        return system::errno_code(EINVAL);
    if (request.environment.size() + 1 > added_variables_limit || request.argv.size() > order_limit)
        return system::errno_code(E2BIG);
    Order order;
    order.kind = OrderKind::run;
    order.run = run;
    order.words = static_cast<std::uint16_t>(request.argv.size());
    order.variables = static_cast<std::uint16_t>(request.environment.size() + 1);
    std::string bytes = pack_head(order, request.label);
    for (const std::string& word : request.argv)
        pack_string(bytes, word);
    for (const std::string& variable : request.environment)
        pack_string(bytes, variable);
    pack_string(bytes, service_variable(request.label));
    if (bytes.size() > order_limit)
        return system::errno_code(E2BIG);
    return bytes;
}

std::string pack_reading(std::uint32_t run, const std::string& label)
{
    Order order;
    order.kind = OrderKind::read;
    order.run = run;
    return pack_head(order, label);
}

} // namespace init::keeper
