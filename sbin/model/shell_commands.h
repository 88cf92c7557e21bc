// SPDX-License-Identifier: MIT
// Cuts a shell script into its simple commands, well enough to ask which programs it calls: quotes, comments,
// here documents and continued lines are understood, expansions are not carried out.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace init::model {

struct ShellCommand {
    unsigned line = 0;              ///< where its first word stands, from 1
    unsigned depth = 0;             ///< how many of `if`, `case`, loops and braces are open around it
    bool is_conditional = false;    ///< behind `&&` or `||`
    std::vector<std::string> words; ///< without quotes, assignments in front, and words like `if` and `then`
    std::vector<std::string> redirects; ///< with the direction in front: `>/dev/null`, `</dev/console`
};

/// Never empty `words`, in the order of the text. An unclosed quote is taken for an ordinary character.
std::vector<ShellCommand> shell_commands(std::string_view script);

} // namespace init::model
