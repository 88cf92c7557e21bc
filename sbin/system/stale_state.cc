// SPDX-License-Identifier: MIT
// Tells stale pid files, lock files and sockets from those in use. Where there is doubt the answer is "in
// use".
#include "system/stale_state.h"

#include "system/read_text.h"
#include "system/unique_fd.h"

#include <fmt/format.h>

#include <sys/socket.h>
#include <sys/un.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>

namespace init::system {

namespace {

constexpr std::string_view blanks = " \t\r\v\f";

std::optional<pid_t> parse_pid(std::string_view word) noexcept
{
    pid_t pid = 0;
    const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), pid);
    if (error != std::errc{} || end != word.data() + word.size() || pid <= 0)
        return std::nullopt;
    return pid;
}

/// errno of a connect as this type; 0 when somebody listens.
int connect_error(int type, const sockaddr_un& address) noexcept
{
    const UniqueFd probe{::socket(AF_UNIX, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)};
    if (!probe)
        return errno;
    return ::connect(probe.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 ? 0
                                                                                                    : errno;
}

std::optional<sockaddr_un> socket_address(const std::string& path) noexcept
{
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.size() >= sizeof address.sun_path)
        return std::nullopt;
    std::memcpy(address.sun_path, path.data(), path.size());
    return address;
}

/// Through the open directory where /proc is there: no link above can lead the probe elsewhere, and long
/// paths fit.
std::optional<sockaddr_un> reachable_address(int folder, const std::string& name, const std::string& path)
{
    const std::string inside = fmt::format("/proc/self/fd/{}", folder);
    if (::access(inside.c_str(), F_OK) == 0)
        return socket_address(inside + "/" + name);
    return socket_address(path);
}

} // namespace

bool is_process_alive(pid_t pid) noexcept
try {
    // ESRCH alone says that nobody has this id: a security module may deny the question with EPERM.
    if (pid <= 0 || (::getpgid(pid) < 0 && errno == ESRCH))
        return false;
    const auto stat = read_text(fmt::format("/proc/{}/stat", pid), 512);
    if (!stat)
        return true;
    // The name before the state may hold anything, brackets too; the last bracket ends it.
    const std::size_t end = stat->rfind(')');
    return end == std::string::npos || end + 2 >= stat->size() || (*stat)[end + 2] != 'Z';
} catch (...) {
    return true; // no memory for a closer look: nothing of a process that may live is touched
}

StateKind state_kind(std::string_view name) noexcept
{
    if (name == "pid" || name.ends_with(".pid"))
        return StateKind::pid_file;
    if (name.ends_with(".lock") || name.starts_with("LCK.."))
        return StateKind::lock_file;
    return StateKind::none;
}

std::optional<std::string> stale_pid_content(std::string_view content,
                                             const std::function<bool(pid_t)>& is_own)
{
    std::string_view line = content.substr(0, content.find_first_of(std::string_view{"\n\0", 2}));
    std::string owners;
    while (true) {
        line.remove_prefix(std::min(line.find_first_not_of(blanks), line.size()));
        if (line.empty())
            break;
        const std::string_view word = line.substr(0, line.find_first_of(blanks));
        line.remove_prefix(word.size());
        const auto pid = parse_pid(word);
        if (!pid)
            return std::nullopt;
        if (is_process_alive(*pid) && !(is_own && is_own(*pid)))
            return std::nullopt;
        owners += fmt::format("{}{}", owners.empty() ? "" : ", ", *pid);
    }
    if (owners.empty())
        return std::nullopt;
    return fmt::format("nobody alive is process {}", owners);
}

bool is_socket_stale(int folder, const std::string& name, const std::string& path) noexcept
try {
    const auto address = reachable_address(folder, name, path);
    if (!address)
        return false;
    for (const int type : std::array{SOCK_STREAM, SOCK_DGRAM, SOCK_SEQPACKET}) {
        switch (connect_error(type, *address)) {
        case ECONNREFUSED: // it is of this type, and nobody has it open
            return true;
        case EPROTOTYPE: // it is of another type
            break;
        default: // somebody listens (0), has a full queue (EAGAIN), or we may not ask (EACCES, EMFILE ...)
            return false;
        }
    }
    return false;
} catch (...) {
    return false;
}

} // namespace init::system
