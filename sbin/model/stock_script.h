// SPDX-License-Identifier: MIT
// Tells the distribution's own rc and rc.sysinit from one that the image's owner changed, by normalised
// checksum, and finds the lines of an rc.sysinit that only a machine can carry out.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace init::model {

/// SHA-256. Source: FIPS 180-4.
std::array<std::uint8_t, 32> sha256(std::string_view bytes) noexcept;

/// Each line stripped of white space at both ends, empty lines and lines that begin with # dropped, joined by
/// newlines, one newline at the end; bytes that are no UTF-8 become U+FFFD.
std::string normalised_script(std::string_view text);

/// True where the normalised text is one that Red Hat's initscripts (rhel4, rhel5, rhel6) or Debian's sysv-rc
/// and initscripts shipped, or this project's own rc.
bool is_stock_rc(std::string_view text);
bool is_stock_rc_sysinit(std::string_view text);

/// True for this project's own rc.sysinit as it was when the program was built: what is compiled in is the
/// same.
bool is_own_rc_sysinit(std::string_view text);

/// The first line that needs a machine, or harms a host when it has the rights (udev, fsck, swap, clock,
/// modules, remounts, reboot, a question on the console).
struct MachineLine {
    unsigned line = 0;
    std::string text;   ///< stripped
    std::string reason; ///< "loads kernel modules"
    bool operator==(const MachineLine&) const = default;
};
std::optional<MachineLine> find_machine_line(std::string_view script);

} // namespace init::model
