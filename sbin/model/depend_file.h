// SPDX-License-Identifier: MIT
// insserv's `.depend.boot`, `.depend.start` and `.depend.stop`: the graph that it wrote for startpar, like a
// makefile.
#pragma once

#include "model/diagnostic.h"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace init::model {

struct DependFile {
    std::vector<std::string> targets;
    std::vector<std::string> interactive;
    std::vector<std::pair<std::string, std::vector<std::string>>> rules; ///< `name: dep dep`

    bool operator==(const DependFile&) const = default;
};

/// Reads `TARGETS = a b`, `INTERACTIVE = x` and `name: dep dep`; lines may be continued by a backslash. A bad
/// line costs that line. Source: insserv(8), startpar(8).
DependFile read_depend_file(std::string_view text, std::string_view file, Diagnostics& complaints);

} // namespace init::model
