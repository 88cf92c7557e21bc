// SPDX-License-Identifier: MIT
// What others wrote, as it may stand in a message: a client's words, a field of inittab, a name in a tree.
// Whoever reads the message on a terminal sees it, and the terminal obeys none of it.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace init::model {

/// For what has no length of its own: enough to find it again.
inline constexpr std::size_t shown_length = 40;

/// True of one character in UTF-8 that a terminal obeys instead of showing it: a control character, an end
/// of a line, one that turns the direction of text.
bool is_obeyed(std::string_view character) noexcept;

/// Takes one character from the head of `text`, which is not empty, and returns it as it may be shown:
/// itself, or `?` for one that is obeyed and for a byte that is part of no character. Allocates nothing.
std::string_view take_shown(std::string_view& text) noexcept;

/// One line of valid UTF-8. A control character, one that turns the direction of text, and a byte that is
/// part of no character become `?`; what is longer than `most` bytes is cut between characters and ends in
/// `...`.
std::string shown_text(std::string_view text, std::size_t most = shown_length);

} // namespace init::model
