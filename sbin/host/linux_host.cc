// SPDX-License-Identifier: MIT
#include "host/linux_host.h"

#include "system/pidfd.h"
#include "system/process_title.h"
#include "world/guarded.h"

#include <fmt/format.h>

#include <poll.h>
#include <sys/epoll.h>
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

constexpr std::size_t queue_places = 64;
constexpr std::size_t signals_at_once = 8;
constexpr int channels_at_once = 8;
constexpr std::int64_t longest_wait = 3'600'000; ///< ms; a timer that is further away is looked at again then
constexpr std::uint64_t pidfd_tag = std::uint64_t{1}
                                    << 32; ///< in an epoll event: a pid follows, not a descriptor
constexpr int children_at_once = 64;       ///< then other events get their turn
constexpr auto status_delay = 300ms;       ///< a burst of changes is written once
constexpr auto ownership_delay = 250ms;    ///< likewise; a storm of orphans costs four looks a second

int open_signals() noexcept
{
    sigset_t all;
    sigfillset(&all);
    for (const int fault : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGTRAP, SIGSYS})
        sigdelset(&all, fault);
    return ::signalfd(-1, &all, SFD_NONBLOCK | SFD_CLOEXEC);
}

} // namespace

LinuxHost::LinuxHost(std::unique_ptr<keeper::KeeperPool> pool, const model::Settings& settings)
    : pool_(std::move(pool)), events_(::epoll_create1(EPOLL_CLOEXEC)), signals_(open_signals()),
      rare_(::epoll_create1(EPOLL_CLOEXEC)), queue_(queue_places),
      sink_([this](world::Event event) { take(std::move(event)); }),
      state_([this](std::string_view line) { say(line); }),
      fifo_(
          *this, [this](std::string_view line) { say(line); },
          [this](const model::InitctlRequest& request) { take(world::Requested{request}); }),
      callers_(*this, sink_),
      socket_(*this, {[this] { return status_json(); },
                      [this](const model::InitctlRequest& request) { take(world::Requested{request}); },
                      [this](system::UniqueFd connection, system::UniqueFd pipe, control::CallRequest call) {
                          callers_.admit(std::move(connection), std::move(pipe), std::move(call));
                      },
                      [this](std::string_view line) { say(line); }}),
      set_hostname_(settings.hostname), log_(settings.log), is_first_(::getpid() == 1),
      terminal_(::isatty(STDIN_FILENO) == 1)
{
    wait_for(Source::signals, signals_.get());
    wait_for(Source::keepers, pool_->descriptor());
    wait_for(Source::rare, rare_.get());
    if (folders_.descriptor() >= 0)
        wait_for(Source::folders, folders_.descriptor());
}

LinuxHost::~LinuxHost() = default;

world::TimePoint LinuxHost::now() noexcept
{
    return std::chrono::steady_clock::now();
}

std::int64_t LinuxHost::wall_clock() noexcept
{
    return ::time(nullptr);
}

// --- The loop ---------------------------------------------------------------------------------------

world::Event LinuxHost::next_event()
{
    while (!collect_due())
        wait();
    return queue_.pop();
}

/// Puts due timers and children left over into the queue; true when there is an event to give.
bool LinuxHost::collect_due() noexcept
{
    if (reap_again_)
        reap();
    const world::TimePoint at = now();
    while (const std::optional<world::Timer> due = timers_.take_due(at))
        take(world::TimerFired{*due});
    if (austere_)
        return !queue_.is_empty();
    if (ownership_due_ && *ownership_due_ <= at) {
        ownership_due_.reset();
        take(world::OwnershipUnsure{});
    }
    if (status_due_ && *status_due_ <= at) {
        status_due_.reset();
        guarded(*this, "writing the status file failed; it is written at the next change",
                [this] { write_status(); });
    }
    if (const auto expiry = socket_.next_expiry(); expiry && *expiry <= at)
        guarded(*this, "dropping slow clients failed; trying again", [&] { socket_.expire(at); });
    return !queue_.is_empty();
}

std::optional<world::TimePoint> LinuxHost::soonest() const noexcept
{
    std::optional<world::TimePoint> first = timers_.soonest();
    if (austere_)
        return first;
    for (const auto& time : {status_due_, ownership_due_, socket_.next_expiry()})
        if (time && (!first || *time < *first))
            first = time;
    return first;
}

void LinuxHost::wait() noexcept
{
    int timeout = -1;
    if (const std::optional<world::TimePoint> until = soonest(); reap_again_) {
        timeout = 0;
    } else if (until) {
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(*until - now());
        timeout = static_cast<int>(std::clamp<std::int64_t>(left.count(), 0, longest_wait));
    }
    std::array<epoll_event, 4> ready;
    const int count = ::epoll_wait(events_.get(), ready.data(), static_cast<int>(ready.size()), timeout);
    for (int i = 0; i < count; ++i) {
        switch (static_cast<Source>(ready[static_cast<std::size_t>(i)].data.u32)) {
        case Source::keepers:
            read_keepers();
            break;
        case Source::signals:
            read_signals();
            break;
        case Source::rare:
            serve_channels();
            break;
        case Source::folders:
            if (folders_.drain())
                doubt_ownership();
            break;
        }
    }
}

