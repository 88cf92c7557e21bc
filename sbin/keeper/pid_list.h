// SPDX-License-Identifier: MIT
// The last few processes that were noted, with their status, in a ring of fixed size.
#pragma once

#include <sys/types.h>

#include <cstddef>

namespace init::keeper {

class PidList {
public:
    struct Entry {
        pid_t pid;
        int status;
    };
    /// Takes the place of the oldest one.
    void add(pid_t pid, int status) noexcept
    {
        entries_[next_] = {pid, status};
        next_ = (next_ + 1) % size;
    }
    Entry* find(pid_t pid) noexcept
    {
        for (Entry& entry : entries_)
            if (entry.pid == pid)
                return &entry;
        return nullptr;
    }
    Entry* begin() noexcept { return entries_; }
    Entry* end() noexcept { return entries_ + size; }

private:
    static constexpr std::size_t size = 16;
    Entry entries_[size] = {};
    std::size_t next_ = 0;
};

} // namespace init::keeper
