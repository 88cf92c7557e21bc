// SPDX-License-Identifier: MIT
// Everything here is bounded: clients, the bytes of a request, and the time that a client may take in all. A
// client that is slow, dead or silent costs its own answer and nothing else. Nobody but root and init's own
// user can connect: to close a descriptor that somebody sends, read or not, can take as long as he likes.
#include "control/control_socket.h"

#include "control/control_request.h"
#include "text/status_json.h"

#include <fmt/format.h>

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

namespace init::control {
namespace {

using system::UniqueFd;

constexpr std::chrono::seconds retry{1};
constexpr int backlog = 64; // those that wait in the kernel, at no cost to us

/// Nothing for a path that does not fit.
std::optional<sockaddr_un> address_of(const std::string& path) noexcept
{
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.size() >= sizeof address.sun_path)
        return std::nullopt;
    std::memcpy(address.sun_path, path.data(), path.size());
    return address;
}

/// The user on the other side, as the kernel saw it at connect(2), is root or our own.
bool is_trusted(int fd) noexcept
{
    ucred peer{};
    socklen_t size = sizeof peer;
    return ::getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0 &&
           (peer.uid == 0 || peer.uid == ::geteuid());
}

/// Asked of the kernel's own pipes alone: fstat(2) may wait for the server of a file system.
bool is_pipe(int fd) noexcept
{
    return ::fcntl(fd, F_GETPIPE_SZ) >= 0;
}

/// The same pipe as an open file of our own that does not block, whatever its sender does with the flags of
/// the one that came. Where there is no /proc, or no right to open it there, the flag is set on that one.
void make_own(UniqueFd& pipe) noexcept
{
    std::array<char, 32> path{};
    *fmt::format_to_n(path.begin(), path.size() - 1, "/proc/self/fd/{}", pipe.get()).out = '\0';
    if (UniqueFd own{::open(path.data(), O_WRONLY | O_NONBLOCK | O_CLOEXEC)})
        pipe = std::move(own);
    else
        (void)::fcntl(pipe.get(), F_SETFL, O_WRONLY | O_NONBLOCK);
}

bool must_wait(int error) noexcept
{
    return error == EAGAIN || error == EINTR;
}

/// What recvmsg(2) says. The bytes are put behind `text`; the first descriptor that comes along becomes
/// `pipe`, further ones are closed.
ssize_t receive(int fd, std::string& text, UniqueFd& pipe)
{
    std::array<char, 4096> part;
    iovec place{part.data(), part.size()};
    alignas(cmsghdr) std::array<char, CMSG_SPACE(4 * sizeof(int))> room;
    msghdr message{};
    message.msg_iov = &place;
    message.msg_iovlen = 1;
    message.msg_control = room.data();
    message.msg_controllen = room.size();
    const ssize_t got = ::recvmsg(fd, &message, MSG_CMSG_CLOEXEC);
    if (got < 0)
        return got;
    for (cmsghdr* head = CMSG_FIRSTHDR(&message); head != nullptr; head = CMSG_NXTHDR(&message, head)) {
        if (head->cmsg_level != SOL_SOCKET || head->cmsg_type != SCM_RIGHTS)
            continue;
        const std::size_t count = (head->cmsg_len - CMSG_LEN(0)) / sizeof(int);
        for (std::size_t i = 0; i < count; ++i) {
            int number = -1;
            std::memcpy(&number, CMSG_DATA(head) + i * sizeof number, sizeof number);
            UniqueFd received{number};
            if (!pipe)
                pipe = std::move(received);
        }
    }
    text.append(part.data(), static_cast<std::size_t>(got));
    return got;
}

} // namespace

ControlSocket::ControlSocket(Waiter& waiter, Callbacks callbacks)
    : waiter_(waiter), callbacks_(std::move(callbacks))
{
    clients_.reserve(most_clients);
}

ControlSocket::~ControlSocket()
{
    close();
}

