// SPDX-License-Identifier: MIT
// Orders and descriptors over a sequenced-packet socket, without allocation.
#include "keeper/protocol.h"

#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace init::keeper {

namespace {

constexpr std::size_t control_size = CMSG_SPACE(sizeof(int) * order_descriptors);

void take_descriptors(msghdr& header, ReceivedOrder& received) noexcept
{
    for (cmsghdr* item = CMSG_FIRSTHDR(&header); item != nullptr; item = CMSG_NXTHDR(&header, item)) {
        if (item->cmsg_level != SOL_SOCKET || item->cmsg_type != SCM_RIGHTS)
            continue;
        const std::size_t count = (item->cmsg_len - CMSG_LEN(0)) / sizeof(int);
        for (std::size_t i = 0; i < std::min(count, order_descriptors); ++i) {
            int fd = -1;
            std::memcpy(&fd, CMSG_DATA(item) + i * sizeof fd, sizeof fd);
            received.descriptors[i].reset(fd);
        }
    }
}

} // namespace

void Message::set_text(std::string_view words) noexcept
{
    text_size = static_cast<std::uint8_t>(std::min(words.size(), sizeof text));
    std::memcpy(text, words.data(), text_size);
}

std::string_view Message::get_text() const noexcept
{
    return {text, std::min<std::size_t>(text_size, sizeof text)};
}

bool send_order(int socket, std::string_view bytes, const int* descriptors, std::size_t count) noexcept
{
    iovec part{const_cast<char*>(bytes.data()), bytes.size()};
    alignas(cmsghdr) char control[control_size] = {};
    msghdr header{};
    header.msg_iov = &part;
    header.msg_iovlen = 1;
    if (count > 0) {
        header.msg_control = control;
        header.msg_controllen = CMSG_SPACE(sizeof(int) * count);
        cmsghdr* item = CMSG_FIRSTHDR(&header);
        item->cmsg_level = SOL_SOCKET;
        item->cmsg_type = SCM_RIGHTS;
        item->cmsg_len = CMSG_LEN(sizeof(int) * count);
        std::memcpy(CMSG_DATA(item), descriptors, sizeof(int) * count);
    }
    ssize_t sent = 0;
    do {
        sent = ::sendmsg(socket, &header, MSG_NOSIGNAL | MSG_DONTWAIT);
    } while (sent < 0 && errno == EINTR);
    return sent >= 0;
}

bool receive_order(int socket, char* buffer, std::size_t limit, int flags, ReceivedOrder& received) noexcept
{
    iovec part{buffer, limit};
    alignas(cmsghdr) char control[control_size];
    msghdr header{};
    header.msg_iov = &part;
    header.msg_iovlen = 1;
    header.msg_control = control;
    header.msg_controllen = sizeof control;
    ssize_t size = 0;
    do {
        size = ::recvmsg(socket, &header, flags | MSG_CMSG_CLOEXEC);
    } while (size < 0 && errno == EINTR);
    if (size < 0)
        return false;
    take_descriptors(header, received);
    received.size = static_cast<std::size_t>(size);
    return true;
}

} // namespace init::keeper
