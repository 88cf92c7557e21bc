// SPDX-License-Identifier: MIT
// Room inside the object first, then whole pages.
#include "keeper/watched_pids.h"

#include <sys/mman.h>

#include <algorithm>

namespace init::keeper {

WatchedPids::~WatchedPids()
{
    if (pids_ != inline_)
        ::munmap(pids_, room_ * sizeof(pid_t));
}

void WatchedPids::add(pid_t pid) noexcept
{
    if (find(pid) != nullptr)
        return;
    if (count_ == room_ && !grow()) {
        is_everyone_ = true;
        return;
    }
    pids_[count_++] = pid;
}

bool WatchedPids::remove(pid_t pid) noexcept
{
    pid_t* const found = find(pid);
    if (found == nullptr)
        return is_everyone_;
    *found = pids_[--count_];
    return true;
}

pid_t* WatchedPids::find(pid_t pid) noexcept
{
    pid_t* const found = std::find(pids_, pids_ + count_, pid);
    return found != pids_ + count_ ? found : nullptr;
}

bool WatchedPids::grow() noexcept
{
    constexpr std::size_t first = 1024; // one page of most machines
    const std::size_t wanted = pids_ == inline_ ? first : 2 * room_;
    void* const memory =
        ::mmap(nullptr, wanted * sizeof(pid_t), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED)
        return false;
    auto* const pids = static_cast<pid_t*>(memory);
    std::copy(pids_, pids_ + count_, pids);
    if (pids_ != inline_)
        ::munmap(pids_, room_ * sizeof(pid_t));
    pids_ = pids;
    room_ = wanted;
    return true;
}

} // namespace init::keeper
