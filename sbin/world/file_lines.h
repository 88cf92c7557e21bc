// SPDX-License-Identifier: MIT
// What callers make of a file that is longer than anybody would write it.
#pragma once

#include "model/diagnostic.h"
#include "world/tree.h"

#include <fmt/format.h>

#include <string>

namespace init::world {

/// The file's whole lines within the first `limit` bytes, a number of KiB. One that has more gives a
/// complaint as well; what was read of it counts. Errors: as of `read_file`.
inline Result<std::string> lines_or_complain(Tree& tree, const std::string& path, std::size_t limit,
                                             model::Diagnostics& complaints)
{
    Result<std::string> text = tree.read_file(path, limit + 1);
    if (!text || text->size() <= limit)
        return text;
    const auto end = text->rfind('\n', limit - 1);
    text->resize(end == std::string::npos ? 0 : end + 1);
    complaints.push_back(
        {path, 0, fmt::format("is longer than {} KiB, what stands beyond is ignored", limit / 1024)});
    return text;
}

} // namespace init::world
