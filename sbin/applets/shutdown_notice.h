// SPDX-License-Identifier: MIT
// What users are told before a shutdown, and when: the container's log and every terminal that somebody is
// logged in on.
#pragma once

#include <chrono>
#include <string>

namespace init::applets {

/// True where users are told again with so many minutes left: every minute of the last ten, then every 15
/// minutes of the last hour, every 30 of the last three, and every hour before.
bool is_notice_due(std::chrono::minutes left) noexcept;

/// `The system is going down for reboot in 5 minutes!`; `target` is the runlevel asked for.
std::string notice_text(char target, std::chrono::minutes left);

/// Writes `text` to the container's log and to the terminals of `utmp`'s logins. A terminal that cannot take
/// it now is left out: nobody may hold a shutdown up.
void tell_everyone(const std::string& text, const std::string& utmp = "/var/run/utmp");

} // namespace init::applets
