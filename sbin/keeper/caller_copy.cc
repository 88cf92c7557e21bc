// SPDX-License-Identifier: MIT
#include "keeper/caller_copy.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>

namespace init::keeper {

void CallerCopy::take(const char* bytes, std::size_t size) noexcept
{
    if (is_over())
        return;
    bytes_ = bytes;
    size_ = is_finishing_ ? std::min(size, left_) : size;
    left_ -= is_finishing_ ? size_ : 0;
}

void CallerCopy::write(Clock::time_point now) noexcept
{
    while (size_ != 0) {
        const ssize_t written = ::write(pipe_.get(), bytes_, size_);
        if (written > 0) {
            bytes_ += written;
            size_ -= static_cast<std::size_t>(written);
        } else if (errno != EINTR) {
            if (errno != EAGAIN || now >= deadline_)
                end();
            return;
        }
    }
    close_if_done();
    if (now >= deadline_)
        end(); // the log is stuck, and what is left cannot be read in time
}

void CallerCopy::finish(std::size_t left, Clock::time_point now) noexcept
{
    if (is_over())
        return;
    is_finishing_ = true;
    left_ = left;
    deadline_ = now + patience;
    close_if_done();
}

void CallerCopy::end() noexcept
{
    pipe_.reset();
    size_ = 0;
    deadline_ = Clock::time_point::max();
}

void CallerCopy::close_if_done() noexcept
{
    if (is_finishing_ && left_ == 0 && size_ == 0)
        end();
}

} // namespace init::keeper
