// SPDX-License-Identifier: MIT
// Questions to the text of a shell script that its commands alone do not answer: the labels of its cases, and
// in which action a line stands.
#pragma once

#include "tree/rc_tree.h"

#include <string_view>

namespace init::lint {

std::string_view base_name(std::string_view path) noexcept;

/// Which of these stand among the patterns of a case: `stop)`, `"stop" | halt)`, `stop*)`.
struct Actions {
    bool start = false, stop = false, status = false;
};
Actions actions_of(std::string_view text);

/// True where the script hands its own arguments to another program or function, which may have any action.
bool passes_action_on(const tree::Script& script);

/// What the line stands in: the name of the last function, or the patterns of the last case, that begins at
/// or before it; empty in front of all.
std::string_view section_at(std::string_view text, unsigned line);

/// The line where `word` is first met; 0 where it is not.
unsigned line_with(std::string_view text, std::string_view word);

} // namespace init::lint
