// SPDX-License-Identifier: MIT
// The queue between what the kernel tells and what the supervisor does: a ring that holds what one wake-up
// brings, grows in a burst, and can be told to allocate no more.
#pragma once

#include "world/host.h"

#include <vector>

namespace init::host {

class EventQueue {
public:
    explicit EventQueue(std::size_t capacity) : ring_(capacity) {}

    [[nodiscard]] bool is_empty() const noexcept { return count_ == 0; }
    /// Places that are free without growing; sources read no more than fits at a time.
    [[nodiscard]] std::size_t room() const noexcept { return ring_.size() - count_; }

    /// Grows a full ring. After `stop_growing` the event is dropped instead, and the answer is false.
    bool push(world::Event event)
    {
        if (count_ == ring_.size() && !grow())
            return false;
        ring_[(head_ + count_++) % ring_.size()] = std::move(event);
        return true;
    }
    /// From now on so many events find a place without memory.
    void reserve(std::size_t places)
    {
        while (ring_.size() < places && grow()) {
        }
    }
    /// From now on nothing is allocated.
    void stop_growing() noexcept { may_grow_ = false; }

    /// Only when it is not empty.
    world::Event pop() noexcept
    {
        world::Event event = std::move(ring_[head_]);
        head_ = (head_ + 1) % ring_.size();
        --count_;
        return event;
    }

private:
    bool grow()
    {
        if (!may_grow_)
            return false;
        std::vector<world::Event> larger(ring_.size() * 2);
        for (std::size_t i = 0; i < count_; ++i)
            larger[i] = std::move(ring_[(head_ + i) % ring_.size()]);
        ring_ = std::move(larger);
        head_ = 0;
        return true;
    }

    std::vector<world::Event> ring_;
    bool may_grow_ = true;
    std::size_t head_ = 0;
    std::size_t count_ = 0;
};

} // namespace init::host
