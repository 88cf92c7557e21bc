// SPDX-License-Identifier: MIT
#include "host/ownership_doubt.h"

#include "world/guarded.h"

#include <fmt/format.h>

namespace init::host {
namespace {

using namespace std::chrono_literals;

constexpr auto delay = 250ms; ///< a burst is told once

} // namespace

OwnershipDoubt::OwnershipDoubt(Loop& loop, world::Log& log) : loop_(loop), log_(log)
{
    loop.add_chore(*this, Loop::Weight::rare);
}

void OwnershipDoubt::listen()
{
    world::Result<void> heard = world::errno_code(folders_.error());
    if (folders_.descriptor() >= 0)
        heard = loop_.add(folders_.descriptor(), control::Interest::read, [this] {
            const system::FolderWatch::Noticed noticed = folders_.drain();
            if (noticed.written)
                doubt();
            if (noticed.lost && lost_)
                lost_();
        });
    if (!heard)
        log_.say(fmt::format("cannot watch for pid files: {}; a service that is started by hand is noticed "
                             "only when a process of its ends",
                             heard.error().message()));
}

void OwnershipDoubt::watch_folder(const std::string& folder) noexcept
{
    guarded(log_, "a folder is not watched for pid files; going on without it", [&] {
        watched_.insert(folder);
        watch_now(folder);
    });
}

void OwnershipDoubt::watch_now(const std::string& folder)
{
    if (answers_ && !answers_(folder))
        return; // which was said
    if (const auto watched = folders_.add(folder); !watched)
        log_.say(fmt::format("cannot watch {} for pid files: {}; going on without it", folder,
                             watched.error().message()));
}

void OwnershipDoubt::watch_again() noexcept
{
    guarded(log_, "a folder is not watched for pid files; going on without it", [this] {
        for (const std::string& folder : watched_)
            watch_now(folder);
    });
    doubt();
}

void OwnershipDoubt::doubt() noexcept
{
    if (!due_)
        due_ = loop_.now() + delay;
}

void OwnershipDoubt::work(world::TimePoint) noexcept
{
    due_.reset();
    loop_.push(world::OwnershipUnsure{});
}

} // namespace init::host
