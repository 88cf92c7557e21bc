// SPDX-License-Identifier: MIT
// What lies before the scribe: what it has read and not written yet, and how far it is. In memory shared with
// init, so that a scribe that was killed is followed by one that goes on where it was: nothing that was read
// is lost, and at most one write is made twice.
#pragma once

#include "keeper/line_splitter.h"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

namespace init::keeper {

/// The bytes of one pipe. One process at a time reads and writes them; init only asks for `claimed`. At no
/// moment does a kill cost more than what `take_over` puts right.
class Intake {
public:
    static constexpr std::size_t size = 4 * LineSplitter::line_limit;

    /// The one before was killed, perhaps while it read.
    void take_over() noexcept;
    /// Reads what is in the pipe, as far as there is room for it. Does not block.
    void read(int fd) noexcept;
    /// What was read and has not been done with.
    [[nodiscard]] std::string_view text() const noexcept;
    void remove_prefix(std::size_t count) noexcept;

    /// So many bytes of the pipe were read so far, or are being read.
    [[nodiscard]] std::uint64_t claimed() const noexcept { return claimed_.load(); }
    /// Where in all that ever came through the pipe `text` begins.
    [[nodiscard]] std::uint64_t position() const noexcept { return claimed() - text().size(); }

private:
    void compact() noexcept;
    void set_place(std::uint32_t taken, std::uint32_t held) noexcept;
    [[nodiscard]] std::uint32_t taken() const noexcept { return static_cast<std::uint32_t>(place_ >> 32); }
    [[nodiscard]] std::uint32_t held() const noexcept { return static_cast<std::uint32_t>(place_.load()); }

    std::atomic<std::uint64_t> place_ = 0; ///< taken and held, in one
    std::atomic<std::uint64_t> claimed_ = 0;
    std::atomic<std::uint32_t> pending_ = 0; ///< of a read at work
    char bytes_[size];
};

struct Desk {
    Intake lines; ///< of scripts and what they left
    Intake own;   ///< records of init's own: position, line

    // Of the container's output.
    std::atomic<std::uint64_t> lost = 0; ///< lines that it did not take, not told yet
    std::atomic<int> reason = 0;         ///< errno
    std::atomic<bool> is_in_line = false;
};

struct DeskUnmapped {
    void operator()(Desk* desk) const noexcept;
};
using SharedDesk = std::unique_ptr<Desk, DeskUnmapped>;
/// Nothing with errno set where it cannot be had.
SharedDesk map_desk() noexcept;

/// How many bytes are in the pipe, of which this is either end.
std::size_t waiting_in(int pipe) noexcept;

/// A record of init's own is one write: the line, its newline at the end, behind the place that it has among
/// those of scripts: so many bytes of theirs were in their pipe, or had gone through it, when init wrote it.
using RecordPosition = std::uint64_t;
constexpr std::size_t own_line_limit = LineSplitter::line_limit - sizeof(RecordPosition);

} // namespace init::keeper
