// SPDX-License-Identifier: MIT
// The way of a run's output through its keeper. Nothing here blocks and nothing allocates.
#include "keeper/script_output.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>

namespace init::keeper {

using std::chrono::ceil;
using std::chrono::milliseconds;

namespace {

constexpr std::string_view dropped_text = " lines dropped: the container's output is not being read\n";

} // namespace

void ScriptOutput::start(int source, int sink, std::string_view label) noexcept
{
    source_ = source;
    sink_ = sink;
    lines_.start(label);
}

bool ScriptOutput::read() noexcept
{
    if (!wants_read())
        return false;
    const ssize_t got = ::read(source_, buffer_, sizeof buffer_);
    taken_ = 0;
    held_ = got > 0 ? static_cast<std::size_t>(got) : 0;
    if (got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR))
        end();
    return got > 0;
}

void ScriptOutput::write(Clock::time_point now) noexcept
{
    if (is_dropping_ && dropped_ > 0)
        report_dropped();
    if (is_partial_timed_ && now - partial_since_ >= partial_limit)
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
    else if (is_partial_timed_)
        next = partial_since_ + partial_limit;
    if (next == Clock::time_point::max())
        return -1;
    return static_cast<int>(std::max(ceil<milliseconds>(next - now), milliseconds::zero()).count());
}

/// True when the line needs no more care: it was written, or it was dropped.
bool ScriptOutput::write_line(Clock::time_point now) noexcept
{
    if (is_dropping_ && !report_dropped()) {
        ++dropped_;
        return true;
    }
    if (!put(lines_.line()))
        return drop_or_wait(now);
    is_stalled_ = false;
    return true;
}

bool ScriptOutput::drop_or_wait(Clock::time_point now) noexcept
{
    if (!is_stalled_) {
        is_stalled_ = true;
        stalled_since_ = now;
    }
    if (now - stalled_since_ < stall_allowed_)
        return false;
    is_stalled_ = false;
    is_dropping_ = true;
    ++dropped_;
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
