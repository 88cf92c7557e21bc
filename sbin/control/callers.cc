// SPDX-License-Identifier: MIT
// Answers are single short lines of JSON: a connection that cannot take one at once is broken.
#include "control/callers.h"

#include "text/json_text.h"

#include <fmt/format.h>

#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <csignal>

namespace init::control {
namespace {

constexpr std::size_t line_limit = 64;
constexpr std::string_view signal_word = "signal ";

bool send_whole(int fd, std::string_view text) noexcept
{
    return ::send(fd, text.data(), text.size(), MSG_NOSIGNAL | MSG_DONTWAIT) ==
           static_cast<ssize_t>(text.size());
}

bool send_refusal(int fd, std::string_view why)
{
    return send_whole(fd, fmt::format("{{\"schema\":1,\"error\":{}}}\n", text::quoted(why)));
}

/// Without memory: whoever waits for the end of a run must hear of it.
bool send_exit(int fd, int exit)
{
    std::array<char, 48> line;
    const auto written = fmt::format_to_n(line.data(), line.size(), "{{\"schema\":1,\"exit\":{}}}\n", exit);
    return send_whole(fd, {line.data(), written.size});
}

bool send_answer(int fd, const world::CallAnswer& answer)
{
    switch (answer.kind) {
    case world::CallAnswer::Kind::taken:
        return send_whole(fd, "{\"schema\":1,\"accepted\":true}\n");
    case world::CallAnswer::Kind::refused:
        return send_refusal(fd, answer.why);
    case world::CallAnswer::Kind::ended:
        break;
    }
    return send_exit(fd, answer.exit);
}

/// What a terminal or a supervisor of the caller's sends it; nothing else is passed on.
bool may_pass(int signo) noexcept
{
    return signo == SIGINT || signo == SIGTERM || signo == SIGHUP || signo == SIGQUIT;
}

} // namespace

Callers::~Callers()
{
    while (!callers_.empty())
        drop(callers_.size() - 1);
}

void Callers::admit(system::UniqueFd connection, system::UniqueFd output, CallRequest request)
{
    const auto refuse = [&connection](const std::string& why) { (void)send_refusal(connection.get(), why); };
    if (callers_.size() >= most_callers)
        return refuse(fmt::format("{} callers wait already; nothing is run", callers_.size()));
    callers_.reserve(callers_.size() + 1); // what has been given to the waiter must find its place
    const world::CallId id{++last_id_};
    const int pipe = output.get();
    if (const auto waits = waiter_.add(connection.get(), Interest::read, [this, id] { read(id); }); !waits)
        return refuse(
            fmt::format("the caller cannot be waited for ({}); nothing is run", waits.error().message()));
    callers_.push_back({id, std::move(connection), std::move(output), {}});
    sink_(world::ServiceCalled{id, std::move(request.service), std::move(request.arguments),
                               std::move(request.environment), std::move(request.limits), pipe});
}

void Callers::read(world::CallId call)
{
    const auto found = std::ranges::find_if(callers_, [call](const Caller& c) { return c.id == call; });
    if (found == callers_.end())
        return;
    std::array<char, line_limit> part{};
    const ssize_t got = ::recv(found->connection.get(), part.data(), part.size(), MSG_DONTWAIT);
    if (got > 0)
        read_lines(*found, {part.data(), static_cast<std::size_t>(got)});
    else if (got == 0 || (errno != EAGAIN && errno != EINTR))
        hang_up(*found);
}

/// Its call may have been taken, so its pipe stays what it is until the run has a copy or the call is over:
/// another caller's would get the number.
void Callers::hang_up(Caller& caller) noexcept
{
    if (caller.connection)
        waiter_.remove(caller.connection.get());
    caller.connection.reset();
}

void Callers::read_lines(Caller& caller, std::string_view bytes)
{
    for (const char byte : bytes) {
        if (byte != '\n') {
            if (caller.line.size() < line_limit)
                caller.line.push_back(byte);
            continue;
        }
        int signo = 0;
        const char* const end = caller.line.data() + caller.line.size();
        if (caller.line.starts_with(signal_word) &&
            std::from_chars(caller.line.data() + signal_word.size(), end, signo).ptr == end &&
            may_pass(signo))
            sink_(world::CallSignalled{caller.id, signo});
        caller.line.clear();
    }
}

void Callers::close_output(int pipe) noexcept
{
    for (Caller& caller : callers_)
        if (caller.output.get() == pipe)
            caller.output.reset();
}

bool Callers::answer(world::CallId call, const world::CallAnswer& answer)
{
    const auto found = std::ranges::find_if(callers_, [call](const Caller& c) { return c.id == call; });
    if (found == callers_.end())
        return false;
    const bool sent = send_answer(found->connection.get(), answer);
    if (sent && answer.kind == world::CallAnswer::Kind::taken)
        return true;
    drop(static_cast<std::size_t>(found - callers_.begin()));
    return sent;
}

void Callers::drop(std::size_t index) noexcept
{
    hang_up(callers_[index]);
    callers_.erase(callers_.begin() + static_cast<std::ptrdiff_t>(index));
}

} // namespace init::control
