// SPDX-License-Identifier: MIT
// A line that one of our commands writes for people. Everything that holds a name out of a tree, or words
// that somebody else chose, goes to a terminal through here.
#pragma once

#include <cstdio>
#include <string>
#include <string_view>

namespace init::text {

/// The whole of `line` as `model::shown_text` shows it, and a newline.
std::string shown_line(std::string_view line);
void print_line(std::FILE* to, std::string_view line);

} // namespace init::text
