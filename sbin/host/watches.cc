// SPDX-License-Identifier: MIT
#include "host/watches.h"

#include "system/process_table.h"
#include "system/signal_process.h"

#include <unistd.h>

#include <algorithm>

namespace init::host {
namespace {

using namespace std::chrono_literals;

constexpr auto look_again = 1s; ///< at those of whose end nobody tells

bool is_over(pid_t pid) noexcept
{
    const auto there = system::send_signal(pid, 0);
    if (!there && there.error() == boost::system::errc::no_such_process)
        return true;
    const std::optional<system::ProcessStat> stat = system::read_process(pid);
    return stat && (stat->state == 'Z' || stat->state == 'X');
}

} // namespace

Watches::Watches(Loop& loop, keeper::KeeperPool& pool, std::function<void()> reap, OpenPidfd open_pidfd)
    : loop_(loop), pool_(pool), reap_(std::move(reap)), open_pidfd_(open_pidfd)
{
    loop.add_chore(*this, Loop::Weight::rare);
}

Watches::~Watches()
{
    for (const Watched& watched : watched_)
        if (watched.pidfd)
            loop_.remove(watched.pidfd.get());
}

void Watches::watch(pid_t pid)
{
    if (find(pid))
        return;
    watched_.push_back({pid, {}, false});
    const std::optional<system::ProcessStat> stat = system::read_process(pid);
    if (stat && stat->parent == ::getpid())
        return; // our own reaper will meet it
    if (stat)
        if (const auto run = pool_.run_of_keeper(stat->parent); run && pool_.watch(*run, pid))
            return;
    watch_through_pidfd(pid);
}

void Watches::watch_through_pidfd(pid_t pid)
{
    world::Result<system::UniqueFd> pidfd = open_pidfd_(pid);
    const bool is_refused = !pidfd && pidfd.error() != boost::system::errc::no_such_process;
    if (pidfd && loop_.add(pidfd->get(), control::Interest::read, [this, pid] { pidfd_ready(pid); })) {
        find(pid)->pidfd = std::move(*pidfd);
    } else if ((pidfd || is_refused) && !is_over(pid)) {
        find(pid)->by_looking = true;
        if (!look_due_)
            look_due_ = loop_.now() + look_again;
    } else if (forget(pid)) {
        loop_.push(world::ProcessEnded{pid, std::nullopt});
    }
}

void Watches::pidfd_ready(pid_t pid)
{
    reap_();
    if (forget(pid))
        loop_.push(world::ProcessEnded{pid, std::nullopt});
}

void Watches::work(world::TimePoint now) noexcept
{
    look_due_.reset();
    for (std::size_t i = 0; i < watched_.size();) {
        const pid_t pid = watched_[i].pid;
        if (watched_[i].by_looking && is_over(pid)) {
            forget(pid); // another one takes its place
            loop_.push(world::ProcessEnded{pid, std::nullopt});
            continue;
        }
        if (watched_[i++].by_looking)
            look_due_ = now + look_again;
    }
}

bool Watches::child_ended(pid_t pid, int status) noexcept
{
    if (!forget(pid))
        return false;
    loop_.push(world::ProcessEnded{pid, status});
    return true;
}

void Watches::keeper_said(const world::ProcessEnded& ended) noexcept
{
    forget(ended.pid);
    loop_.push(ended);
}

Watches::Watched* Watches::find(pid_t pid) noexcept
{
    const auto found = std::ranges::find(watched_, pid, &Watched::pid);
    return found != watched_.end() ? &*found : nullptr;
}

bool Watches::forget(pid_t pid) noexcept
{
    Watched* const watched = find(pid);
    if (!watched)
        return false;
    if (watched->pidfd)
        loop_.remove(watched->pidfd.get());
    if (watched != &watched_.back())
        *watched = std::move(watched_.back());
    watched_.pop_back();
    return true;
}

} // namespace init::host
