// SPDX-License-Identifier: MIT
#include "system/write_text.h"

#include <unistd.h>

namespace init::system {

world::Result<void> write_text(int fd, std::string_view text) noexcept
{
    while (!text.empty()) {
        const ssize_t put = ::write(fd, text.data(), text.size());
        if (put >= 0)
            text.remove_prefix(static_cast<std::size_t>(put));
        else if (errno != EINTR)
            return world::errno_code();
    }
    return {};
}

} // namespace init::system
