// SPDX-License-Identifier: MIT
// Counts the starts of a burst. The time comes from the caller; nothing is armed or logged here.
#include "model/respawn_limit.h"

namespace init::model {

RespawnLimit::Verdict RespawnLimit::ask(TimePoint now) noexcept
{
    if (held_until_ && now < *held_until_)
        return Verdict::hold;
    if (held_until_)
        clear();
    if (count_ == 0 || now - first_ > window) {
        first_ = now;
        count_ = 0;
    }
    if (count_ == burst) {
        held_until_ = now + pause;
        return Verdict::hold;
    }
    ++count_;
    return count_ == burst ? Verdict::start_is_last : Verdict::start;
}

void RespawnLimit::take_back() noexcept
{
    if (count_ != 0)
        --count_;
}

void RespawnLimit::clear() noexcept
{
    first_ = {};
    count_ = 0;
    held_until_.reset();
}

} // namespace init::model
