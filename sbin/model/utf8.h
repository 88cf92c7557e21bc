// SPDX-License-Identifier: MIT
// Text out of files of any encoding, made fit for outputs that must be UTF-8.
#pragma once

#include <string>
#include <string_view>

namespace init::model {

/// `text` with each byte that belongs to no UTF-8 sequence replaced by U+FFFD. Source: RFC 3629.
std::string utf8_of(std::string_view text);

} // namespace init::model
