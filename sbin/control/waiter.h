// SPDX-License-Identifier: MIT
// What the channels of this layer ask of the loop that owns them: to be called when a descriptor is ready,
// and to get a line into the log.
#pragma once

#include "world/result.h"

#include <functional>
#include <string_view>

namespace init::control {

/// One line for the container's log. It must not block.
using Say = std::function<void(std::string_view)>;

enum class Interest {
    read,
    write,
    change ///< what the file tells of is another now; once for each change. Source: proc(5), mountinfo
};

class Waiter {
public:
    using Handler = std::function<void()>;

    Waiter() = default;
    Waiter(const Waiter&) = delete;
    Waiter& operator=(const Waiter&) = delete;
    virtual ~Waiter() = default;

    /// Calls `handler` whenever `fd` is ready, until `remove`; a second call for it replaces interest and
    /// handler. Level-triggered: while the descriptor stays ready the handler is called again. A handler may
    /// add and remove any descriptor, its own too; one that was removed is not called any more.
    /// Errors: errno of epoll_ctl(2), as ENOSPC and ENOMEM; then nothing is waited for.
    [[nodiscard]] virtual world::Result<void> add(int fd, Interest interest, Handler handler) = 0;
    /// Called before `fd` is closed, also from inside its handler. Never for a descriptor that was not added.
    virtual void remove(int fd) noexcept = 0;
};

} // namespace init::control
