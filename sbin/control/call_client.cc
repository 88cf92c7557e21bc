// SPDX-License-Identifier: MIT
#include "control/call_client.h"

#include "control/control_client.h"
#include "system/write_text.h"

#include <boost/json/parse.hpp>

#include <fmt/format.h>

#include <fcntl.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>

namespace init::control {
namespace {

using Clock = std::chrono::steady_clock;
using Kind = CallOutcome::Kind;
using system::UniqueFd;

constexpr std::size_t longest_answer = 4096;
/// After the script's end its output has been written to our pipe in whole; this is only how long it may
/// take to be read.
constexpr std::chrono::seconds drain_limit{2};

/// The signals that the script is to have instead of us, readable; put back at the end.
class Interruptions {
public:
    Interruptions() noexcept
    {
        sigset_t passed;
        ::sigemptyset(&passed);
        for (const int signo : {SIGINT, SIGTERM, SIGHUP, SIGQUIT})
            ::sigaddset(&passed, signo);
        (void)::sigprocmask(SIG_BLOCK, &passed, &before_);
        fd_.reset(::signalfd(-1, &passed, SFD_CLOEXEC | SFD_NONBLOCK));
    }
    Interruptions(const Interruptions&) = delete;
    Interruptions& operator=(const Interruptions&) = delete;
    ~Interruptions() { (void)::sigprocmask(SIG_SETMASK, &before_, nullptr); }

    [[nodiscard]] int get() const noexcept { return fd_.get(); }
    /// 0 for none.
    [[nodiscard]] int next() const noexcept
    {
        signalfd_siginfo info{};
        return ::read(fd_.get(), &info, sizeof info) == static_cast<ssize_t>(sizeof info)
                   ? static_cast<int>(info.ssi_signo)
                   : 0;
    }

private:
    sigset_t before_{};
    UniqueFd fd_;
};

/// One call on its connection, from the request to the end.
class Call {
public:
    explicit Call(UniqueFd connection) : connection_(std::move(connection)) {}

    /// False with errno set.
    bool send(const CallRequest& request)
    {
        int ends[2];
        if (::pipe2(ends, O_CLOEXEC) != 0)
            return false;
        output_.reset(ends[0]);
        const UniqueFd writer{ends[1]};
        // The keeper's end must not block; ours may.
        if (::fcntl(writer.get(), F_SETFL, O_NONBLOCK) != 0)
            return false;
        const std::string body = pack_call(request);
        std::string bytes = fmt::format("call {}\n", body.size()) + body;
        iovec place{bytes.data(), bytes.size()};
        alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int))> room{};
        msghdr message{};
        message.msg_iov = &place;
        message.msg_iovlen = 1;
        message.msg_control = room.data();
        message.msg_controllen = room.size();
        cmsghdr* const head = CMSG_FIRSTHDR(&message);
        head->cmsg_level = SOL_SOCKET;
        head->cmsg_type = SCM_RIGHTS;
        head->cmsg_len = CMSG_LEN(sizeof(int));
        const int number = writer.get();
        std::memcpy(CMSG_DATA(head), &number, sizeof number);
        // A socket that was just connected has room for all of it.
        const ssize_t sent = ::sendmsg(connection_.get(), &message, MSG_NOSIGNAL);
        if (sent >= 0 && static_cast<std::size_t>(sent) != bytes.size())
            errno = EMSGSIZE;
        return sent == static_cast<ssize_t>(bytes.size());
    }

