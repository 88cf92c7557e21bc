// SPDX-License-Identifier: MIT
// Writing strings pieces together; reading is one parse with Boost.JSON, since only clients do it.
#include "text/status_json.h"

#include "text/json_text.h"

#include <boost/json.hpp>

#include <optional>

namespace init::text {
namespace json = boost::json;
namespace {

void append_service(std::string& out, const model::ServiceStatus& service)
{
    const auto number_or_null = [](bool known, long long number) {
        return known ? std::to_string(number) : std::string{"null"};
    };
    out += R"({"name":)" + quoted(service.name) + R"(,"state":)" + quoted(service.state);
    out += R"(,"pid":)" + number_or_null(service.pid > 0, service.pid);
    out += R"(,"processes":)" + std::to_string(service.processes);
    out += R"(,"restarts":)" + std::to_string(service.restarts);
    out += R"(,"since":)" + std::to_string(service.since);
    out += R"(,"exit":)" + number_or_null(service.exit.has_value(), service.exit.value_or(0));
    if (service.reason)
        out += R"(,"reason":)" + quoted(*service.reason);
    out += '}';
}

const json::value* find(const json::object& object, const char* key)
{
    return object.if_contains(key);
}

std::string text_of(const json::object& object, const char* key)
{
    const json::value* value = find(object, key);
    if (value == nullptr || !value->is_string())
        return {};
    return {value->get_string().data(), value->get_string().size()};
}

/// A runlevel is one printable character of ASCII; `N` for anything else.
char letter_of(const json::object& object, const char* key)
{
    const std::string text = text_of(object, key);
    return text.size() == 1 && text.front() > ' ' && text.front() < 0x7f ? text.front() : 'N';
}

/// A whole number within T; nothing for anything else.
template <class T> std::optional<T> number_of(const json::object& object, const char* key)
{
    const json::value* value = find(object, key);
    if (value == nullptr)
        return std::nullopt;
    boost::system::error_code failed;
    const T number = value->to_number<T>(failed);
    return failed ? std::nullopt : std::optional{number};
}

model::ServiceStatus read_service(const json::object& object)
{
    model::ServiceStatus service;
    service.name = text_of(object, "name");
    service.state = text_of(object, "state");
    service.pid = number_of<pid_t>(object, "pid").value_or(0);
    service.processes = number_of<std::size_t>(object, "processes").value_or(0);
    service.restarts = number_of<unsigned>(object, "restarts").value_or(0);
    service.since = number_of<std::int64_t>(object, "since").value_or(0);
    service.exit = number_of<int>(object, "exit");
    if (find(object, "reason") != nullptr)
        service.reason = text_of(object, "reason");
    return service;
}

world::Result<model::StatusReport> read_report(const json::object& object)
{
    if (number_of<int>(object, "schema") != 1)
        return world::errno_code(EPROTO);
    const json::value* services = find(object, "services");
    if (services == nullptr || !services->is_array())
        return world::errno_code(EBADMSG);

    model::StatusReport report;
    report.state = text_of(object, "state");
    report.runlevel = letter_of(object, "runlevel");
    report.previous = letter_of(object, "previous");
    report.deadline = number_of<std::int64_t>(object, "deadline");
    for (const json::value& service : services->get_array())
        if (service.is_object())
            report.services.push_back(read_service(service.get_object()));
    return report;
}

/// The text as an object; null where it is none.
json::value parse_object(std::string_view text)
{
    boost::system::error_code failed;
    json::value value = json::parse(json::string_view{text.data(), text.size()}, failed);
    return failed || !value.is_object() ? json::value{} : value;
}

} // namespace

std::string to_json(const model::StatusReport& report)
{
    std::string out = R"({"schema":1,"state":)";
    out += quoted(report.state);
    out += R"(,"runlevel":)" + quoted({&report.runlevel, 1});
    out += R"(,"previous":)" + quoted({&report.previous, 1});
    if (report.deadline)
        out += R"(,"deadline":)" + std::to_string(*report.deadline);
    out += R"(,"services":[)";
    for (const model::ServiceStatus& service : report.services) {
        if (&service != &report.services.front())
            out += ',';
        append_service(out, service);
    }
    return out += "]}";
}

std::string error_json(std::string_view error)
{
    return R"({"schema":1,"error":)" + quoted(error) + '}';
}

world::Result<model::StatusReport> parse_status(std::string_view text)
{
    const json::value value = parse_object(text);
    if (value.is_null())
        return world::errno_code(EBADMSG);
    return read_report(value.get_object());
}

std::string error_in(std::string_view text)
{
    const json::value value = parse_object(text);
    return value.is_null() ? std::string{} : text_of(value.get_object(), "error");
}

} // namespace init::text
