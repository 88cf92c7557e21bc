// SPDX-License-Identifier: MIT
// rcinit status: asks init over the control socket, or reads what it last wrote down, and shows it as a table
// or as it came.
#include "applets/applets.h"
#include "control/control_client.h"
#include "control/state_directory.h"
#include "control/status_file.h"
#include "text/command_line.h"
#include "text/shown_line.h"
#include "text/status_json.h"
#include "text/status_text.h"

#include <fmt/format.h>

#include <cstdio>
#include <optional>

namespace init::applets {
namespace {

constexpr int unknown_status = 4;
constexpr int usage_status = 64;

struct StatusArguments {
    std::string name;
    bool json = false;
    std::string error;
};

StatusArguments parse(Arguments words)
{
    constexpr int json = 256;
    constexpr option options[] = {{"json", no_argument, nullptr, json}, {}};
    text::CommandLine line = text::read_command_line(words, options);
    StatusArguments result{{}, !line.options.empty(), std::move(line.error)};
    if (line.words.size() > 1)
        result.error = fmt::format("one service at a time, got also \"{}\"", line.words[1]);
    else if (!line.words.empty())
        result.name = std::move(line.words[0]);
    return result;
}

/// Init's answer, else the state file's text with a line that says so; nothing where there is neither.
std::optional<std::string> fetch()
{
    const std::string folder = control::find_state_directory();
    if (folder.empty()) {
        fmt::print(
            stderr,
            "rcinit status: init keeps no state that can be trusted in /run/rcinit, /var/run/rcinit or "
            "/dev/shm/rcinit; nothing is known\n");
        return std::nullopt;
    }
    const auto answer = control::ask(folder, "status");
    if (answer)
        return *answer;
    auto written = control::read_status_file(folder);
    if (!written) {
        fmt::print(stderr,
                   "rcinit status: cannot ask init at {}/control: {}; {}/status.json: {}; nothing is known\n",
                   folder, answer.error().message(), folder, written.error().message());
        return std::nullopt;
    }
    // Only root and init's own user may ask; the file is what all others have.
    if (answer.error() != boost::system::errc::permission_denied)
        fmt::print(stderr,
                   "rcinit status: cannot ask init at {}/control: {}; this is what it last wrote to "
                   "{}/status.json\n",
                   folder, answer.error().message(), folder);
    return std::move(*written);
}

int show(model::StatusReport report, const StatusArguments& arguments, const std::string& text)
{
    int status = 0;
    if (!arguments.name.empty()) {
        const model::ServiceStatus* found = model::find_service(report, arguments.name);
        if (found == nullptr) {
            text::print_line(
                stderr,
                fmt::format(
                    "rcinit status: init knows no service \"{}\"; `rcinit status` lists those it knows",
                    arguments.name));
            return unknown_status;
        }
        status = model::lsb_status(*found);
        report.services = std::vector{*found};
    }
    if (arguments.json) {
        fmt::print("{}\n", arguments.name.empty() ? text : text::to_json(report));
        return status;
    }
    if (arguments.name.empty())
        fmt::print("{}", text::status_head(report));
    fmt::print("{}", text::status_table(report));
    return status;
}

} // namespace

int status(Arguments words)
{
    const StatusArguments arguments = parse(words);
    if (!arguments.error.empty()) {
        fmt::print(stderr, "rcinit status: {}; nothing was asked\nUsage: rcinit status [NAME] [--json]\n",
                   arguments.error);
        return usage_status;
    }
    const auto text = fetch();
    if (!text)
        return unknown_status;
    auto report = text::parse_status(*text);
    if (!report) {
        const std::string error = text::error_in(*text);
        text::print_line(stderr, fmt::format("rcinit status: cannot use init's answer: {}; nothing is shown",
                                             error.empty() ? report.error().message() : error));
        return unknown_status;
    }
    return show(std::move(*report), arguments, *text);
}

} // namespace init::applets
