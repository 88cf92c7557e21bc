// SPDX-License-Identifier: MIT
// Hands what a script writes to the one who asked for the run as well, until the script has ended and all
// that it had written by then was passed on. What its daemons write afterwards is the log's alone.
#pragma once

#include "system/unique_fd.h"

#include <chrono>
#include <cstddef>

namespace init::keeper {

class CallerCopy {
public:
    using Clock = std::chrono::steady_clock;
    static constexpr std::chrono::seconds patience{
        2}; ///< with a caller that does not read, after the script's end

    /// `pipe` is non-blocking. An empty one is nobody.
    void start(system::UniqueFd pipe) noexcept { pipe_ = std::move(pipe); }
    /// These bytes were read. They must stay where they are until nothing is pending.
    void take(const char* bytes, std::size_t size) noexcept;
    /// Writes what it can. A caller that has gone costs nothing.
    void write(Clock::time_point now) noexcept;
    /// The script has ended; `left` bytes of what it wrote have not been read yet.
    void finish(std::size_t left, Clock::time_point now) noexcept;
    /// Nothing more will be read.
    void end() noexcept;

    [[nodiscard]] bool is_pending() const noexcept { return size_ != 0; }
    /// Nobody waits for the output any more.
    [[nodiscard]] bool is_over() const noexcept { return !pipe_; }
    /// The pipe to wait for, while something is pending; else -1.
    [[nodiscard]] int wanted() const noexcept { return is_pending() ? pipe_.get() : -1; }
    /// When it gives up; the far future while the script runs.
    [[nodiscard]] Clock::time_point deadline() const noexcept { return deadline_; }

private:
    void close_if_done() noexcept;

    system::UniqueFd pipe_;
    const char* bytes_ = nullptr;
    std::size_t size_ = 0;
    bool is_finishing_ = false;
    std::size_t left_ = 0;
    Clock::time_point deadline_ = Clock::time_point::max();
};

} // namespace init::keeper