void ControlSocket::close() noexcept
{
    while (!clients_.empty())
        drop(clients_.size() - 1);
    if (listening_)
        waiter_.remove(listener_.get());
    listening_ = false;
    paused_until_.reset();
    listener_.reset();
}

bool ControlSocket::is_in_place() const noexcept
{
    struct stat facts {};
    return listener_ && ::lstat((folder_ + "/control").c_str(), &facts) == 0 && facts.st_dev == device_ &&
           facts.st_ino == inode_;
}

void ControlSocket::mend(const std::string& folder)
{
    if (folder == folder_ && is_in_place())
        return;
    close();
    folder_ = folder;
    if (!folder.empty())
        listen(folder + "/control");
}

void ControlSocket::listen(const std::string& path)
{
    const auto address = address_of(path);
    if (!address)
        return complain(fmt::format("cannot listen at {}: the path is too long; status has no socket", path));
    UniqueFd fd{::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)};
    if (!fd)
        return complain(fmt::format("cannot make a socket: {}; status has none", std::strerror(errno)));
    // An earlier life's socket, or whatever else was put there; the folder is ours alone.
    ::unlink(path.c_str());
    struct stat facts {};
    // The name gets the mode that the socket has. Source: unix_bind in Linux.
    const bool bound = ::fchmod(fd.get(), 0600) == 0 &&
                       ::bind(fd.get(), reinterpret_cast<const sockaddr*>(&*address), sizeof *address) == 0 &&
                       ::listen(fd.get(), backlog) == 0 && ::lstat(path.c_str(), &facts) == 0;
    if (!bound)
        return complain(
            fmt::format("cannot listen at {}: {}; status has no socket", path, std::strerror(errno)));
    device_ = facts.st_dev;
    inode_ = facts.st_ino;
    listener_ = std::move(fd);
    resume();
    if (listening_)
        complaint_.clear();
}

void ControlSocket::complain(std::string text)
{
    if (text != complaint_)
        callbacks_.say(text);
    complaint_ = std::move(text);
}

void ControlSocket::pause(TimePoint until)
{
    if (listening_)
        waiter_.remove(listener_.get());
    listening_ = false;
    paused_until_ = until;
}

void ControlSocket::resume()
{
    paused_until_.reset();
    if (listening_ || !listener_ || clients_.size() >= most_clients)
        return;
    if (const auto waits = waiter_.add(listener_.get(), Interest::read, [this] { accept(); }); !waits) {
        listener_.reset(); // the next mending tries again
        return complain(fmt::format("cannot wait at {}/control: {}; status has no socket", folder_,
                                    waits.error().message()));
    }
    listening_ = true;
}

void ControlSocket::serve(int fd)
{
    const auto found = std::ranges::find_if(clients_, [&](const Client& c) { return c.fd.get() == fd; });
    if (found == clients_.end())
        return;
    const Next read = found->answer.empty() ? read_line(*found) : Next::done;
    if (read == Next::wait || (read == Next::done && write_answer(*found) == Next::wait))
        return;
    if (read == Next::handed_on)
        clients_.erase(found);
    else
        drop(static_cast<std::size_t>(found - clients_.begin()));
    resume();
}

void ControlSocket::accept()
{
    for (std::size_t turn = 0; turn < most_clients && clients_.size() < most_clients; ++turn) {
        UniqueFd fd{::accept4(listener_.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC)};
        if (!fd && (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM))
            return pause(callbacks_.now() +
                         retry); // the connection stays ready, and would wake us without end
        if (!fd)
            return;
        admit(std::move(fd));
    }
    if (clients_.size() < most_clients)
        return; // the rest has the next turn
    // Further ones wait in the kernel's queue until a place is free.
    if (listening_)
        waiter_.remove(listener_.get());
    listening_ = false;
}

