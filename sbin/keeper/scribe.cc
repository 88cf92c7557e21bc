// SPDX-License-Identifier: MIT
// The scribe's loop. Others share the open file behind stdout and may have made it non-blocking, so EAGAIN is
// waited out. No other error is for ever: a disk has room again, a terminal comes back, a fifo gets another
// reader. Until then lines are read and thrown away, so that nobody upstream stands still.
#include "keeper/scribe.h"

#include "system/after_fork.h"
#include "system/confine.h"
#include "system/file_limit.h"
#include "system/process_title.h"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <iterator>
#include <string_view>

namespace init::keeper {

namespace {

constexpr int lines_fd = 3;
constexpr int own_fd = 4;
constexpr int output_fd = 5;
constexpr std::size_t write_limit = LineSplitter::line_limit;

void wait_until_writable() noexcept
{
    pollfd output{output_fd, POLLOUT, 0};
    ::poll(&output, 1, -1);
}

std::uint64_t count_lines(std::string_view text) noexcept
{
    const auto whole = static_cast<std::uint64_t>(std::count(text.begin(), text.end(), '\n'));
    return whole + (text.empty() || text.back() == '\n' ? 0 : 1);
}

/// A record that is whole.
struct OwnLine {
    explicit operator bool() const noexcept { return !line.empty(); }
    RecordPosition position = 0;
    std::string_view line;
};

class Scribe {
public:
    explicit Scribe(Desk& desk) noexcept : desk_(desk) {}
    void work() noexcept;

private:
    void wait() noexcept;
    bool write_next() noexcept;
    void write(std::string_view text) noexcept;
    bool tell_lost() noexcept;
    std::size_t put(std::string_view text) noexcept;
    [[nodiscard]] OwnLine own_line() const noexcept;
    void write_own(const OwnLine& own) noexcept;

    Desk& desk_;
    bool have_lines_ended_ = false;
    bool has_own_ended_ = false;
};

/// As many whole lines as fit into one write; what has no newline within that goes as it is.
std::size_t whole_lines(std::string_view text) noexcept
{
    const std::size_t end = text.substr(0, write_limit).rfind('\n');
    if (end != std::string_view::npos)
        return end + 1;
    return text.size() >= write_limit ? write_limit : 0;
}

void Scribe::work() noexcept
{
    desk_.lines.take_over();
    desk_.own.take_over();
    for (;;) {
        while (write_next()) {
        }
        if (have_lines_ended_ && has_own_ended_)
            break;
        wait();
    }
    write(desk_.lines.text()); // what has no newline
    desk_.lines.remove_prefix(desk_.lines.text().size());
    tell_lost();
}

void Scribe::wait() noexcept
{
    pollfd polled[] = {{has_own_ended_ ? -1 : own_fd, POLLIN, 0},
                       {have_lines_ended_ ? -1 : lines_fd, POLLIN, 0}};
    if (::poll(polled, std::size(polled), -1) < 0)
        return;
    has_own_ended_ = has_own_ended_ || (polled[0].revents != 0 && (polled[0].revents & POLLIN) == 0);
    have_lines_ended_ = have_lines_ended_ || (polled[1].revents != 0 && (polled[1].revents & POLLIN) == 0);
    if ((polled[1].revents & POLLIN) != 0)
        desk_.lines.read(lines_fd);
}

/// init's own pipe is emptied before each write, for there a line that finds no room is lost at once. A line
/// of init's own is due when all that scripts had written before it was; nothing of theirs is held or in the
/// pipe then, or only what came later. False when there is nothing to write.
bool Scribe::write_next() noexcept
{
    desk_.own.read(own_fd);
    const OwnLine own = own_line();
    const std::uint64_t position = desk_.lines.position();
    std::string_view text = desk_.lines.text();
    if (own && own.position > position)
        text = text.substr(
            0, static_cast<std::size_t>(std::min<std::uint64_t>(own.position - position, text.size())));
    else if (own)
        text = {};
    const std::size_t length = whole_lines(text);
    if (length != 0) {
        write(text.substr(0, length));
        desk_.lines.remove_prefix(length);
        return true;
    }
    const bool more_comes_first = own.position > position + text.size() && waiting_in(lines_fd) != 0;
    if (!own || more_comes_first)
        return false;
    write_own(own);
    return true;
}

OwnLine Scribe::own_line() const noexcept
{
    const std::string_view text = desk_.own.text();
    const std::size_t end = text.find('\n', sizeof(RecordPosition));
    if (text.size() <= sizeof(RecordPosition) || end == std::string_view::npos)
        return {};
    OwnLine own;
    std::memcpy(&own.position, text.data(), sizeof own.position);
    own.line = text.substr(sizeof(RecordPosition), end + 1 - sizeof(RecordPosition));
    return own;
}

void Scribe::write_own(const OwnLine& own) noexcept
{
    const std::size_t size = sizeof(RecordPosition) + own.line.size();
    write(own.line);
    desk_.own.remove_prefix(size);
}

/// Written, or lost and counted.
void Scribe::write(std::string_view text) noexcept
{
    if (text.empty())
        return;
    const std::size_t written = tell_lost() ? put(text) : 0;
    if (written < text.size())
        desk_.lost += count_lines(text.substr(written));
}

/// False where there is no room for that either.
bool Scribe::tell_lost() noexcept
{
    const std::uint64_t lost = desk_.lost;
    if (lost == 0)
        return true;
    char note[160];
    char* at = note;
    const auto add = [&at](std::string_view words) { at += words.copy(at, words.size()); };
    if (desk_.is_in_line)
        add("\n"); // the line that found no room was cut
    add("init: ");
    at = std::to_chars(at, at + 24, lost).ptr;
    add(" lines are lost: the container's output did not take them (");
    const char* const why = ::strerrordesc_np(desk_.reason);
    add(std::string_view(why != nullptr ? why : "an error without a name").substr(0, 60));
    add(")\n");
    const std::string_view words(note, static_cast<std::size_t>(at - note));
    if (put(words) < words.size())
        return false;
    desk_.lost = 0;
    return true;
}

/// How much the output took. One that cannot take more now is waited for, as long as it takes, since this
/// process exists to wait.
std::size_t Scribe::put(std::string_view text) noexcept
{
    std::size_t done = 0;
    while (done < text.size()) {
        const ssize_t written = ::write(output_fd, text.data() + done, text.size() - done);
        if (written > 0) {
            done += static_cast<std::size_t>(written);
            desk_.is_in_line = text[done - 1] != '\n';
        } else if (written < 0 && errno == EAGAIN) { // somebody who shares the open file made it non-blocking
            wait_until_writable();
        } else if (written == 0 || errno != EINTR) {
            desk_.reason = written == 0 ? ENOSPC : errno;
            break;
        }
    }
    return done;
}

} // namespace

void scribe_main(ScribeSources sources, int output, Desk& desk) noexcept
{
    system::release_kept_files(); // init may be at its limit, and this is a copy of init still
    const int given[] = {sources.lines, sources.own, output};
    system::keep_only(given, std::size(given));
    system::set_title("rc-scribe", "rc-scribe");
    ::setsid();
    system::keep_capabilities({});
    system::allow_only_reading_and_writing();
    Scribe(desk).work();
    ::_exit(0);
}

} // namespace init::keeper
