// SPDX-License-Identifier: MIT
// Descriptors that stand for processes, by number of the system call: the C library may be older than the
// kernel.
#include "system/pidfd.h"

#include <sys/syscall.h>
#include <unistd.h>

namespace init::system {

world::Result<UniqueFd> open_pidfd(pid_t pid) noexcept
{
    const long fd = ::syscall(SYS_pidfd_open, pid, 0U);
    if (fd < 0)
        return world::errno_code();
    return UniqueFd(static_cast<int>(fd));
}

} // namespace init::system
