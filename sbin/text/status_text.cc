// SPDX-License-Identifier: MIT
#include "text/status_text.h"

#include "text/shown_line.h"

#include <fmt/format.h>

#include <algorithm>
#include <ctime>

namespace init::text {
namespace {

std::string shown_time(std::int64_t seconds)
{
    if (seconds == 0)
        return "-";
    const std::time_t when = static_cast<std::time_t>(seconds);
    std::tm parts{};
    char text[32] = "-";
    if (::localtime_r(&when, &parts) != nullptr)
        (void)std::strftime(text, sizeof text, "%F %T", &parts);
    return text;
}

std::string shown_detail(const model::ServiceStatus& service)
{
    if (service.reason)
        return *service.reason;
    return service.exit ? fmt::format("script exited {}", *service.exit) : std::string{};
}

} // namespace

std::string status_head(const model::StatusReport& report)
{
    std::string line =
        fmt::format("init is {}, runlevel {}, previous {}", report.state, report.runlevel, report.previous);
    if (report.deadline)
        line += fmt::format(", stop ends by {}", shown_time(*report.deadline));
    return shown_line(line);
}

std::string status_table(const model::StatusReport& report)
{
    std::size_t width = 7;
    for (const model::ServiceStatus& service : report.services)
        width = std::max(width, service.name.size());
    constexpr const char* row = "{:<{}} {:<9} {:>7} {:>5} {:>8} {:<19} {}";
    std::string table = shown_line(fmt::format(fmt::runtime(row), "SERVICE", width, "STATE", "PID", "PROCS",
                                               "RESTARTS", "SINCE", "DETAIL"));
    for (const model::ServiceStatus& service : report.services)
        table +=
            shown_line(fmt::format(fmt::runtime(row), service.name, width, service.state,
                                   service.pid > 0 ? std::to_string(service.pid) : "-", service.processes,
                                   service.restarts, shown_time(service.since), shown_detail(service)));
    return table;
}

} // namespace init::text
