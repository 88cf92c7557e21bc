// SPDX-License-Identifier: MIT
// A loop for tests: remembers who waits for what, and calls those whose descriptor is ready when it is told
// to.
#pragma once

#include "control/waiter.h"

#include <poll.h>

#include <cerrno>
#include <map>
#include <memory>
#include <utility>
#include <vector>

namespace init::tests {

class RecordingWaiter : public control::Waiter {
public:
    init::world::Result<void> add(int fd, control::Interest interest, Handler handler) override
    {
        if (refuses)
            return init::world::errno_code(ENOSPC);
        waited_[fd] = {interest, std::make_shared<Handler>(std::move(handler))};
        return {};
    }
    void remove(int fd) noexcept override { unknown_removed += waited_.erase(fd) == 0 ? 1 : 0; }

    [[nodiscard]] std::size_t size() const noexcept { return waited_.size(); }

    /// The descriptors that are ready, after at most `limit_ms`.
    [[nodiscard]] std::vector<int> ready(int limit_ms = 0) const
    {
        std::vector<pollfd> all;
        for (const auto& [fd, waited] : waited_)
            all.push_back(
                {fd, static_cast<short>(waited.interest == control::Interest::read ? POLLIN : POLLOUT), 0});
        ::poll(all.data(), all.size(), limit_ms);
        std::vector<int> found;
        for (const pollfd& one : all)
            if (one.revents != 0)
                found.push_back(one.fd);
        return found;
    }
    /// Calls the handler of each that is ready after at most `limit_ms`; one that another handler has removed
    /// is passed over.
    void turn(int limit_ms = 0)
    {
        for (const int fd : ready(limit_ms))
            if (const auto found = waited_.find(fd); found != waited_.end()) {
                const std::shared_ptr<Handler> handler = found->second.handler;
                (*handler)();
            }
    }

    bool refuses = false;    ///< as a kernel does that is short of memory
    int unknown_removed = 0; ///< calls of `remove` for a descriptor that was not added

private:
    struct Waited {
        control::Interest interest{};
        std::shared_ptr<Handler> handler; ///< shared, so that it outlives its removal while it runs
    };
    std::map<int, Waited> waited_;
};

} // namespace init::tests
