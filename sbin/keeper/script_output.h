// SPDX-License-Identifier: MIT
// Carries what a run writes from its pipe to the scribe's, as labelled lines, and to the caller as it came.
// When the scribe's pipe is full the run is held up, for a limited time; after that lines are dropped,
// counted, and the count is said once there is room again.
#pragma once

#include "keeper/caller_copy.h"
#include "keeper/line_splitter.h"

#include <chrono>
#include <cstdint>
#include <string_view>

namespace init::keeper {

class ScriptOutput {
public:
    using Clock = std::chrono::steady_clock;

    static constexpr std::chrono::seconds partial_limit{1}; ///< a partial line is shown after this
    static constexpr std::chrono::seconds stall_limit{5};   ///< how long a full pipe holds a run up
    static constexpr std::chrono::milliseconds hurried_stall_limit{100};

    /// Reads from `source` (non-blocking; not owned) and writes to `sink`, a non-blocking pipe.
    /// `grouped`: lines are held back until the script ends, as far as `group_limit` bytes go.
    void start(int source, int sink, std::string_view label, bool grouped = false) noexcept;
    static constexpr std::size_t group_limit = 16 * 1024;
    /// What the script itself wrote is in the pipe or was read; a group is written out.
    void script_ended(Clock::time_point now) noexcept;
    [[nodiscard]] CallerCopy& caller() noexcept { return caller_; }
    /// From now on a full pipe holds nothing up for longer than `hurried_stall_limit`.
    void hurry() noexcept { stall_allowed_ = hurried_stall_limit; }

    /// One read, when nothing that was read before waits to be written. False when there was nothing to read.
    bool read() noexcept;
    /// Writes what can be written, and shows a partial line whose time has come.
    void write(Clock::time_point now) noexcept;
    /// Nothing more is read; a partial line is finished.
    void end() noexcept { has_ended_ = true; }

    [[nodiscard]] bool wants_read() const noexcept
    {
        return source_ >= 0 && !has_ended_ && !is_pending() && !caller_.is_pending();
    }
    [[nodiscard]] bool wants_room() const noexcept { return is_stalled_ || dropped_ > 0; }
    /// Milliseconds until `write` has something to do on its own; -1 for never.
    [[nodiscard]] int timeout(Clock::time_point now) const noexcept;
    [[nodiscard]] bool is_done() const noexcept
    {
        return has_ended_ && !is_pending() && !lines_.has_partial() && !caller_.is_pending() && !has_group();
    }
    [[nodiscard]] std::uint32_t dropped() const noexcept { return dropped_; }
    [[nodiscard]] std::string_view last() const noexcept { return lines_.last(); }

private:
    [[nodiscard]] bool is_pending() const noexcept { return taken_ < held_ || lines_.is_ready(); }
    [[nodiscard]] bool has_group() const noexcept { return group_written_ < group_held_; }
    bool write_line(Clock::time_point now) noexcept;
    bool write_group(Clock::time_point now) noexcept;
    bool hold_line(std::string_view line) noexcept;
    bool may_drop(Clock::time_point now) noexcept;
    bool report_dropped() noexcept;
    bool put(std::string_view text) noexcept;

    int source_ = -1;
    int sink_ = -1;
    bool has_ended_ = false;
    bool is_stalled_ = false;
    bool is_dropping_ = false;
    bool is_sink_gone_ = false;
    bool is_partial_timed_ = false;
    std::uint32_t dropped_ = 0;
    std::size_t held_ = 0;
    std::size_t taken_ = 0;
    std::chrono::milliseconds stall_allowed_ = stall_limit;
    Clock::time_point stalled_since_{};
    Clock::time_point partial_since_{};
    bool is_grouped_ = false;
    std::size_t group_held_ = 0;
    std::size_t group_written_ = 0;
    CallerCopy caller_;
    LineSplitter lines_;
    char group_[group_limit];
    char buffer_[LineSplitter::line_limit];
};

} // namespace init::keeper
