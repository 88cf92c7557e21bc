// SPDX-License-Identifier: MIT
// Opens each terminal without waiting and without becoming its session; the log is what PID 1's stdout leads
// to.
#include "applets/shutdown_notice.h"

#include "system/unique_fd.h"
#include "system/utmp.h"

#include <fmt/format.h>

#include <fcntl.h>
#include <unistd.h>

#include <set>
#include <string_view>

namespace init::applets {
namespace {

std::string_view purpose_of(char target) noexcept
{
    switch (target) {
    case '0':
        return "for system halt";
    case '6':
        return "for reboot";
    case '1':
    case 'S':
    case 's':
        return "to maintenance mode";
    default:
        return "to another runlevel";
    }
}

system::UniqueFd open_for_text(const std::string& path) noexcept
{
    // O_APPEND: where the log is a plain file, its lines stand.
    return system::UniqueFd{::open(path.c_str(), O_WRONLY | O_APPEND | O_NONBLOCK | O_NOCTTY | O_CLOEXEC)};
}

/// A terminal that nobody reads costs its line, and never holds up the shutdown.
bool write_at_once(int fd, const std::string& text) noexcept
{
    return ::write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size());
}

void tell_log(const std::string& text)
{
    for (const char* path : {"/dev/console", "/proc/1/fd/1"})
        if (const auto fd = open_for_text(path); fd && write_at_once(fd.get(), "shutdown: " + text + "\n"))
            return;
}

void tell_terminal(const std::string& line, const std::string& text)
{
    // The line comes from a file that others may write to; it must stay below /dev.
    if (line.empty() || line.front() == '/' || line.find("..") != std::string::npos)
        return;
    const auto fd = open_for_text("/dev/" + line);
    if (fd && ::isatty(fd.get()) == 1)
        (void)write_at_once(fd.get(), "\r\n" + text + "\r\n");
}

} // namespace

bool is_notice_due(std::chrono::minutes left) noexcept
{
    const auto minutes = left.count();
    if (minutes < 10)
        return true;
    if (minutes < 60)
        return minutes % 15 == 0;
    return minutes % (minutes < 180 ? 30 : 60) == 0;
}

std::string notice_text(char target, std::chrono::minutes left)
{
    const std::string_view purpose = purpose_of(target);
    if (left.count() == 0)
        return fmt::format("The system is going down {} NOW!", purpose);
    return fmt::format("The system is going down {} in {} minute{}!", purpose, left.count(),
                       left.count() == 1 ? "" : "s");
}

void tell_everyone(const std::string& text, const std::string& utmp)
{
    tell_log(text);
    std::set<std::string> told;
    for (const system::Login& login : system::read_logins(utmp))
        if (told.insert(login.line).second)
            tell_terminal(login.line, text);
}

} // namespace init::applets
