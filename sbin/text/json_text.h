// SPDX-License-Identifier: MIT
// The small pieces that our JSON texts are strung together from.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace init::text {

/// A JSON string with its quotes, valid UTF-8 whatever bytes `text` holds: one that is part of no character
/// becomes U+FFFD, so names that differ in nothing else look the same. What a terminal obeys is written as an
/// escape and reads back as it was.
std::string quoted(std::string_view text);
/// `["a","b"]`.
std::string quoted_list(std::span<const std::string> texts);
/// `"key":`.
std::string member(std::string_view key);

} // namespace init::text
