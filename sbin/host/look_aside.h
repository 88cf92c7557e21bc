// SPDX-License-Identifier: MIT
// Looks for a service's run by hand in a process of its own. The command line of a process is read there: the
// kernel lets its reader wait for that process's memory, and init waits for nobody.
#pragma once

#include "host/loop.h"
#include "host/ownership.h"
#include "world/events.h"
#include "world/result.h"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace init::host {

class LookAside final : Chore {
public:
    static constexpr std::size_t most = 8; ///< at a time
    static constexpr std::chrono::seconds limit{2};

    /// Both outlive it.
    LookAside(Loop& loop, Ownership& ownership);
    ~LookAside() override;

    /// RunByHandTold follows, once, within `limit`. Errors: EAGAIN when `most` are at it; errno of pipe and
    /// fork; then nothing follows.
    world::Result<void> begin(std::string_view service, std::span<const world::RunId> own);
    /// True for a process of its own. Allocates nothing.
    bool child_ended(pid_t pid) noexcept;

private:
    struct Look {
        std::string service;
        pid_t pid = 0; ///< 0 once reaped
        system::UniqueFd answer;
        world::TimePoint until{};
    };
    std::optional<world::TimePoint> due() const noexcept override;
    void work(world::TimePoint now) noexcept override;
    void answered(int fd);
    void forget(std::size_t index) noexcept;
    [[noreturn]] void look(const std::string& service, std::span<const world::RunId> own,
                           int answer) noexcept;

    Loop& loop_;
    Ownership& ownership_;
    std::vector<Look> looks_;
    std::vector<pid_t> given_up_; ///< their answer came too late, or not at all
};

} // namespace init::host
