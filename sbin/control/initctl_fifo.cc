// SPDX-License-Identifier: MIT
// Each FIFO is opened for reading and writing, so that it never reports an end when its last writer leaves,
// and is trusted only when it is a FIFO of our own user. Which inode stands under the name is compared at
// every mending.
#include "control/initctl_fifo.h"

#include "world/result.h"

#include <fmt/format.h>

#include <fcntl.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

namespace init::control {
namespace {

using system::UniqueFd;

/// One call reads at most this many blocks: a writer without end must not keep init from its other events.
constexpr int most_blocks = 8;
constexpr std::size_t block_size = 8 * model::initctl_request_size;

/// Why what was opened is no FIFO of ours; empty when it is.
std::string fault_of(const struct stat& facts)
{
    if (!S_ISFIFO(facts.st_mode))
        return "it is not a FIFO";
    if (facts.st_uid != ::geteuid())
        return fmt::format("it belongs to uid {}", facts.st_uid);
    return {};
}

/// What stands there and is no FIFO of ours goes; a folder stays, and then mkfifo says so.
void clear_the_way(const std::string& path) noexcept
{
    struct stat facts {};
    const bool there = ::lstat(path.c_str(), &facts) == 0;
    if (there && (!S_ISFIFO(facts.st_mode) || facts.st_uid != ::geteuid()))
        ::unlink(path.c_str());
}

UniqueFd open_fifo(const std::string& path) noexcept
{
    return UniqueFd{::open(path.c_str(), O_RDWR | O_NONBLOCK | O_NOFOLLOW | O_NOCTTY | O_CLOEXEC)};
}

} // namespace

std::vector<std::string> initctl_paths()
{
    return {"/run/initctl", "/dev/initctl"};
}

InitctlFifo::InitctlFifo(Waiter& waiter, Say say, Receiver receiver, std::vector<std::string> paths)
    : waiter_(waiter), say_(std::move(say)), receiver_(std::move(receiver))
{
    for (std::string& path : paths) {
        Channel channel;
        channel.path = std::move(path);
        channels_.push_back(std::move(channel));
    }
}

InitctlFifo::~InitctlFifo()
{
    close();
}

void InitctlFifo::open()
{
    close();
    open_ = true;
    mend();
}

void InitctlFifo::close() noexcept
{
    open_ = false;
    for (Channel& channel : channels_)
        drop(channel);
}

void InitctlFifo::mend()
{
    if (!open_)
        return;
    for (Channel& channel : channels_)
        if (!is_in_place(channel))
            reopen(channel);
}

bool InitctlFifo::is_in_place(const Channel& channel) const noexcept
{
    struct stat facts {};
    return channel.fd && ::lstat(channel.path.c_str(), &facts) == 0 && facts.st_dev == channel.device &&
           facts.st_ino == channel.inode;
}

/// True for the link from /dev/initctl to /run/initctl that Debian's packages make: one FIFO serves both
/// names.
bool InitctlFifo::leads_to_another(const Channel& channel) const
{
    struct stat facts {};
    const bool is_link = ::lstat(channel.path.c_str(), &facts) == 0 && S_ISLNK(facts.st_mode);
    if (!is_link || ::stat(channel.path.c_str(), &facts) != 0)
        return false;
    return std::ranges::any_of(channels_, [&](const Channel& other) {
        return &other != &channel && other.fd && other.device == facts.st_dev && other.inode == facts.st_ino;
    });
}

void InitctlFifo::reopen(Channel& channel)
{
    drop(channel);
    if (leads_to_another(channel))
        return;
    clear_the_way(channel.path);
    if (::mkfifo(channel.path.c_str(), 0600) != 0 && errno != EEXIST)
        return complain(channel, fmt::format("cannot make the FIFO {}: {}; requests by it are not heard",
                                             channel.path, std::strerror(errno)));
    UniqueFd fd = open_fifo(channel.path);
    struct stat facts {};
    if (!fd || ::fstat(fd.get(), &facts) != 0)
        return complain(channel, fmt::format("cannot open the FIFO {}: {}; requests by it are not heard",
                                             channel.path, std::strerror(errno)));
    if (const std::string fault = fault_of(facts); !fault.empty())
        return complain(channel, fmt::format("cannot use {} for requests: {}; requests by it are not heard",
                                             channel.path, fault));
    // One that was there before us may let others write.
    if ((facts.st_mode & 07777U) != 0600U && ::fchmod(fd.get(), 0600) != 0)
        return complain(
            channel, fmt::format("cannot close the FIFO {} to other users: {}; requests by it are not heard",
                                 channel.path, std::strerror(errno)));
    if (const auto waits = waiter_.add(fd.get(), Interest::read, [this, &channel] { receive(channel); });
        !waits)
        return complain(channel, fmt::format("cannot wait at the FIFO {}: {}; requests by it are not heard",
                                             channel.path, waits.error().message()));
    channel.device = facts.st_dev;
    channel.inode = facts.st_ino;
    channel.fd = std::move(fd);
    channel.complaint.clear();
}

void InitctlFifo::drop(Channel& channel) noexcept
{
    if (!channel.fd)
        return;
    waiter_.remove(channel.fd.get());
    channel.fd.reset();
    channel.stream = {};
}

void InitctlFifo::complain(Channel& channel, std::string text)
{
    if (channel.complaint == text)
        return;
    say_(text);
    channel.complaint = std::move(text);
}

void InitctlFifo::receive(Channel& channel)
{
    std::array<std::byte, block_size> block{};
    for (int blocks = 0; blocks < most_blocks && channel.fd; ++blocks) {
        const ssize_t got = ::read(channel.fd.get(), block.data(), block.size());
        // EAGAIN: all was read. Anything else is met again, or mended, at the next turn.
        if (got <= 0)
            break;
        channel.stream.feed(std::span{block}.first(static_cast<std::size_t>(got)));
        hand_on(channel);
    }
    if (const std::size_t skipped = channel.stream.take_skipped(); skipped > 0)
        say_(fmt::format("{}: {} bytes are no request; they were passed over", channel.path, skipped));
}

void InitctlFifo::hand_on(Channel& channel)
{
    while (auto decoded = channel.stream.next()) {
        if (!decoded->complaint.empty())
            say_(fmt::format("{}: {}", channel.path, decoded->complaint));
        if (decoded->request)
            receiver_(*decoded->request);
    }
}

std::vector<int> InitctlFifo::descriptors() const
{
    std::vector<int> all;
    for (const Channel& channel : channels_)
        if (channel.fd)
            all.push_back(channel.fd.get());
    return all;
}

std::vector<std::string> InitctlFifo::places() const
{
    std::vector<std::string> all;
    for (const Channel& channel : channels_)
        if (channel.fd)
            all.push_back(channel.path);
    return all;
}

} // namespace init::control
