// SPDX-License-Identifier: MIT
#include "system/folder_list.h"

#include <dirent.h>

#include <algorithm>
#include <memory>
#include <string_view>

namespace init::system {
namespace {

struct CloseFolder {
    void operator()(DIR* folder) const noexcept { ::closedir(folder); }
};

} // namespace

world::Result<std::vector<std::string>> names_in(UniqueFd folder)
{
    const std::unique_ptr<DIR, CloseFolder> stream{::fdopendir(folder.get())};
    if (!stream)
        return world::errno_code();
    (void)folder.release(); // the stream closes it
    std::vector<std::string> names;
    for (;;) {
        errno = 0;
        const dirent* const entry = ::readdir(stream.get());
        if (entry == nullptr)
            break;
        const std::string_view name = entry->d_name;
        if (name != "." && name != "..")
            names.emplace_back(name);
    }
    if (errno != 0)
        return world::errno_code();
    std::sort(names.begin(), names.end());
    return names;
}

} // namespace init::system
