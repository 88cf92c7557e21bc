// SPDX-License-Identifier: MIT
// Reads a whole small file, never waiting for one that is no regular file. Parsing is left to others.
#include "system/read_text.h"

#include "system/unique_fd.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>

namespace init::system {

world::Result<std::string> read_text_at(int folder, const char* path, std::size_t limit, bool follow)
{
    const int flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY | (follow ? 0 : O_NOFOLLOW);
    const UniqueFd file{::openat(folder, path, flags)};
    if (!file)
        return world::errno_code();
    struct stat look {};
    if (::fstat(file.get(), &look) != 0)
        return world::errno_code();
    if (!S_ISREG(look.st_mode))
        return world::errno_code(EINVAL);

    std::string text;
    constexpr std::size_t piece = 4096;
    while (text.size() < limit) {
        const std::size_t held = text.size();
        text.resize(held + std::min(piece, limit - held));
        const ssize_t got = ::read(file.get(), text.data() + held, text.size() - held);
        text.resize(held + static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
        if (got < 0 && errno != EINTR)
            return world::errno_code();
        if (got == 0)
            break;
    }
    return text;
}

world::Result<std::string> read_text(const std::string& path, std::size_t limit)
{
    return read_text_at(AT_FDCWD, path.c_str(), limit, true);
}

} // namespace init::system