void ControlSocket::admit(UniqueFd fd)
{
    if (!is_trusted(fd.get()))
        return; // one whom the mode of the socket should have kept out
    const int number = fd.get();
    if (!waiter_.add(number, Interest::read, [this, number] { serve(number); }))
        return; // it is hung up on
    clients_.push_back({std::move(fd), callbacks_.now() + client_life, {}, {}, {}, 0});
}

ControlSocket::Next ControlSocket::read_line(Client& client)
{
    const ssize_t got = receive(client.fd.get(), client.line, client.pipe);
    if (got < 0 && must_wait(errno))
        return Next::wait;
    const auto end = client.line.find('\n');
    const bool whole = end != std::string::npos || client.line.size() > control_line_limit;
    if (!whole && got > 0)
        return Next::wait;
    if (!whole) // it left, or closed its side, in the middle of a request
        return refuse(client, "a request ends with a newline; nothing changes");
    const std::string_view line = std::string_view(client.line).substr(0, end);
    const ParsedControlRequest parsed = parse_control_request(line);
    if (!parsed.request)
        return refuse(client, parsed.complaint);
    if (!parsed.request->call) {
        client.answer = answer(*parsed.request);
        wait_to_write(client);
        return Next::done;
    }
    const std::size_t begin = line.size() + 1;
    if (client.line.size() - begin < *parsed.request->call)
        return got > 0 ? Next::wait : refuse(client, "the call is cut off; nothing is run");
    return read_call(client, begin, *parsed.request->call);
}

ControlSocket::Next ControlSocket::read_call(Client& client, std::size_t begin, std::size_t size)
{
    ParsedCall parsed = parse_call(std::string_view(client.line).substr(begin, size));
    if (!parsed.call)
        return refuse(client, parsed.complaint);
    if (!client.pipe)
        return refuse(client, "no pipe came with the call; nothing is run");
    if (!is_pipe(client.pipe.get()))
        return refuse(client, "what came with the call is no pipe; nothing is run");
    make_own(client.pipe);
    waiter_.remove(client.fd.get());
    callbacks_.call(std::move(client.fd), std::move(client.pipe), std::move(*parsed.call));
    return Next::handed_on;
}

ControlSocket::Next ControlSocket::refuse(Client& client, const std::string& complaint)
{
    client.answer = text::error_json(complaint);
    wait_to_write(client);
    return Next::done;
}

void ControlSocket::wait_to_write(Client& client)
{
    // Refused: most answers go out at once all the same, and what is left is dropped after the client's time.
    (void)waiter_.add(client.fd.get(), Interest::write, [this, fd = client.fd.get()] { serve(fd); });
}

std::string ControlSocket::answer(const ControlRequest& request)
{
    if (!request.act)
        return callbacks_.status_json();
    callbacks_.act(*request.act);
    return R"({"schema":1,"accepted":true})";
}

ControlSocket::Next ControlSocket::write_answer(Client& client)
{
    while (client.sent < client.answer.size()) {
        const ssize_t put = ::send(client.fd.get(), client.answer.data() + client.sent,
                                   client.answer.size() - client.sent, MSG_NOSIGNAL);
        if (put < 0)
            return must_wait(errno) ? Next::wait : Next::done;
        client.sent += static_cast<std::size_t>(put);
    }
    return Next::done;
}

void ControlSocket::drop(std::size_t index) noexcept
{
    waiter_.remove(clients_[index].fd.get());
    clients_.erase(clients_.begin() + static_cast<std::ptrdiff_t>(index));
}

void ControlSocket::expire(TimePoint now)
{
    for (std::size_t index = clients_.size(); index-- > 0;)
        if (clients_[index].until <= now)
            drop(index);
    if (!paused_until_ || *paused_until_ <= now)
        resume();
}

std::optional<ControlSocket::TimePoint> ControlSocket::next_expiry() const noexcept
{
    std::optional<TimePoint> next = paused_until_;
    for (const Client& client : clients_)
        if (!next || client.until < *next)
            next = client.until;
    return next;
}

} // namespace init::control
