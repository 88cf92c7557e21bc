// SPDX-License-Identifier: MIT
// Reads the options of our own commands with getopt_long(3), and puts its complaints into words. The commands
// that stand for another program's keep that program's syntax and do not come through here.
#pragma once

#include <getopt.h>

#include <span>
#include <string>
#include <utility>
#include <vector>

namespace init::text {

struct CommandLine {
    std::vector<std::pair<int, std::string>> options; ///< `val` of the option, and its value
    std::vector<std::string> words;                   ///< what is no option, in order
    std::string error;                                ///< why the line cannot be used; empty otherwise
};

/// `options` ends with an empty row, and each row's `val` is a number above 255. Options and words may be
/// mixed; `--` ends the options.
CommandLine read_command_line(std::span<const std::string> arguments, const option* options);

} // namespace init::text
