// SPDX-License-Identifier: MIT
// A script, a line of `%%`, and what /etc/chkconfig.d says instead of its lines: the result is as well formed
// as a script's own, and saying the same twice changes nothing more.
#include "model/script_header.h"
#include "within.h"

#include <algorithm>
#include <cstdint>

using namespace init::model;
using init::fuzz::hold;

namespace {

void check(const std::optional<ChkconfigHeader>& header)
{
    if (!header)
        return;
    hold(std::is_sorted(header->levels.begin(), header->levels.end()));
    hold(header->levels.find_first_not_of("0123456") == std::string::npos);
    hold(header->start.has_value() == header->stop.has_value());
    hold(header->start || header->has_lsb);
    hold(header->start.value_or(0) >= 0 && header->start.value_or(0) <= 99);
    hold(header->stop.value_or(0) >= 0 && header->stop.value_or(0) <= 99);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const std::string_view text{reinterpret_cast<const char*>(data), size};
    const std::size_t middle = text.find("%%\n");
    const std::string_view script = text.substr(0, middle);
    const std::string_view override_text =
        middle == std::string_view::npos ? std::string_view{} : text.substr(middle + 3);
    const auto own = read_script_header(script, "script").chkconfig;
    const auto lines =
        static_cast<unsigned>(std::count(override_text.begin(), override_text.end(), '\n') + 1);

    Diagnostics complaints;
    std::optional<ChkconfigHeader> header = own;
    apply_chkconfig_override(header, "", "empty", complaints);
    hold(header == own && complaints.empty());

    apply_chkconfig_override(header, override_text, "override", complaints);
    check(header);
    hold(!own || header);
    for (const Diagnostic& complaint : complaints)
        hold(complaint.line >= 1 && complaint.line <= lines);

    std::optional<ChkconfigHeader> twice = header;
    apply_chkconfig_override(twice, override_text, "override", complaints);
    hold(twice == header);

    // For a script that chkconfig refuses an override speaks alone, or not at all.
    std::optional<ChkconfigHeader> alone;
    apply_chkconfig_override(alone, override_text, "override", complaints);
    check(alone);
    hold(!alone || alone->start);

    init::fuzz::guard_time(override_text, 256 * 1024, [&](std::string_view large) {
        std::optional<ChkconfigHeader> changed = own;
        Diagnostics told;
        apply_chkconfig_override(changed, large, "override", told);
    });
    return 0;
}
