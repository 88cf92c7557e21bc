// SPDX-License-Identifier: MIT
#include "text/header_json.h"

#include "text/json_text.h"

namespace init::text {
namespace {

std::string number_or_null(const std::optional<int>& number)
{
    return number ? std::to_string(*number) : "null";
}

std::string to_json(const model::ChkconfigHeader& header)
{
    return R"({"levels":)" + quoted(header.levels) + R"(,"start":)" + number_or_null(header.start) +
           R"(,"stop":)" + number_or_null(header.stop) + '}';
}

std::string to_json(const model::LsbHeader& header)
{
    using model::LsbHeader;
    struct Row {
        const char* key;
        std::vector<std::string> LsbHeader::*list;
    };
    constexpr Row before[] = {
        {"provides", &LsbHeader::provides},           {"required_start", &LsbHeader::required_start},
        {"required_stop", &LsbHeader::required_stop}, {"should_start", &LsbHeader::should_start},
        {"should_stop", &LsbHeader::should_stop},     {"x_start_before", &LsbHeader::x_start_before},
        {"x_stop_after", &LsbHeader::x_stop_after},
    };
    constexpr Row after[] = {
        {"default_start", &LsbHeader::default_start},
        {"default_stop", &LsbHeader::default_stop},
    };
    std::string out = "{";
    for (const Row& row : before)
        out += member(row.key) + quoted_list(header.*row.list) + ',';
    out += R"("x_interactive":)" + std::string(header.x_interactive ? "true" : "false");
    for (const Row& row : after)
        out += ',' + member(row.key) + quoted_list(header.*row.list);
    return out + R"(,"short_description":)" + quoted(header.short_description) + '}';
}

} // namespace

std::string to_json(const model::ScriptHeader& header, std::string_view file)
{
    return R"({"schema":1,"file":)" + quoted(file) + R"(,"chkconfig":)" +
           (header.chkconfig ? to_json(*header.chkconfig) : "null") + R"(,"lsb":)" +
           (header.lsb ? to_json(*header.lsb) : "null") + '}';
}

} // namespace init::text
