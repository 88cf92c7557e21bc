// SPDX-License-Identifier: MIT
#include "host/reaper.h"

#include "world/guarded.h"

#include <sys/wait.h>

#include <cerrno>

namespace init::host {
namespace {

constexpr int children_at_once = 64; ///< then other events get their turn

} // namespace

Reaper::Reaper(Loop& loop, world::Log& log, ChildEnded ended)
    : loop_(loop), log_(log), ended_(std::move(ended))
{
    loop.add_chore(*this, Loop::Weight::vital);
}

void Reaper::reap() noexcept
{
    int reaped = 0;
    while (reaped < children_at_once) {
        int status = 0;
        const pid_t pid = ::waitpid(-1, &status, WNOHANG);
        if (pid < 0 && errno == EINTR)
            continue;
        if (pid <= 0)
            break;
        ++reaped;
        guarded(log_, "handling the end of a child failed; going on", [&] { ended_(pid, status); });
    }
    has_more_ = reaped == children_at_once;
    if (reaped != 0 && is_told_) {
        is_told_ = false;
        loop_.push(world::OrphansReaped{});
    }
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
