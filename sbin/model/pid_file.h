// SPDX-License-Identifier: MIT
// Where an init script's daemon is likely to leave its pid, read off the script's text, and the reading of a
// pid file.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace init::model {

/// In the order to try: `# pidfile:` comments, what a variable named like PIDFILE holds, absolute paths that
/// end in `.pid`, then /var/run/NAME.pid and /var/run/NAME/NAME.pid. Variables are followed where the script
/// gives them a plain value. At most twelve, each short enough for a path; the time it takes grows with the
/// script, and the room it needs does not.
std::vector<std::string> pid_file_candidates(std::string_view script, std::string_view service);

/// The first number on the first line; nothing for anything else, and for 0, 1 and what is no pid.
std::optional<int> parse_pid_file(std::string_view text) noexcept;

} // namespace init::model