    CallOutcome wait(Clock::time_point answer_by)
    {
        for (;;) {
            const bool told = outcome_.kind == Kind::ended;
            if (over_ && (!told || !output_ || Clock::now() >= drain_by_))
                return std::move(outcome_);
            pollfd polled[] = {{over_ ? -1 : connection_.get(), POLLIN, 0},
                               {output_.get(), POLLIN, 0},
                               {interruptions_.get(), POLLIN, 0}};
            const int ready = ::poll(polled, 3, timeout(answer_by));
            if (ready < 0 && errno != EINTR)
                return {Kind::lost, 0, std::strerror(errno)};
            if (polled[1].revents != 0)
                copy_output();
            if (polled[2].revents != 0)
                pass_on();
            if (polled[0].revents != 0)
                read_answers();
            if (!taken_ && !over_ && Clock::now() >= answer_by)
                give_up();
        }
    }

private:
    [[nodiscard]] int timeout(Clock::time_point answer_by) const noexcept
    {
        if (taken_ && !over_)
            return -1;
        const auto until = over_ ? drain_by_ : answer_by;
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - Clock::now()).count();
        return static_cast<int>(std::clamp<std::int64_t>(left, 0, 60'000));
    }

    void copy_output() noexcept
    {
        std::array<char, 16384> part;
        const ssize_t got = ::read(output_.get(), part.data(), part.size());
        if (got < 0 && errno == EINTR)
            return;
        // A stdout that is gone is no reason to interrupt the script.
        if (got <= 0)
            output_.reset();
        else
            (void)system::write_text(STDOUT_FILENO, {part.data(), static_cast<std::size_t>(got)});
    }

    void pass_on() noexcept
    {
        if (const int signo = interruptions_.next(); signo != 0) {
            char line[32];
            const auto end = fmt::format_to_n(line, sizeof line, "signal {}\n", signo);
            (void)::send(connection_.get(), line, end.size, MSG_NOSIGNAL);
        }
    }

    void read_answers()
    {
        std::array<char, 512> part;
        const ssize_t got = ::recv(connection_.get(), part.data(), part.size(), MSG_DONTWAIT);
        if (got < 0 && (errno == EAGAIN || errno == EINTR))
            return;
        if (got > 0 && text_.size() < longest_answer)
            text_.append(part.data(), static_cast<std::size_t>(got));
        for (std::size_t end = text_.find('\n'); end != std::string::npos && !over_; end = text_.find('\n')) {
            take(std::string_view(text_).substr(0, end));
            text_.erase(0, end + 1);
        }
        if (got <= 0 && !over_)
            take(text_); // a refusal by the socket itself has no newline
        if (got <= 0 && !over_)
            finish({taken_ ? Kind::lost : Kind::refused, 0, "it hung up"});
    }

    void take(std::string_view line)
    {
        boost::system::error_code error;
        const boost::json::value value = boost::json::parse(line, error);
        const boost::json::object* const answer = error ? nullptr : value.if_object();
        if (answer == nullptr)
            return;
        if (answer->contains("accepted"))
            taken_ = true;
        else if (const boost::json::value* exit = answer->if_contains("exit"); exit && exit->is_int64())
            finish({Kind::ended, static_cast<int>(exit->get_int64()), {}});
        else if (const boost::json::value* why = answer->if_contains("error"); why && why->is_string())
            finish({taken_ ? Kind::lost : Kind::refused, 0, std::string(why->get_string())});
    }

    void finish(CallOutcome outcome)
    {
        outcome_ = std::move(outcome);
        over_ = true;
        drain_by_ = Clock::now() + drain_limit;
    }

    /// From here on init cannot take the call up: its answer would fail. One that was sent before is read.
    void give_up()
    {
        (void)::shutdown(connection_.get(), SHUT_RD);
        read_answers();
        if (!taken_ && !over_)
            finish({Kind::refused, 0, "it has not answered in time"});
    }

    UniqueFd connection_;
    UniqueFd output_;
    Interruptions interruptions_;
    std::string text_;
    bool taken_ = false;
    bool over_ = false;
    Clock::time_point drain_by_{};
    CallOutcome outcome_;
};

} // namespace

CallOutcome call_service(const std::string& folder, const CallRequest& request,
                         std::chrono::milliseconds limit)
{
    const auto answer_by = Clock::now() + limit;
    auto connection = connect_to_init(folder, limit);
    if (!connection) {
        const int error = connection.error().value();
        const bool nobody = error == ENOENT || error == ECONNREFUSED || error == ENOTDIR;
        return {nobody ? Kind::no_init : Kind::refused, 0, connection.error().message()};
    }
    Call call{std::move(*connection)};
    if (!call.send(request))
        return {Kind::refused, 0, std::strerror(errno)};
    return call.wait(answer_by);
}

CallRequest make_call(std::string service, std::vector<std::string> arguments)
{
    CallRequest request{std::move(service), std::move(arguments), {}, {}};
    for (char** variable = environ; variable != nullptr && *variable != nullptr; ++variable)
        if (may_be_handed_on(*variable))
            request.environment.emplace_back(*variable);
    for (int resource = 0; resource < RLIM_NLIMITS; ++resource) {
        rlimit limit{};
        if (::getrlimit(static_cast<__rlimit_resource_t>(resource), &limit) == 0)
            request.limits.push_back({resource, limit.rlim_cur});
    }
    return request;
}

} // namespace init::control
