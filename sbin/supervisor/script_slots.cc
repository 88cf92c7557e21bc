// SPDX-License-Identifier: MIT
#include "supervisor/script_slots.h"

#include <utility>

namespace init::supervisor {

namespace {

using namespace std::chrono_literals;

/// A shell has read its script by then, and sleeps where that is all it does.
constexpr std::chrono::milliseconds first_pause = 3ms;
constexpr std::chrono::milliseconds longest_pause = 100ms;
constexpr int share = 20; ///< a twentieth of the time goes into looks, at most

} // namespace

void ScriptSlots::begin(std::optional<unsigned> said, std::size_t by_default) noexcept
{
    jobs_ = said ? *said : by_default;
    is_fixed_ = said.has_value();
    waiting_ = 0;
    pause_ = first_pause;
    if (std::exchange(is_asked_, false))
        clock_.disarm({world::Timer::Kind::start_look});
}

void ScriptSlots::ask_for_look() noexcept
{
    if (is_fixed_ || std::exchange(is_asked_, true))
        return;
    clock_.arm({world::Timer::Kind::start_look}, clock_.now() + pause_);
}

/// Where all compute the next look is further away each time.
void ScriptSlots::looked(bool is_room, world::TimePoint::duration took) noexcept
{
    is_asked_ = false;
    pause_ = is_room ? first_pause : std::min<world::TimePoint::duration>(2 * pause_, longest_pause);
    pause_ = std::max(pause_, share * took);
}

} // namespace init::supervisor
