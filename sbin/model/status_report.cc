// SPDX-License-Identifier: MIT
// The few questions that a status report answers by itself.
#include "model/status_report.h"

#include "model/utf8.h"

#include <algorithm>

namespace init::model {

int lsb_status(const ServiceStatus& service) noexcept
{
    const std::string& state = service.state;
    if (state == "running" || state == "ready" || state == "done" || state == "starting" ||
        state == "stopping")
        return 0;
    if (state == "failed" || state == "dead" || state == "waiting" || state == "given up")
        return 1;
    if (state == "stopped" || state == "skipped")
        return 3;
    return 4;
}

const ServiceStatus* find_service(const StatusReport& report, const std::string& name)
{
    const auto found = std::ranges::find(report.services, utf8_of(name), &ServiceStatus::name);
    return found == report.services.end() ? nullptr : &*found;
}

} // namespace init::model
