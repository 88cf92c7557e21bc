// SPDX-License-Identifier: MIT
#include "host/signals.h"

#include <poll.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>

namespace init::host {
namespace {

constexpr std::size_t signals_at_once = 8;

} // namespace

world::Result<system::UniqueFd> Signals::open() noexcept
{
    sigset_t all;
    sigfillset(&all);
    for (const int fault : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGTRAP, SIGSYS})
        sigdelset(&all, fault);
    system::UniqueFd signals{::signalfd(-1, &all, SFD_NONBLOCK | SFD_CLOEXEC)};
    if (!signals)
        return world::errno_code();
    return signals;
}

Signals::Signals(system::UniqueFd signals, Loop& loop, Reaper& reaper, const Ownership& ownership) noexcept
    : signals_(std::move(signals)), loop_(loop), reaper_(reaper), ownership_(ownership)
{
}

world::Result<void> Signals::listen()
{
    return loop_.add_vital(signals_.get(), [this] { read(); });
}

void Signals::read() noexcept
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
            !from_kernel &&
            (ownership_.is_first() ? sender == 0 : ownership_.of(sender).owner == Belonging::Owner::stranger);
        loop_.push(world::SignalReceived{static_cast<int>(info.ssi_signo), from_kernel, outside, sender});
    }
    if (children)
        reaper_.reap();
}

void Signals::wait_until(world::TimePoint until) noexcept
{
    pollfd wait{signals_.get(), POLLIN, 0};
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(until - loop_.now());
    if (::poll(&wait, 1, static_cast<int>(std::max<long long>(left.count(), 0))) > 0) {
        std::array<signalfd_siginfo, signals_at_once> infos;
        (void)!::read(signals_.get(), infos.data(), sizeof infos);
    }
}

} // namespace init::host
