// SPDX-License-Identifier: MIT
#include "host/tree.h"

#include "system/file_kind.h"
#include "system/read_text.h"

#include <boost/filesystem/operations.hpp>

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>

namespace init::host {

world::Result<std::string> Tree::read_file(const std::string& path, std::size_t limit)
{
    return system::read_text(path, limit);
}

world::Result<std::vector<std::string>> Tree::list_folder(const std::string& path)
{
    std::vector<std::string> names;
    boost::system::error_code error;
    boost::filesystem::directory_iterator at(path, error);
    for (const boost::filesystem::directory_iterator end; !error && at != end; at.increment(error))
        names.push_back(at->path().filename().native());
    if (error)
        return error;
    std::sort(names.begin(), names.end());
    return names;
}

world::FileLook Tree::look(const std::string& path)
{
    struct stat found {};
    if (::stat(path.c_str(), &found) != 0)
        return {};
    return {system::file_kind(found.st_mode), ::access(path.c_str(), X_OK) == 0, found.st_mtime};
}

} // namespace init::host
