// SPDX-License-Identifier: MIT
// A non-blocking socket and one deadline for connecting, sending and reading together.
#include "control/control_client.h"

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <algorithm>
#include <array>
#include <cstring>

namespace init::control {
namespace {

using Clock = std::chrono::steady_clock;
using system::UniqueFd;
using world::errno_code;
using world::Result;

constexpr std::size_t most_bytes = 4U << 20U;

int left_ms(Clock::time_point deadline) noexcept
{
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now()).count();
    return static_cast<int>(std::clamp<std::int64_t>(left, 0, 60'000));
}

/// Waits until `fd` is ready for `events`.
Result<void> wait_for(int fd, short events, Clock::time_point deadline) noexcept
{
    for (;;) {
        pollfd one{fd, events, 0};
        const int ready = ::poll(&one, 1, left_ms(deadline));
        if (ready > 0)
            return {};
        if (ready == 0)
            return errno_code(ETIMEDOUT);
        if (errno != EINTR)
            return errno_code();
    }
}

Result<void> connect_to(int fd, const std::string& path, Clock::time_point deadline) noexcept
{
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.size() >= sizeof address.sun_path)
        return errno_code(ENAMETOOLONG);
    std::memcpy(address.sun_path, path.data(), path.size());
    while (::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
        if (errno != EAGAIN && errno != EINTR)
            return errno_code();
        // The queue of connections is full, and the kernel has nothing to poll for that.
        if (left_ms(deadline) == 0)
            return errno_code(ETIMEDOUT);
        ::poll(nullptr, 0, 10);
    }
    return {};
}

Result<void> send_all(int fd, std::string_view bytes, Clock::time_point deadline) noexcept
{
    while (!bytes.empty()) {
        const ssize_t put = ::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (put > 0) {
            bytes.remove_prefix(static_cast<std::size_t>(put));
            continue;
        }
        if (errno != EAGAIN && errno != EINTR)
            return errno_code();
        if (auto ready = wait_for(fd, POLLOUT, deadline); !ready)
            return ready;
    }
    return {};
}

Result<std::string> read_all(int fd, Clock::time_point deadline)
{
    std::string text;
    std::array<char, 16384> part{};
    for (;;) {
        if (auto ready = wait_for(fd, POLLIN, deadline); !ready)
            return ready.error();
        const ssize_t got = ::recv(fd, part.data(), part.size(), 0);
        // A peer that hung up on a part of our request it did not read resets the stream behind its answer.
        if (got == 0 || (got < 0 && errno == ECONNRESET && !text.empty()))
            return text;
        if (got < 0 && errno != EAGAIN && errno != EINTR)
            return errno_code();
        text.append(part.data(), static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
        if (text.size() > most_bytes)
            return errno_code(EMSGSIZE);
    }
}

Result<UniqueFd> open_connection(const std::string& folder, Clock::time_point deadline)
{
    if (folder.empty())
        return errno_code(ENOENT);
    UniqueFd fd{::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)};
    if (!fd)
        return errno_code();
    if (auto connected = connect_to(fd.get(), folder + "/control", deadline); !connected)
        return connected.error();
    return fd;
}

} // namespace

Result<std::string> ask(const std::string& folder, std::string_view line, std::chrono::milliseconds limit)
{
    const auto deadline = Clock::now() + limit;
    const auto fd = open_connection(folder, deadline);
    if (!fd)
        return fd.error();
    if (auto sent = send_all(fd->get(), std::string{line} + '\n', deadline); !sent)
        return sent.error();
    return read_all(fd->get(), deadline);
}

Result<UniqueFd> connect_to_init(const std::string& folder, std::chrono::milliseconds limit)
{
    return open_connection(folder, Clock::now() + limit);
}

Result<pid_t> find_init(const std::string& folder)
{
    const auto fd = open_connection(folder, Clock::now() + std::chrono::seconds{2});
    if (!fd)
        return fd.error();
    ucred peer{};
    socklen_t size = sizeof peer;
    if (::getsockopt(fd->get(), SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0)
        return errno_code();
    if (peer.pid < 1)
        return errno_code(ESRCH);
    return peer.pid;
}

} // namespace init::control
