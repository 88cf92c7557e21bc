// SPDX-License-Identifier: MIT
// Any text as a script: what chkconfig and insserv make of it. What is read must be well formed, must be read
// again from a clean copy of itself, and must fit into JSON.
#include "model/script_header.h"
#include "text/header_json.h"
#include "within.h"

#include <boost/json.hpp>

#include <algorithm>
#include <cstdint>

namespace {

using namespace init::model;
using init::fuzz::hold;

struct Row {
    LsbKeyword keyword;
    std::vector<std::string> LsbHeader::*list;
};
constexpr Row rows[] = {
    {LsbKeyword::provides, &LsbHeader::provides},
    {LsbKeyword::required_start, &LsbHeader::required_start},
    {LsbKeyword::required_stop, &LsbHeader::required_stop},
    {LsbKeyword::should_start, &LsbHeader::should_start},
    {LsbKeyword::should_stop, &LsbHeader::should_stop},
    {LsbKeyword::x_start_before, &LsbHeader::x_start_before},
    {LsbKeyword::x_stop_after, &LsbHeader::x_stop_after},
    {LsbKeyword::default_start, &LsbHeader::default_start},
    {LsbKeyword::default_stop, &LsbHeader::default_stop},
};

void check(const ChkconfigHeader& header)
{
    hold(std::adjacent_find(header.levels.begin(), header.levels.end(), std::greater_equal<>{}) ==
         header.levels.end());
    hold(header.levels.find_first_not_of("0123456") == std::string::npos);
    hold(header.start.has_value() == header.stop.has_value());
    hold(header.start || header.has_lsb);
    hold(header.start.value_or(0) >= 0 && header.start.value_or(0) <= 99);
    hold(header.stop.value_or(0) >= 0 && header.stop.value_or(0) <= 99);
}

std::string clean_copy(const LsbHeader& header)
{
    std::string text = "### BEGIN INIT INFO\n";
    for (const Row& row : rows) {
        if (!header.has(row.keyword))
            continue;
        text.append("# ").append(to_string(row.keyword)).append(":");
        for (const std::string& word : header.*row.list)
            text.append(" ").append(word);
        text += '\n';
    }
    if (header.x_interactive)
        text += "# X-Interactive: true\n";
    return text + "### END INIT INFO\n";
}

void check(const LsbHeader& header, unsigned lines)
{
    hold(header.line >= 1 && header.line < lines);
    for (const unsigned line : header.line_of)
        hold(line == 0 || (line > header.line && line < lines));
    for (const Row& row : rows)
        for (const std::string& word : header.*row.list) {
            hold(header.has(row.keyword));
            hold(!word.empty() &&
                 std::all_of(word.begin(), word.end(), [](char c) { return c > ' ' && c <= '~'; }));
            hold(word.find_first_of(",;") == std::string::npos);
        }
    for (const std::string& level : header.default_start)
        hold(level.size() == 1);
    for (const std::string& level : header.default_stop)
        hold(level.size() == 1);
    hold(init::fuzz::is_utf8(header.short_description) && init::fuzz::is_utf8(header.description));

    // Words of a list that end the block where single blanks stand between them.
    const std::string copy = clean_copy(header);
    if (copy.find("### END INIT INFO") + 18 != copy.size())
        return;
    Diagnostics none;
    const std::optional<LsbHeader> again = read_lsb_header(copy, "copy", none);
    hold(again && none.empty() && again->is_complete() == header.is_complete() &&
         again->x_interactive == header.x_interactive);
    for (const Row& row : rows)
        hold((*again).*row.list == header.*row.list);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const std::string_view text{reinterpret_cast<const char*>(data), size};
    const auto lines = static_cast<unsigned>(std::count(text.begin(), text.end(), '\n') + 1);
    const ScriptHeader header = read_script_header(text, "script");
    if (header.chkconfig)
        check(*header.chkconfig);
    if (header.lsb)
        check(*header.lsb, lines + 1);
    for (const Diagnostic& complaint : header.complaints)
        hold(complaint.line >= 1 && complaint.line <= lines && init::fuzz::is_utf8(complaint.text));
    Diagnostics complaints;
    hold(read_lsb_header(text, "script", complaints) == header.lsb);

    const std::string json = init::text::to_json(header, "script");
    const boost::json::value value = boost::json::parse(json);
    hold(value.at("lsb").is_null() == !header.lsb.has_value());
    if (header.lsb)
        hold(value.at("lsb").at("short_description").as_string() == header.lsb->short_description);

    init::fuzz::guard_time(text, 256 * 1024, [](std::string_view large) { read_script_header(large, "x"); });
    return 0;
}