void LinuxHost::wait_for(Source source, int fd) noexcept
{
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.u32 = static_cast<std::uint32_t>(source);
    (void)::epoll_ctl(events_.get(), EPOLL_CTL_ADD, fd,
                      &event); // cannot fail for descriptors that exist, but for memory
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
    const ssize_t got = ::read(signals_.get(), infos.data(), sizeof infos);
    bool children = false;
    for (std::size_t i = 0; got > 0 && i < static_cast<std::size_t>(got) / sizeof infos[0]; ++i) {
        const signalfd_siginfo& info = infos[i];
        if (info.ssi_signo == SIGCHLD) {
            children = true;
            continue;
        }
        const bool from_kernel = info.ssi_code == SI_KERNEL;
        const auto sender = static_cast<pid_t>(info.ssi_pid);
        if (sender == ::getpid())
            continue; // PIPE, from a write of ours whose error was seen
        const bool outside =
            !from_kernel && (is_first_ ? sender == 0 : belonging(sender).owner == Owner::stranger);
        take(world::SignalReceived{static_cast<int>(info.ssi_signo), from_kernel, outside, sender});
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
        take(world::OrphansReaped{});
    }
}

void LinuxHost::doubt_ownership() noexcept
{
    if (!ownership_due_)
        ownership_due_ = now() + ownership_delay;
}

void LinuxHost::child_ended(pid_t pid, int status) noexcept
{
    guarded(*this, "handling the end of a child failed; going on", [&] {
        const auto child = std::find(children_.begin(), children_.end(), pid);
        if (child != children_.end()) {
            *child = children_.back();
            children_.pop_back();
            take(world::ChildEnded{pid, status});
            return;
        }
        const bool watched = forget_watched(pid);
        if (watched)
            take(world::ProcessEnded{pid, status});
        if (!pool_->child_ended(pid, status, sink_) && !watched)
            doubt_ownership(); // an orphan: somebody has run something by hand
    });
}

/// Every event comes through here. A keeper's word about a watched process counts once.
void LinuxHost::take(world::Event event) noexcept
{
    if (const auto* ended = std::get_if<world::ProcessEnded>(&event))
        forget_watched(ended->pid);
    guarded(*this, "out of memory for an event; it is lost", [&] { queue_.push(std::move(event)); });
}

// --- Control channels -------------------------------------------------------------------------------

void LinuxHost::add(int fd, control::Interest interest)
{
    epoll_event event{};
    event.events = interest == control::Interest::read ? EPOLLIN : EPOLLOUT;
    event.data.u64 = static_cast<std::uint64_t>(fd);
    if (::epoll_ctl(rare_.get(), EPOLL_CTL_ADD, fd, &event) != 0 && errno == EEXIST)
        (void)::epoll_ctl(rare_.get(), EPOLL_CTL_MOD, fd, &event);
}

void LinuxHost::remove(int fd) noexcept
{
    (void)::epoll_ctl(rare_.get(), EPOLL_CTL_DEL, fd, nullptr);
}

/// Level-triggered, as the channels want it. A descriptor that one of them has dropped meanwhile is passed
/// over by its owner.
void LinuxHost::serve_channels() noexcept
{
    std::array<epoll_event, channels_at_once> ready;
    const int count = ::epoll_wait(rare_.get(), ready.data(), channels_at_once, 0);
    for (int i = 0; i < count; ++i) {
        const std::uint64_t tag = ready[static_cast<std::size_t>(i)].data.u64;
        guarded(*this, "serving a control channel failed; going on", [&] {
            if ((tag & pidfd_tag) != 0) {
                pidfd_ready(static_cast<pid_t>(tag & ~pidfd_tag));
                return;
            }
            fifo_.receive(static_cast<int>(tag));
            socket_.ready(static_cast<int>(tag), now());
            callers_.ready(static_cast<int>(tag));
        });
    }
}

void LinuxHost::watch_through_pidfd(pid_t pid)
{
    world::Result<system::UniqueFd> pidfd = system::open_pidfd(pid);
    if (!pidfd) {
        if (pidfd.error() == boost::system::errc::no_such_process)
            take(world::ProcessEnded{pid, std::nullopt});
        return; // ENOSYS: its end is seen when somebody asks for the status
    }
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.u64 = pidfd_tag | static_cast<std::uint64_t>(pid);
    if (::epoll_ctl(rare_.get(), EPOLL_CTL_ADD, pidfd->get(), &event) == 0)
        watched_.back().pidfd = std::move(*pidfd);
}

void LinuxHost::pidfd_ready(pid_t pid)
{
    reap(); // it may have become our child, and then its status is known
    if (forget_watched(pid))
        take(world::ProcessEnded{pid, std::nullopt});
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

void LinuxHost::finish(std::optional<world::TimePoint> deadline) noexcept
{
    const world::TimePoint until = std::min(deadline.value_or(now() + 2s), now() + 2s);
    pool_->close();
    while (pool_->scribe() != 0 && now() < until) {
        reap();
        if (pool_->scribe() == 0)
            break;
        pollfd wait{signals_.get(), POLLIN, 0};
        const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(until - now());
        if (::poll(&wait, 1, static_cast<int>(std::max<long long>(left.count(), 0))) > 0) {
            std::array<signalfd_siginfo, signals_at_once> infos;
            (void)!::read(signals_.get(), infos.data(), sizeof infos);
        }
    }
}

} // namespace init::host
