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
            if (folders_.drain())
                doubt();
        });
    if (!heard)
        log_.say(fmt::format("cannot watch for pid files: {}; a service that is started by hand is noticed "
                             "only when a process of its ends",
                             heard.error().message()));
}

void OwnershipDoubt::watch_folder(const std::string& folder) noexcept
{
    if (const auto watched = folders_.add(folder); !watched)
        say_if_possible(log_, [&] {
            log_.say(fmt::format("cannot watch {} for pid files: {}; going on without it", folder,
                                 watched.error().message()));
        });
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
