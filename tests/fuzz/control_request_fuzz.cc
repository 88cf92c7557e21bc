// SPDX-License-Identifier: MIT
// Any bytes as a request line of the control socket: either a request or a complaint that can be shown, never
// both.
#include "control/control_request.h"
#include "model/shown_text.h"
#include "text/status_json.h"

#include <cstddef>
#include <cstdint>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const std::string_view text{reinterpret_cast<const char*>(data), size};
    const auto parsed = init::control::parse_control_request(text);
    if (parsed.request.has_value() != parsed.complaint.empty())
        std::abort();
    // One line of UTF-8 of which a terminal obeys nothing.
    if (init::model::shown_text(parsed.complaint, parsed.complaint.size()) != parsed.complaint)
        std::abort();
    // The client's reader gets whatever a server sends.
    if (const auto report = init::text::parse_status(text))
        if (!init::text::parse_status(init::text::to_json(*report)))
            std::abort();
    return 0;
}
