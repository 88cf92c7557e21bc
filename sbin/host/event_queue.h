// SPDX-License-Identifier: MIT
// The queue between what the kernel tells and what the supervisor does: a ring that is made once, so that putting an event
// in allocates nothing when memory has run out.
#pragma once

#include "system/host.h"

#include <vector>

namespace init::host {

class EventQueue {
public:
    explicit EventQueue(std::size_t capacity) : ring_(capacity) {}

    [[nodiscard]] bool is_empty() const noexcept { return count_ == 0; }
    /// Sources stop reading while fewer than this many places are left.
    [[nodiscard]] std::size_t room() const noexcept { return ring_.size() - count_; }

    /// False, and the event is lost, when the ring is full: a source has not asked for room.
    bool push(system::Event event) noexcept
    {
        if (count_ == ring_.size())
            return false;
        ring_[(head_ + count_++) % ring_.size()] = std::move(event);
        return true;
    }
    /// Only when it is not empty.
    system::Event pop() noexcept
    {
        system::Event event = std::move(ring_[head_]);
        head_ = (head_ + 1) % ring_.size();
        --count_;
        return event;
    }

private:
    std::vector<system::Event> ring_;
    std::size_t head_ = 0;
    std::size_t count_ = 0;
};

}  // namespace init::host
