// SPDX-License-Identifier: MIT
// What callers make of a folder that cannot be listed.
#pragma once

#include "model/diagnostic.h"
#include "world/tree.h"

#include <fmt/format.h>

#include <string>
#include <utility>
#include <vector>

namespace init::world {

/// The names in it, none where there is no such folder. One that cannot be listed gives none as well, and a
/// complaint; `now` says what that means, as "its files are left out".
inline std::vector<std::string> list_or_complain(Tree& tree, const std::string& path,
                                                 model::Diagnostics& complaints, const char* now)
{
    Result<std::vector<std::string>> names = tree.list_folder(path);
    if (names)
        return std::move(*names);
    if (names.error() == boost::system::errc::argument_list_too_long)
        complaints.push_back({path, 0, fmt::format("holds more than {} names, {}", most_names, now)});
    else if (names.error() != boost::system::errc::no_such_file_or_directory)
        complaints.push_back({path, 0, "cannot be listed (" + names.error().message() + "), " + now});
    return {};
}

/// For one who only shows what there is.
inline std::vector<std::string> names_or_none(Tree& tree, const std::string& path)
{
    model::Diagnostics unheard;
    return list_or_complain(tree, path, unheard, "");
}

} // namespace init::world
