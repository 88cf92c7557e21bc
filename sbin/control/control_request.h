// SPDX-License-Identifier: MIT
// The one line that a client of the control socket sends, as a value. What is done with it, and for whom, is
// left to the socket.
#pragma once

#include "model/initctl_request.h"

#include <optional>
#include <string>
#include <string_view>

namespace init::control {

/// Longer lines are refused.
inline constexpr std::size_t control_line_limit = 256;

struct ControlRequest {
    /// Where neither is there the status is asked for.
    std::optional<model::InitctlRequest> act;
    std::optional<std::size_t> call; ///< so many bytes of a call follow the line
    bool operator==(const ControlRequest&) const = default;
};

struct ParsedControlRequest {
    std::optional<ControlRequest> request;
    std::string complaint; ///< why there is no request; empty otherwise
};

/// Reads `status`, `reload`, `runlevel X [seconds]` or `call BYTES`, without the newline. Seconds: 0 to 3600.
ParsedControlRequest parse_control_request(std::string_view line);

} // namespace init::control
