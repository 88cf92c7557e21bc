// SPDX-License-Identifier: MIT
#include "host/linux_host.h"

#include "control/status_json.h"
#include "system/process_title.h"

#include <fmt/format.h>

#include <poll.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <ctime>

namespace init::host {
namespace {

using namespace std::chrono_literals;
namespace asio = boost::asio;

constexpr std::size_t queue_places = 64;
constexpr std::size_t signals_at_once = 8;
constexpr int children_at_once = 64; ///< then other events get their turn
constexpr auto status_delay = 300ms; ///< a burst of changes is written once

int open_signals() noexcept
{
    sigset_t all;
    sigfillset(&all);
    for (const int fault : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGTRAP, SIGSYS})
        sigdelset(&all, fault);
    return ::signalfd(-1, &all, SFD_NONBLOCK | SFD_CLOEXEC);
}

/// Nothing passes a handler: what it throws costs that handler's work, is said, and the loop goes on.
template <class Handler> void guarded(system::Host& host, const char* where, Handler&& handler) noexcept
{
    try {
        handler();
    } catch (const std::exception& e) {
        host.say(where);
        host.say(e.what());
    } catch (...) {
        host.say(where);
    }
}

} // namespace

LinuxHost::LinuxHost(std::unique_ptr<keeper::KeeperPool> pool, const model::Settings& settings)
    : pool_(std::move(pool)), signals_(io_, open_signals()), messages_(io_, pool_->descriptor()), clock_(io_),
      queue_(queue_places), sink_([this](system::Event event) { take(std::move(event)); }),
      state_([this](std::string_view line) { say(line); }),
      fifo_(
          *this, [this](std::string_view line) { say(line); },
          [this](const model::InitctlRequest& request) { take(system::Requested{request}); }),
      socket_(*this, {[this] { return status_json(); },
                      [this](const model::InitctlRequest& request) { take(system::Requested{request}); },
                      [this](std::string_view line) { say(line); }}),
      set_hostname_(settings.hostname), log_(settings.log), is_first_(::getpid() == 1),
      terminal_(::isatty(STDIN_FILENO) == 1)
{
    wait_for_signals();
    wait_for_keepers();
}

LinuxHost::~LinuxHost()
{
    // The pool owns this descriptor.
    (void)messages_.release();
}

system::TimePoint LinuxHost::now() noexcept
{
    return std::chrono::steady_clock::now();
}

std::int64_t LinuxHost::wall_clock() noexcept
{
    return ::time(nullptr);
}

// --- The loop ---------------------------------------------------------------------------------------

system::Event LinuxHost::next_event()
{
    while (!collect_due()) {
        if (austere_)
            wait_with_poll();
        else
            wait_with_asio();
    }
    return queue_.pop();
}

/// Puts due timers and children left over into the queue; true when there is an event to give.
bool LinuxHost::collect_due() noexcept
{
    if (reap_again_ && queue_.room() > queue_places / 2)
        reap();
    const system::TimePoint at = now();
    while (const std::optional<system::Timer> due = timers_.take_due(at))
        take(system::TimerFired{*due});
    if (status_due_ && *status_due_ <= at && !austere_) {
        status_due_.reset();
        guarded(*this, "writing the status file failed; it is written at the next change",
                [this] { write_status(); });
    }
    return !queue_.is_empty();
}

void LinuxHost::wait_with_asio()
{
    std::optional<system::TimePoint> soonest = timers_.soonest();
    for (const auto& time : {status_due_, socket_.next_expiry()})
        if (time && (!soonest || *time < *soonest))
            soonest = time;
    guarded(*this, "waiting for events failed; trying again", [&] {
        if (soonest && (!clock_set_ || *clock_set_ != *soonest)) {
            clock_.expires_at(*soonest);
            clock_.async_wait([this](const boost::system::error_code& error) {
                if (!error)
                    clock_set_.reset();
            });
            clock_set_ = soonest;
        } else if (!soonest && clock_set_) {
            clock_.cancel();
            clock_set_.reset();
        }
        if (reap_again_)
            io_.poll_one();
        else
            io_.run_one();
        if (const auto expiry = socket_.next_expiry(); expiry && *expiry <= now())
            socket_.expire(now());
    });
}

void LinuxHost::wait_with_poll() noexcept
{
    std::array<pollfd, 2> waits = {pollfd{signals_.native_handle(), POLLIN, 0},
                                   pollfd{pool_->descriptor(), POLLIN, 0}};
    timespec timeout{};
    const std::optional<system::TimePoint> soonest = timers_.soonest();
    if (soonest && !reap_again_) {
        const auto left = std::max<std::chrono::nanoseconds>(*soonest - now(), 0ns);
        timeout.tv_sec = static_cast<time_t>(left / 1s);
        timeout.tv_nsec = static_cast<long>((left % 1s).count());
    }
    if (::ppoll(waits.data(), waits.size(), soonest || reap_again_ ? &timeout : nullptr, nullptr) <= 0)
        return;
    if (waits[1].revents != 0)
        read_keepers();
    if (waits[0].revents != 0)
        read_signals();
}

void LinuxHost::wait_for_signals()
{
    signals_.async_wait(asio::posix::stream_descriptor::wait_read,
                        [this](const boost::system::error_code& error) {
                            if (error || austere_)
                                return;
                            read_signals();
                            wait_for_signals();
                        });
}

