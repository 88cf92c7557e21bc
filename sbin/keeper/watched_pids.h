// SPDX-License-Identifier: MIT
// The children of a keeper whose end somebody waits for. The list grows as it must, without a heap, and
// forgets nobody: a death that is not told would be a service that looks alive for ever.
#pragma once

#include <sys/types.h>

#include <cstddef>

namespace init::keeper {

class WatchedPids {
public:
    WatchedPids() noexcept = default;
    WatchedPids(const WatchedPids&) = delete;
    WatchedPids& operator=(const WatchedPids&) = delete;
    ~WatchedPids();

    /// One that is watched already stays so, once. Where there is no memory for one more, every process is
    /// watched from then on: an answer too many is better than none.
    void add(pid_t pid) noexcept;
    /// True when it was watched; it is not any more.
    bool remove(pid_t pid) noexcept;

private:
    static constexpr std::size_t inline_room = 16;

    [[nodiscard]] pid_t* find(pid_t pid) noexcept;
    bool grow() noexcept;

    bool is_everyone_ = false;
    std::size_t count_ = 0;
    std::size_t room_ = inline_room;
    pid_t inline_[inline_room];
    pid_t* pids_ = inline_;
};

} // namespace init::keeper
