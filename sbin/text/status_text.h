// SPDX-License-Identifier: MIT
// A status report for people: a line on init, and a table of the services.
#pragma once

#include "model/status_report.h"

#include <string>

namespace init::text {

/// Times are local. Names and reasons stand in it whole; a terminal obeys nothing of them.
std::string status_head(const model::StatusReport& report);
std::string status_table(const model::StatusReport& report);

} // namespace init::text
