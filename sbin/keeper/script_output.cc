// SPDX-License-Identifier: MIT
// The way of a run's output through its keeper. Nothing here blocks and nothing allocates.
#include "keeper/script_output.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>

namespace init::keeper {

using std::chrono::ceil;
using std::chrono::milliseconds;

namespace {

constexpr std::string_view dropped_text = " lines dropped: the container's output is not read fast enough\n";

} // namespace

void ScriptOutput::start(int source, int sink, std::string_view label, bool grouped) noexcept
{
    source_ = source;
    sink_ = sink;
    is_grouped_ = grouped;
    lines_.start(label);
}

void ScriptOutput::script_ended(Clock::time_point now) noexcept
{
    int left = 0;
    if (has_ended_ || ::ioctl(source_, FIONREAD, &left) != 0)
        left = 0;
    caller_.finish(static_cast<std::size_t>(std::max(left, 0)), now);
    // What is still in the pipe belongs to the group as well, as far as one reading goes.
    while (is_grouped_ && left > 0 && read()) {
        left -= static_cast<int>(held_);
        write(now);
    }
    is_grouped_ = false;
}

bool ScriptOutput::read() noexcept
{
    if (!wants_read())
        return false;
    const ssize_t got = ::read(source_, buffer_, sizeof buffer_);
    taken_ = 0;
    held_ = got > 0 ? static_cast<std::size_t>(got) : 0;
    caller_.take(buffer_, held_);
    if (got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR)) {
        end();
        caller_.end();
    }
    return got > 0;
}

void ScriptOutput::write(Clock::time_point now) noexcept
{
    caller_.write(now);
    if (is_dropping_ && dropped_ > 0)
        report_dropped();
    if (!is_grouped_ && has_group() && !write_group(now))
        return;
    if (is_partial_timed_ && !is_grouped_ && now - partial_since_ >= partial_limit)
        lines_.finish_partial();
    while (is_pending() || (has_ended_ && lines_.has_partial())) {
        if (lines_.is_ready()) {
            if (!write_line(now))
                return;
            lines_.next();
            is_partial_timed_ = false;
        } else if (taken_ < held_) {
            taken_ += lines_.feed({buffer_ + taken_, held_ - taken_});
        } else {
            lines_.finish_partial();
        }
    }
    if (!is_partial_timed_)
        partial_since_ = now;
    is_partial_timed_ = lines_.has_partial();
}

int ScriptOutput::timeout(Clock::time_point now) const noexcept
{
    auto next = Clock::time_point::max();
    if (is_stalled_)
        next = stalled_since_ + stall_allowed_;
    else if (is_partial_timed_ && !is_grouped_)
        next = partial_since_ + partial_limit;
    next = std::min(next, caller_.deadline());
    if (next == Clock::time_point::max())
        return -1;
    return static_cast<int>(std::max(ceil<milliseconds>(next - now), milliseconds::zero()).count());
}

/// True when the line needs no more care: it was written, held for its group, or dropped.
bool ScriptOutput::write_line(Clock::time_point now) noexcept
{
    if (is_grouped_ && hold_line(lines_.line()))
        return true;
    if (has_group() && !write_group(now))
        return false;
    if (is_dropping_ && !report_dropped()) {
        ++dropped_;
        return true;
    }
    if (!put(lines_.line())) {
        if (!may_drop(now))
            return false;
        ++dropped_;
        return true;
    }
    is_stalled_ = false;
    return true;
}

/// False where the group is full; it is written out then, and a new one begins.
bool ScriptOutput::hold_line(std::string_view line) noexcept
{
    if (!has_group())
        group_held_ = group_written_ = 0;
    if (line.size() > group_limit - group_held_)
        return false;
    group_held_ += line.copy(group_ + group_held_, line.size());
    return true;
}

/// In pieces of whole lines that the pipe takes as one. False where it is full.
bool ScriptOutput::write_group(Clock::time_point now) noexcept
{
    while (has_group()) {
        const std::string_view rest(group_ + group_written_, group_held_ - group_written_);
        const std::size_t cut = rest.substr(0, LineSplitter::line_limit).rfind('\n');
        const std::string_view piece = rest.substr(0, cut + 1);
        const bool written = put(piece);
        if (!written && !may_drop(now))
            return false;
        if (!written)
            dropped_ += static_cast<std::uint32_t>(std::count(piece.begin(), piece.end(), '\n'));
        else
            is_stalled_ = false;
        group_written_ += piece.size();
    }
    return true;
}

/// The pipe is full: true when it has been for longer than what holds the run up.
bool ScriptOutput::may_drop(Clock::time_point now) noexcept
{
    if (!is_stalled_) {
        is_stalled_ = true;
        stalled_since_ = now;
    }
    if (now - stalled_since_ < stall_allowed_)
        return false;
    is_stalled_ = false;
    is_dropping_ = true;
    return true;
}

bool ScriptOutput::report_dropped() noexcept
{
    if (dropped_ > 0) {
        char note[LineSplitter::label_limit + 96];
        char* at = note + lines_.prefix().copy(note, LineSplitter::label_limit + 2);
        at = std::to_chars(at, at + 16, dropped_).ptr;
        at += dropped_text.copy(at, dropped_text.size());
        if (!put({note, static_cast<std::size_t>(at - note)}))
            return false;
    }
    dropped_ = 0;
    is_dropping_ = false;
    return true;
}

/// False when the pipe is full. A pipe that nobody will ever read again takes everything.
bool ScriptOutput::put(std::string_view text) noexcept
{
    if (is_sink_gone_)
        return true;
    ssize_t written = 0;
    do {
        written = ::write(sink_, text.data(), text.size());
    } while (written < 0 && errno == EINTR);
    if (written >= 0)
        return true;
    if (errno == EAGAIN)
        return false;
    is_sink_gone_ = true;
    return true;
}

} // namespace init::keeper