void LinuxHost::wait_for_keepers()
{
    messages_.async_wait(asio::posix::stream_descriptor::wait_read,
                         [this](const boost::system::error_code& error) {
                             if (error || austere_)
                                 return;
                             read_keepers();
                             wait_for_keepers();
                         });
}

void LinuxHost::read_keepers() noexcept
{
    guarded(*this, "reading the keepers' messages failed; going on", [this] {
        // What does not fit now is read at the next wake-up: the descriptor stays readable.
        pool_->receive(std::min<std::size_t>(queue_.room() / 2, 64), sink_);
    });
}

void LinuxHost::read_signals() noexcept
{
    std::array<signalfd_siginfo, signals_at_once> infos;
    const ssize_t got = ::read(signals_.native_handle(), infos.data(), sizeof infos);
    bool children = false;
    for (std::size_t i = 0; got > 0 && i < static_cast<std::size_t>(got) / sizeof infos[0]; ++i) {
        const signalfd_siginfo& info = infos[i];
        if (info.ssi_signo == SIGCHLD) {
            children = true;
            continue;
        }
        const bool from_kernel = info.ssi_code == SI_KERNEL;
        const auto sender = static_cast<pid_t>(info.ssi_pid);
        const bool outside =
            !from_kernel && (is_first_ ? sender == 0 : belonging(sender).owner == Owner::stranger);
        take(system::SignalReceived{static_cast<int>(info.ssi_signo), from_kernel, outside, sender});
    }
    if (children)
        reap();
}

void LinuxHost::reap() noexcept
{
    reap_again_ = false;
    int reaped = 0;
    for (; reaped < children_at_once; ++reaped) {
        int status = 0;
        const pid_t pid = ::waitpid(-1, &status, WNOHANG);
        if (pid < 0 && errno == EINTR)
            continue;
        if (pid <= 0)
            break;
        child_ended(pid, status);
    }
    reap_again_ = reaped == children_at_once;
    if (reaped != 0 && orphans_matter_) {
        orphans_matter_ = false;
        take(system::OrphansReaped{});
    }
}

void LinuxHost::child_ended(pid_t pid, int status) noexcept
{
    guarded(*this, "handling the end of a child failed; going on", [&] {
        const auto child = std::find(children_.begin(), children_.end(), pid);
        if (child != children_.end()) {
            *child = children_.back();
            children_.pop_back();
            take(system::ChildEnded{pid, status});
            return;
        }
        if (forget_watched(pid))
            take(system::ProcessEnded{pid, status});
        pool_->child_ended(pid, status, sink_);
    });
}

/// Every event comes through here. A keeper's word about a watched process counts once.
void LinuxHost::take(system::Event event) noexcept
{
    if (const auto* ended = std::get_if<system::ProcessEnded>(&event))
        forget_watched(ended->pid);
    guarded(*this, "out of memory for an event; it is lost", [&] { queue_.push(std::move(event)); });
}

// --- Control channels -------------------------------------------------------------------------------

void LinuxHost::add(int fd, control::Interest interest)
{
    const auto known = channels_.find(fd);
    if (known != channels_.end()) {
        known->second.interest = interest;
        known->second.descriptor.cancel();
    } else {
        channels_.emplace(fd, Channel{asio::posix::stream_descriptor(io_, fd), interest});
    }
    wait_for(fd);
}

void LinuxHost::remove(int fd) noexcept
{
    const auto known = channels_.find(fd);
    if (known == channels_.end())
        return;
    (void)known->second.descriptor.release();
    channels_.erase(known);
}

void LinuxHost::wait_for(int fd)
{
    Channel& channel = channels_.at(fd);
    const auto what = channel.interest == control::Interest::read
                          ? asio::posix::stream_descriptor::wait_read
                          : asio::posix::stream_descriptor::wait_write;
    channel.descriptor.async_wait(what, [this, fd](const boost::system::error_code& error) {
        if (error || austere_)
            return;
        guarded(*this, "serving a control channel failed; going on", [&] { channel_ready(fd); });
    });
}

void LinuxHost::channel_ready(int fd)
{
    fifo_.receive(fd);
    socket_.ready(fd, now());
    // The owner may have dropped it, or dropped it and opened another one of the same number, which then
    // waits already.
    const auto known = channels_.find(fd);
    if (known != channels_.end())
        wait_for(fd);
}

// --- Log --------------------------------------------------------------------------------------------

void LinuxHost::say(std::string_view line) noexcept
{
    pool_->say(line);
}

void LinuxHost::debug(std::string_view line) noexcept
{
    if (log_ == model::LogChoice::debug)
        pool_->say(line);
}

void LinuxHost::set_title(std::string_view title) noexcept
{
    system::set_title(title, "init");
}

void LinuxHost::finish(std::optional<system::TimePoint> deadline) noexcept
{
    const system::TimePoint until = std::min(deadline.value_or(now() + 2s), now() + 2s);
    pool_->close();
    while (pool_->scribe() != 0 && now() < until) {
        reap();
        if (pool_->scribe() == 0)
            break;
        pollfd wait{signals_.native_handle(), POLLIN, 0};
        const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(until - now());
        if (::poll(&wait, 1, static_cast<int>(std::max<long long>(left.count(), 0))) > 0) {
            std::array<signalfd_siginfo, signals_at_once> infos;
            (void)!::read(signals_.native_handle(), infos.data(), sizeof infos);
        }
    }
}

} // namespace init::host
