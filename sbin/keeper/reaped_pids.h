// SPDX-License-Identifier: MIT
// The last few children that a keeper has reaped, with their status, in a ring of fixed size: somebody may
// come to ask for one of them a little late.
#pragma once

#include <sys/types.h>

#include <cstddef>

namespace init::keeper {

class ReapedPids {
public:
    static constexpr std::size_t size = 16;

    /// In place of an older one of the same number, else of the oldest.
    void add(pid_t pid, int status) noexcept
    {
        if (Entry* entry = find(pid)) {
            entry->status = status;
            return;
        }
        entries_[next_] = {pid, status};
        next_ = (next_ + 1) % size;
    }
    /// nullptr when it is not known, or not any more.
    [[nodiscard]] const int* status_of(pid_t pid) noexcept
    {
        const Entry* const entry = find(pid);
        return entry != nullptr ? &entry->status : nullptr;
    }

private:
    struct Entry {
        pid_t pid;
        int status;
    };
    Entry* find(pid_t pid) noexcept
    {
        for (Entry& entry : entries_)
            if (entry.pid == pid)
                return &entry;
        return nullptr;
    }

    Entry entries_[size] = {};
    std::size_t next_ = 0;
};

} // namespace init::keeper
