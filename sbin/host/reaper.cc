// SPDX-License-Identifier: MIT
#include "host/reaper.h"

#include "world/guarded.h"

#include <sys/wait.h>

#include <cerrno>

namespace init::host {
namespace {

constexpr int children_at_once = 64; ///< then other events get their turn
constexpr std::size_t places_a_child = 8;

} // namespace

Reaper::Reaper(Loop& loop, world::Log& log, ChildEnded ended)
    : loop_(loop), log_(log), ended_(std::move(ended))
{
    loop.add_chore(*this, Loop::Weight::vital);
}

void Reaper::reap() noexcept
{
    int reaped = 0;
    while (reaped == 0 || (reaped < children_at_once && has_room())) {
        int status = 0;
        const pid_t pid = ::waitpid(-1, &status, WNOHANG);
        if (pid < 0 && errno == EINTR)
            continue;
        if (pid <= 0)
            break;
        ++reaped;
        guarded(log_, "handling the end of a child failed; going on", [&] { ended_(pid, status); });
    }
    has_more_ = reaped == children_at_once || (reaped != 0 && !has_room());
    if (reaped != 0 && is_told_) {
        is_told_ = false;
        loop_.push(world::OrphansReaped{});
    }
}

/// What ends must be told of without memory. From the reserve on nobody needs to be told.
bool Reaper::has_room() const noexcept
{
    return loop_.is_in_reserve() || loop_.room() >= places_a_child;
}

std::optional<world::TimePoint> Reaper::due() const noexcept
{
    return has_more_ ? std::optional(world::TimePoint{}) : std::nullopt;
}

void Reaper::work(world::TimePoint) noexcept
{
    reap();
}

} // namespace init::host
