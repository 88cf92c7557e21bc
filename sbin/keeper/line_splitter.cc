// SPDX-License-Identifier: MIT
// Cuts a stream of bytes into labelled lines. The buffer always holds the label first, so a line is written
// with one call.
#include "keeper/line_splitter.h"

#include "model/shown_text.h"

#include <algorithm>
#include <cstring>

namespace init::keeper {

void LineSplitter::start(std::string_view label, std::size_t limit) noexcept
{
    limit_ = limit;
    size_ = 0;
    const bool has_label = !label.empty();
    while (!label.empty()) {
        const std::string_view shown = model::take_shown(label);
        if (size_ + shown.size() > label_limit)
            break;
        size_ += shown.copy(buffer_ + size_, shown.size());
    }
    if (has_label) {
        append(':');
        append(' ');
    }
    prefix_ = size_;
    last_size_ = 0;
    is_carried_ = is_ready_ = was_partial_ = false;
}

std::size_t LineSplitter::feed(std::string_view bytes) noexcept
{
    if (is_ready_ || bytes.empty())
        return 0;
    if (was_partial_ && bytes.front() == '\n') {
        was_partial_ = false;
        return 1;
    }
    was_partial_ = false;
    const void* newline = std::memchr(bytes.data(), '\n', bytes.size());
    const std::size_t length =
        newline != nullptr ? static_cast<std::size_t>(static_cast<const char*>(newline) - bytes.data())
                           : bytes.size();
    // One byte is left for the newline.
    const std::size_t taken = std::min(length, limit_ - 1 - size_);
    std::memcpy(buffer_ + size_, bytes.data(), taken);
    size_ += taken;
    if (taken < length) {
        split_long_line();
        return taken;
    }
    if (newline == nullptr)
        return taken;
    end_line();
    return taken + 1;
}

void LineSplitter::next() noexcept
{
    size_ = prefix_;
    is_ready_ = false;
    if (is_carried_)
        append(carried_);
    is_carried_ = false;
}

void LineSplitter::finish_partial() noexcept
{
    if (!has_partial())
        return;
    end_line();
    was_partial_ = true;
}

std::string_view LineSplitter::last() const noexcept
{
    if (has_partial())
        return std::string_view(buffer_ + prefix_, std::min(size_ - prefix_, last_limit));
    return {last_, last_size_};
}

void LineSplitter::end_line() noexcept
{
    keep_last();
    append('\n');
    is_ready_ = true;
}

void LineSplitter::split_long_line() noexcept
{
    // The mark takes the place of the last byte, which opens the next part.
    carried_ = buffer_[size_ - 1];
    is_carried_ = true;
    buffer_[size_ - 1] = '\\';
    end_line();
}

void LineSplitter::keep_last() noexcept
{
    if (size_ == prefix_)
        return;
    last_size_ = std::min(size_ - prefix_, last_limit);
    std::memcpy(last_, buffer_ + prefix_, last_size_);
}

} // namespace init::keeper
