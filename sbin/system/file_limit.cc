// SPDX-License-Identifier: MIT
// The soft limit of open files: remembered once, raised for init, restored in its children.
#include "system/file_limit.h"

#include <algorithm>

namespace init::system {

namespace {

constexpr rlim_t enough = 65536;

bool is_remembered = false;
rlim_t remembered = 0;

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
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return;
    const rlim_t wanted = std::min(limit.rlim_max, enough);
    if (wanted <= limit.rlim_cur)
        return;
    limit.rlim_cur = wanted;
    ::setrlimit(RLIMIT_NOFILE, &limit);
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
