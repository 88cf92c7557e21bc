// SPDX-License-Identifier: MIT
// The small pieces that our JSON texts are strung together from.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace init::text {

/// A JSON string with its quotes. `text` is UTF-8.
std::string quoted(std::string_view text);
/// `["a","b"]`.
std::string quoted_list(std::span<const std::string> texts);
/// `"key":`.
std::string member(std::string_view key);

} // namespace init::text
