// SPDX-License-Identifier: MIT
// The init scripts whose only job is the machine: what each needs, and whether this confinement has it.
// Probing is left to the system layer; here a set of facts becomes a reason.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace init::model {

/// What this confinement allows, probed once.
struct MachineFacts {
    bool cap_sys_admin = false;
    bool cap_net_admin = false;
    bool cap_sys_time = false;
    bool cap_sys_module = false;
    bool cap_audit_control = false;
    bool proc_sys_writable = false;
    bool sys_writable = false;
    bool has_rtc = false;  ///< /dev/rtc or /dev/rtc0
    bool has_tty0 = false; ///< /dev/tty0 or /dev/tty1
    bool has_block_device = false;
    bool set_hostname = false; ///< hostname=yes
};

/// Why the script of this name is not run here, in words for the log and `status`; nothing for any other
/// script. A script that acts on the host's state (clock, swap, modules, kernel.*, remounts, halt) is skipped
/// whatever the rights.
std::optional<std::string> machine_reason(std::string_view service, const MachineFacts& facts);

} // namespace init::model
