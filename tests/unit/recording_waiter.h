// SPDX-License-Identifier: MIT
// A loop for tests: remembers which descriptors are waited for, and can tell which of them are ready now.
#pragma once

#include "control/waiter.h"

#include <poll.h>

#include <map>
#include <vector>

namespace init::tests {

class RecordingWaiter : public control::Waiter {
public:
    void add(int fd, control::Interest interest) override { waited_[fd] = interest; }
    void remove(int fd) noexcept override { unknown_removed += waited_.erase(fd) == 0 ? 1 : 0; }

    [[nodiscard]] std::size_t size() const noexcept { return waited_.size(); }

    /// The descriptors that are ready, after at most `limit_ms`.
    [[nodiscard]] std::vector<int> ready(int limit_ms = 0) const
    {
        std::vector<pollfd> all;
        for (const auto& [fd, interest] : waited_)
            all.push_back(
                {fd, static_cast<short>(interest == control::Interest::read ? POLLIN : POLLOUT), 0});
        ::poll(all.data(), all.size(), limit_ms);
        std::vector<int> found;
        for (const pollfd& one : all)
            if (one.revents != 0)
                found.push_back(one.fd);
        return found;
    }

    int unknown_removed = 0; ///< calls of `remove` for a descriptor that was not added

private:
    std::map<int, control::Interest> waited_;
};

} // namespace init::tests
