// SPDX-License-Identifier: MIT
#include "host/upkeep.h"

#include "world/guarded.h"

#include <fcntl.h>

#include <algorithm>

namespace init::host {
namespace {

using namespace std::chrono_literals;

/// A burst is one mending, and whoever removes a folder has the time to come to its end.
constexpr auto delay = 250ms;
/// One part of this many of the time goes into it, however often somebody mounts.
constexpr int share = 20;

} // namespace

Upkeep::Upkeep(Loop& loop, world::Log& log, std::function<void()> mend)
    : loop_(loop), log_(log), mend_(std::move(mend))
{
    loop.add_chore(*this, Loop::Weight::rare);
}

void Upkeep::listen() noexcept
{
    if (mounts_ || loop_.is_in_reserve())
        return;
    system::UniqueFd mounts{::open("/proc/self/mountinfo", O_RDONLY | O_CLOEXEC)};
    if (!mounts)
        return;
    world::guarded(log_, "mounts are not heard of; going on without", [&] {
        if (loop_.add(mounts.get(), control::Interest::change, [this] { doubt(); }))
            mounts_ = std::move(mounts);
    });
}

void Upkeep::doubt() noexcept
{
    if (!due_)
        due_ = std::max(loop_.now() + delay, not_before_);
}

void Upkeep::work(world::TimePoint now) noexcept
{
    due_.reset();
    world::guarded(log_, "what a mount or a removal has taken from init is made anew later", mend_);
    const world::TimePoint over = loop_.now();
    not_before_ = over + (share - 1) * (over - now);
}

} // namespace init::host
