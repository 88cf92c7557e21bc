// SPDX-License-Identifier: MIT
// A file of /etc/xinetd.d as far as chkconfig reads and changes it: whether its service is on. Source:
// xinetd.conf(5), and chkconfig(8) of rhel6.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace init::model {

struct XinetdService {
    bool is_on = true;              ///< a service without `disable` is
    std::optional<bool> default_on; ///< `# default: on`, what a reset goes back to

    bool operator==(const XinetdService&) const = default;
};

/// Nothing for a text without a service's braces. With several services in one file it is on when one of them
/// is.
std::optional<XinetdService> parse_xinetd_service(std::string_view text);

/// The text with a `disable` line behind each opening brace and without the old ones; all else stays as it
/// is.
std::string switch_xinetd_service(std::string_view text, bool on);

} // namespace init::model
