// SPDX-License-Identifier: MIT
// What init says about itself and its services when it is asked. How the answer is written down and
// carried is left to `control`; who fills it in is the supervisor.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace init::model {

struct ServiceStatus {
    std::string name;
    /// One of `starting` `running` `done` `stopping` `stopped` `failed` `dead` `skipped`. `done`: the start
    /// succeeded and left no process, as a script that only sets something up does; `dead`: its process died.
    std::string state;
    pid_t pid = 0;             ///< the main process; 0 for none
    std::size_t processes = 0; ///< attributed to it, the main process included
    unsigned restarts = 0;
    std::int64_t since = 0;            ///< seconds since 1970 in this state; 0 where it is not known
    std::optional<int> exit;           ///< of the script's last run: its code, or 128 + the signal
    std::optional<std::string> reason; ///< why it was skipped or failed, in words

    bool operator==(const ServiceStatus&) const = default;
};

struct StatusReport {
    std::string state;   ///< `sysinit`, `entering`, `running` or `stopping`
    char runlevel = 'N'; ///< N until the first is entered
    char previous = 'N';
    std::optional<std::int64_t> deadline; ///< of a stop: seconds since 1970
    std::vector<ServiceStatus> services;  ///< in the order in which they are to be shown

    bool operator==(const StatusReport&) const = default;
};

/// What an init script's `status` would exit with: 0 up, 1 failed or dead, 3 not running, 4 unknown. Source:
/// LSB 3.1, 20.2.
int lsb_status(const ServiceStatus& service) noexcept;

/// The service of that name, which may be one that is not UTF-8: a report that came as JSON has U+FFFD for
/// each byte that is part of no character. nullptr where there is none.
const ServiceStatus* find_service(const StatusReport& report, const std::string& name);

} // namespace init::model
