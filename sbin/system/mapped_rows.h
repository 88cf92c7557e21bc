// SPDX-License-Identifier: MIT
// Rows in memory of their own, asked of the kernel once and touched only as far as they are filled: what
// needs many rows for a moment, also when nothing may be allocated.
#pragma once

#include <sys/mman.h>

#include <cstddef>
#include <new>
#include <span>
#include <type_traits>

namespace init::system {

template <class Row> class MappedRows {
    static_assert(std::is_trivially_destructible_v<Row>);

public:
    /// Without the address space for `most` rows there are none.
    explicit MappedRows(std::size_t most) noexcept : most_(most)
    {
        void* const memory = ::mmap(nullptr, most * sizeof(Row), PROT_READ | PROT_WRITE,
                                    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        if (memory != MAP_FAILED)
            rows_ = static_cast<Row*>(memory);
        else
            most_ = 0;
    }
    MappedRows(const MappedRows&) = delete;
    MappedRows& operator=(const MappedRows&) = delete;
    ~MappedRows()
    {
        if (rows_ != nullptr)
            ::munmap(rows_, most_ * sizeof(Row));
    }

    /// nullptr where there is no room for one more.
    Row* add() noexcept { return count_ < most_ ? new (rows_ + count_++) Row : nullptr; }
    [[nodiscard]] std::span<Row> rows() noexcept { return {rows_, count_}; }
    /// Forgets them all. What many rows took goes back to the kernel.
    void clear() noexcept
    {
        constexpr std::size_t kept_bytes = 16 * 1024;
        if (count_ * sizeof(Row) > kept_bytes)
            ::madvise(rows_, count_ * sizeof(Row), MADV_DONTNEED);
        count_ = 0;
    }

private:
    std::size_t most_;
    std::size_t count_ = 0;
    Row* rows_ = nullptr;
};

} // namespace init::system
