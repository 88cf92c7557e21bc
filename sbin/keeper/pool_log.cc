// SPDX-License-Identifier: MIT
// init's own lines on their way to the scribe. A full pipe costs the line, never time; how many were lost is
// said as soon as there is room. Here, once for all of them, a name or a reason loses what a terminal obeys.
#include "keeper/pool_state.h"
#include "model/shown_text.h"

#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstring>
#include <iterator>

namespace init::keeper {

namespace {

constexpr std::string_view not_read = ": the container's output is not read fast enough";

/// A number as text.
struct Digits {
    explicit Digits(std::uint64_t number) noexcept : end(std::to_chars(text, std::end(text), number).ptr) {}
    [[nodiscard]] std::string_view view() const noexcept { return {text, end}; }
    char text[24];
    char* end;
};

} // namespace

/// False when the pipe is full.
bool KeeperPool::State::put_line(std::string_view line) noexcept
{
    // In this order: a read of the scribe's that comes between is counted twice, and never not at all.
    const std::size_t waiting = waiting_in(line_reader.get());
    const RecordPosition position = desk->lines.claimed() + waiting;
    char record[LineSplitter::line_limit];
    std::memcpy(record, &position, sizeof position);
    const std::size_t size = sizeof position + line.copy(record + sizeof position, own_line_limit);
    ssize_t written = 0;
    do {
        written = ::write(own_writer.get(), record, size);
    } while (written < 0 && errno == EINTR);
    return written >= 0 || errno != EAGAIN;
}

void KeeperPool::State::report_dropped() noexcept
{
    if ((dropped == 0 && dropped_of_scripts == 0) || is_closed)
        return;
    char note[200];
    char* at = note;
    const auto add = [&at](std::string_view words) { at += words.copy(at, words.size()); };
    add("init: ");
    add(Digits(dropped).view());
    add(" lines of init's own");
    if (dropped_of_scripts != 0) {
        add(" and ");
        add(Digits(dropped_of_scripts).view());
        add(" of scripts");
    }
    add(" dropped");
    add(not_read);
    add("\n");
    if (put_line({note, static_cast<std::size_t>(at - note)}))
        dropped = dropped_of_scripts = 0;
    else
        look_at_scribe();
}

bool KeeperPool::State::say_parts(std::initializer_list<std::string_view> parts) noexcept
{
    if (is_closed)
        return false;
    report_dropped();
    for (std::string_view part : parts)
        while (!part.empty())
            feed_own(model::take_shown(part));
    own_lines.finish_partial();
    return put_own_line();
}

/// Of those that the run's keeper dropped and could not tell of.
void KeeperPool::State::tell_dropped(const Run& run, std::uint32_t lines) noexcept
{
    if (lines != 0 && !say_parts({run.label, ": ", Digits(lines).view(), " lines dropped", not_read}))
        dropped_of_scripts += lines;
}

/// `shown` is a piece of a line, and holds no newline.
void KeeperPool::State::feed_own(std::string_view shown) noexcept
{
    while (!shown.empty()) {
        shown.remove_prefix(own_lines.feed(shown));
        (void)put_own_line();
    }
}

/// The line, or the part of a long one, that is ready. False when it was dropped.
bool KeeperPool::State::put_own_line() noexcept
{
    if (!own_lines.is_ready())
        return true;
    const bool is_put = dropped == 0 && put_line(own_lines.line());
    dropped += is_put ? 0 : 1;
    own_lines.next();
    return is_put;
}

} // namespace init::keeper
