// SPDX-License-Identifier: MIT
// What the channels of this layer ask of the loop that owns them: to be told when a descriptor is ready, and
// to get a line into the log. The loop answers by calling the owner's `ready` or `receive`.
#pragma once

#include <functional>
#include <string_view>

namespace init::control {

/// One line for the container's log. It must not block.
using Say = std::function<void(std::string_view)>;

enum class Interest { read, write };

class Waiter {
public:
    Waiter() = default;
    Waiter(const Waiter&) = delete;
    Waiter& operator=(const Waiter&) = delete;
    virtual ~Waiter() = default;

    /// Waits for one interest in `fd` until `remove`; a second call replaces the interest. Level-triggered:
    /// while the descriptor stays ready the owner is called again.
    virtual void add(int fd, Interest interest) = 0;
    /// Called before `fd` is closed, also from inside a callback for `fd`. Never for a descriptor that was
    /// not added.
    virtual void remove(int fd) noexcept = 0;
};

} // namespace init::control
