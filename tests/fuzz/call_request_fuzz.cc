// SPDX-License-Identifier: MIT
// Any bytes as a call for a service's script. What is taken comes out of its own bytes again, names no path
// and hands on nothing that could change what runs.
#include "control/call_request.h"

#include <cstdint>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    using namespace init::control;
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    const ParsedCall parsed = parse_call(bytes);
    if (!parsed.call)
        return parsed.complaint.empty() ? (std::abort(), 0) : 0;
    const ParsedCall again = parse_call(pack_call(*parsed.call));
    if (!again.call || !(*again.call == *parsed.call) || parsed.call->service.find('/') != std::string::npos)
        std::abort();
    for (const std::string& variable : parsed.call->environment)
        if (!may_be_handed_on(variable))
            std::abort();
    return 0;
}
