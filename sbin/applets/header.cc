// SPDX-License-Identifier: MIT
// rcinit header: what chkconfig and insserv make of init scripts, for people or as JSON, one object a file.
#include "applets/applets.h"
#include "model/script_header.h"
#include "system/read_text.h"
#include "text/command_line.h"
#include "text/header_json.h"
#include "text/shown_line.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cstdio>

namespace init::applets {
namespace {

constexpr std::size_t script_limit = 1024 * 1024;
constexpr int usage_status = 64;

void show_list(std::string_view keyword, const std::vector<std::string>& list)
{
    if (!list.empty())
        text::print_line(stdout, fmt::format("    {}: {}", keyword, fmt::join(list, " ")));
}

void show(const model::ChkconfigHeader& header)
{
    text::print_line(
        stdout, fmt::format("  chkconfig: levels {}{}", header.levels.empty() ? "none" : header.levels,
                            header.start ? fmt::format(", start {}, stop {}", *header.start, *header.stop)
                                         : ", start and stop 50 as far as nothing is required"));
    if (!header.description.empty())
        text::print_line(stdout, "    description: " + header.description);
}

void show(const model::LsbHeader& header)
{
    using model::LsbKeyword;
    fmt::print("  INIT INFO at line {}{}\n", header.line, header.is_complete() ? "" : ", incomplete");
    const auto row = [](LsbKeyword keyword, const std::vector<std::string>& list) {
        show_list(model::to_string(keyword), list);
    };
    row(LsbKeyword::provides, header.provides);
    row(LsbKeyword::required_start, header.required_start);
    row(LsbKeyword::required_stop, header.required_stop);
    row(LsbKeyword::should_start, header.should_start);
    row(LsbKeyword::should_stop, header.should_stop);
    row(LsbKeyword::x_start_before, header.x_start_before);
    row(LsbKeyword::x_stop_after, header.x_stop_after);
    row(LsbKeyword::default_start, header.default_start);
    row(LsbKeyword::default_stop, header.default_stop);
    if (header.x_interactive)
        fmt::print("    X-Interactive: true\n");
    if (!header.short_description.empty())
        text::print_line(stdout, "    Short-Description: " + header.short_description);
}

/// False when the file cannot be read.
bool show_file(const std::string& file, bool json)
{
    const world::Result<std::string> text = system::read_text(file, script_limit);
    if (!text) {
        text::print_line(stderr, fmt::format("rcinit header: cannot read {}: {}; it is left out", file,
                                             text.error().message()));
        return false;
    }
    const model::ScriptHeader header = model::read_script_header(*text, file);
    for (const model::Diagnostic& complaint : header.complaints)
        text::print_line(stderr, to_string(complaint));
    if (json) {
        fmt::print("{}\n", text::to_json(header, file));
        return true;
    }
    text::print_line(stdout, file);
    if (header.chkconfig)
        show(*header.chkconfig);
    else
        fmt::print("  chkconfig: refused, no levels or no numbers that it could use\n");
    if (header.lsb)
        show(*header.lsb);
    else
        fmt::print("  INIT INFO: none\n");
    return true;
}

} // namespace

int header(Arguments words)
{
    constexpr int json = 256;
    constexpr option options[] = {{"json", no_argument, nullptr, json}, {}};
    const text::CommandLine line = text::read_command_line(words, options);
    if (!line.error.empty() || line.words.empty()) {
        fmt::print(stderr, "rcinit header: {}; nothing was read\nUsage: rcinit header [--json] FILE...\n",
                   line.error.empty() ? "no file is named" : line.error);
        return usage_status;
    }
    bool read_all = true;
    for (const std::string& file : line.words)
        read_all = show_file(file, !line.options.empty()) && read_all;
    return read_all ? 0 : 1;
}

} // namespace init::applets
