// SPDX-License-Identifier: MIT
// Text out of files of any encoding, made fit for outputs that must be UTF-8.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace init::model {

/// The length of the UTF-8 sequence at the head of `text`, which is not empty; 0 where there is none.
/// Source: RFC 3629.
std::size_t utf8_length(std::string_view text) noexcept;

/// `text` with each byte that belongs to no UTF-8 sequence replaced by U+FFFD. Source: RFC 3629.
std::string utf8_of(std::string_view text);

} // namespace init::model
