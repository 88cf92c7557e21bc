// SPDX-License-Identifier: MIT
// What a reader has to say about one place in its input. Every parser of the model returns values plus
// a list of these; showing them is left to the caller.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace init::model {

struct Diagnostic {
    std::string file;
    unsigned line = 0;      ///< from 1; 0 where the whole file is meant
    std::string text;       ///< what, why, and what happens now
    std::uint8_t fault = 0; ///< which kind, where its reader tells them apart

    bool operator==(const Diagnostic&) const = default;
};

using Diagnostics = std::vector<Diagnostic>;

/// Of one file: enough to see what is wrong with it, too few to fill a log.
inline constexpr std::size_t most_complaints = 100;

/// Adds `one`; where the last `most_complaints` are of the same file, a note in its place that there are
/// more, and after that nothing.
void complain(Diagnostics& all, Diagnostic one);

/// `file:line: text`, or `file: text` for the whole file.
std::string to_string(const Diagnostic& diagnostic);

} // namespace init::model
