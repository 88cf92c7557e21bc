// SPDX-License-Identifier: MIT
// The soft limit of open files: remembered once, raised for init, restored in its children.
#include "system/file_limit.h"

#include <algorithm>

namespace init::system {

namespace {

constexpr rlim_t enough = 65536;
constexpr rlim_t most_kept_back = 64; ///< a K-script at work costs two, and a few more for a moment

bool is_remembered = false;
rlim_t remembered = 0;

void set_own_limit(bool keeps_back) noexcept
{
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return;
    const rlim_t whole = std::min(limit.rlim_max, std::max(enough, is_remembered ? remembered : 0));
    limit.rlim_cur = whole - (keeps_back ? std::min(whole / 8, most_kept_back) : 0);
    ::setrlimit(RLIMIT_NOFILE, &limit);
}

} // namespace

void remember_file_limit() noexcept
{
    rlimit limit{};
    if (is_remembered || ::getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return;
    remembered = limit.rlim_cur;
    is_remembered = true;
}

void raise_file_limit() noexcept
{
    remember_file_limit();
    set_own_limit(true);
}

void release_kept_files() noexcept
{
    set_own_limit(false);
}

void restore_file_limit() noexcept
{
    rlimit limit{};
    if (!is_remembered || ::getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur == remembered)
        return;
    limit.rlim_cur = std::min(remembered, limit.rlim_max);
    ::setrlimit(RLIMIT_NOFILE, &limit);
}

} // namespace init::system
