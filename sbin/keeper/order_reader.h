// SPDX-License-Identifier: MIT
// Takes an order apart on the keeper's side: the strings behind its head, and the limits among them. Nothing
// is copied and nothing allocated.
#pragma once

#include "world/soft_limit.h"

#include <cstddef>
#include <cstring>
#include <string_view>

namespace init::keeper {

/// Walks over the strings behind an order.
class StringReader {
public:
    StringReader(char* begin, std::size_t size) noexcept : at_(begin), end_(begin + size) {}
    /// nullptr when the order is shorter than it claims.
    char* next() noexcept
    {
        if (at_ >= end_)
            return nullptr;
        char* const string = at_;
        auto* const nul = static_cast<char*>(std::memchr(at_, '\0', static_cast<std::size_t>(end_ - at_)));
        if (nul == nullptr)
            return nullptr;
        at_ = nul + 1;
        return string;
    }

private:
    char* at_;
    char* end_;
};

constexpr std::size_t limits_limit = 16; ///< Linux has as many resources

/// Reads `4:0 7:1024 `; what is none ends it. Returns how many.
std::size_t read_limits(std::string_view text, world::SoftLimit (&limits)[limits_limit]) noexcept;

} // namespace init::keeper
