// SPDX-License-Identifier: MIT
// The scribe's loop. Others share the open file behind stdout and may have made it non-blocking, so EAGAIN is
// waited out; once stdout is broken for good, lines are read and thrown away, so that nobody upstream stands
// still.
#include "keeper/scribe.h"

#include "keeper/line_splitter.h"
#include "system/after_fork.h"
#include "system/process_title.h"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <string_view>

namespace init::keeper {

namespace {

constexpr int source_fd = 3;
constexpr int output_fd = 4;
constexpr std::size_t write_limit = LineSplitter::line_limit;

char buffer[4 * write_limit];
bool is_broken = false;

void wait_until_writable() noexcept
{
    pollfd output{output_fd, POLLOUT, 0};
    ::poll(&output, 1, -1);
}

/// Everything is written, lost for want of room, or stdout is broken for good. Unlike a writer of files it
/// has nobody to report to: a stdout that cannot take more now is waited for, as long as it takes, since
/// this process exists to wait.
void write_all(std::string_view text) noexcept
{
    while (!text.empty() && !is_broken) {
        const ssize_t written = ::write(output_fd, text.data(), text.size());
        if (written >= 0) {
            text.remove_prefix(static_cast<std::size_t>(written));
            continue;
        }
        switch (errno) {
        case EINTR: // nothing was written yet
            break;
        case EAGAIN: // somebody who shares the open file made it non-blocking
            wait_until_writable();
            break;
        case ENOSPC: // stdout is a file: what does not fit is lost, and there may be room for a later line
        case EDQUOT:
        case EFBIG:
            return;
        default: // EPIPE, EIO, EBADF: the reader is gone, the terminal hung up, or there never was a stdout
            is_broken = true;
        }
    }
}

/// As many whole lines as fit into one write; what has no newline within that goes as it is.
std::size_t whole_lines(std::string_view text) noexcept
{
    const std::size_t end = text.substr(0, write_limit).rfind('\n');
    if (end != std::string_view::npos)
        return end + 1;
    return text.size() >= write_limit ? write_limit : 0;
}

/// Writes the whole lines among the first `size` bytes and moves the rest to the front; returns its size.
std::size_t write_lines(std::size_t size) noexcept
{
    std::string_view text(buffer, size);
    while (const std::size_t length = whole_lines(text)) {
        write_all(text.substr(0, length));
        text.remove_prefix(length);
    }
    std::memmove(buffer, text.data(), text.size());
    return text.size();
}

} // namespace

void scribe_main(int source, int output) noexcept
{
    const int given[] = {source, output};
    system::keep_only(given, 2);
    system::set_title("rc-scribe", "rc-scribe");
    ::setsid();
    std::size_t held = 0;
    for (;;) {
        const ssize_t got = ::read(source_fd, buffer + held, sizeof buffer - held);
        if (got > 0)
            held = write_lines(held + static_cast<std::size_t>(got));
        else if (got == 0 || errno != EINTR) // our own pipe has no other error that passes
            break;
    }
    write_all({buffer, held});
    ::_exit(0);
}

} // namespace init::keeper
