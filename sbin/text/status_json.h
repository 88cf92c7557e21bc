// SPDX-License-Identifier: MIT
// A status report as JSON text with `"schema":1`, and back. It is written service by service, so that PID 1's
// heap never holds a tree of the whole report.
#pragma once

#include "model/status_report.h"
#include "world/result.h"

#include <string>
#include <string_view>

namespace init::text {

/// One line of JSON without a newline at its end. Names and reasons may hold any bytes; what that makes of
/// them is `quoted`'s.
std::string to_json(const model::StatusReport& report);

/// `{"schema":1,"error":"..."}`.
std::string error_json(std::string_view error);

/// Reads what `to_json` wrote; unknown members are passed over, so that a newer init can be asked.
/// Errors: EBADMSG for text that is no report, EPROTO for a schema other than 1.
world::Result<model::StatusReport> parse_status(std::string_view json);

/// The text of an `error` member; empty where there is none.
std::string error_in(std::string_view json);

} // namespace init::text
