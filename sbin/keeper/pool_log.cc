// SPDX-License-Identifier: MIT
// init's own lines on their way to the scribe. A full pipe costs the line, never time; how many were lost is
// said as soon as there is room. Here, once for all of them, a name or a reason loses what a terminal obeys.
#include "keeper/pool_state.h"
#include "model/shown_text.h"

#include <unistd.h>

#include <cerrno>
#include <charconv>

namespace init::keeper {

namespace {

constexpr std::string_view note_start = "init: ";
constexpr std::string_view note_end = " lines dropped: the container's output is not being read\n";

} // namespace

/// False when the pipe is full.
bool KeeperPool::State::put_line(std::string_view line) noexcept
{
    ssize_t written = 0;
    do {
        written = ::write(line_writer.get(), line.data(), line.size());
    } while (written < 0 && errno == EINTR);
    return written >= 0 || errno != EAGAIN;
}

void KeeperPool::State::report_dropped() noexcept
{
    if (dropped == 0 || is_closed)
        return;
    char note[128];
    char* at = note + note_start.copy(note, note_start.size());
    at = std::to_chars(at, at + 24, dropped).ptr;
    at += note_end.copy(at, note_end.size());
    if (put_line({note, static_cast<std::size_t>(at - note)}))
        dropped = 0;
}

void KeeperPool::State::say(std::string_view line) noexcept
{
    if (is_closed)
        return;
    report_dropped();
    while (!line.empty())
        feed_own(model::take_shown(line));
    own_lines.finish_partial();
    put_own_line();
}

/// `shown` is a piece of a line, and holds no newline.
void KeeperPool::State::feed_own(std::string_view shown) noexcept
{
    while (!shown.empty()) {
        shown.remove_prefix(own_lines.feed(shown));
        put_own_line();
    }
}

/// The line, or the part of a long one, that is ready.
void KeeperPool::State::put_own_line() noexcept
{
    if (!own_lines.is_ready())
        return;
    if (dropped > 0 || !put_line(own_lines.line()))
        ++dropped;
    own_lines.next();
}

} // namespace init::keeper
