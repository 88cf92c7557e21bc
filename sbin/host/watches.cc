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
    const std::optional<system::ProcessStat> stat = system::read_process(pid);
    const auto parent_run = stat ? pool_.run_of_keeper(stat->parent) : std::nullopt;
    if (Watched* known = find(pid)) {
        // A script's child when it was first seen, it is the keeper's own when the script has ended.
        if (known->pidfd && parent_run && pool_.watch(*parent_run, pid))
            let_go_of_pidfd(*known);
        return;
    }
    watched_.push_back({pid, {}, run_above(pid), false});
    if (stat && stat->parent == ::getpid())
        return; // our own reaper will meet it
    if (parent_run && pool_.watch(*parent_run, pid))
        return;
    try {
        watch_through_pidfd(pid);
    } catch (...) {
        forget(pid); // else it would pass for watched
        throw;
    }
}

/// The run under whose keeper it sits, however deep.
std::optional<world::RunId> Watches::run_above(pid_t pid) const noexcept
{
    constexpr int longest_chain = 64;
    for (int steps = 0; steps < longest_chain && pid > 1; ++steps) {
        if (const auto run = pool_.run_of_keeper(pid))
            return run;
        const std::optional<system::ProcessStat> stat = system::read_process(pid);
        if (!stat)
            break;
        pid = stat->parent;
    }
    return std::nullopt;
}

void Watches::let_go_of_pidfd(Watched& watched) noexcept
{
    loop_.remove(watched.pidfd.get());
    watched.pidfd.reset();
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

/// A parent that has ended meanwhile has left it to init, or to its keeper, which answers for what it reaped.
void Watches::pidfd_ready(pid_t pid)
{
    reap_();
    Watched* const watched = find(pid);
    if (!watched)
        return;
    if (watched->run && pool_.watch(*watched->run, pid)) {
        let_go_of_pidfd(*watched);
        return;
    }
    forget(pid);
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
