// SPDX-License-Identifier: MIT
#include "host/tree.h"

#include "system/file_kind.h"
#include "system/folder_list.h"
#include "system/read_text.h"
#include "system/unique_fd.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <utility>

namespace init::host {

world::Result<std::string> Tree::read_file(const std::string& path, std::size_t limit)
{
    return system::read_text(path, limit);
}

world::Result<std::vector<std::string>> Tree::list_folder(const std::string& path)
{
    system::UniqueFd folder{::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NONBLOCK)};
    if (!folder)
        return world::errno_code();
    return system::names_in(folder, world::most_names);
}

world::FileLook Tree::look(const std::string& path)
{
    struct stat found {};
    if (::stat(path.c_str(), &found) != 0)
        return {};
    return {system::file_kind(found.st_mode), ::access(path.c_str(), X_OK) == 0, found.st_mtime};
}

} // namespace init::host
