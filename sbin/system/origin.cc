// SPDX-License-Identifier: MIT
// Nothing here has a constructor: the first function runs before them.
#include "system/origin.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace init::system {
namespace {

constexpr mode_t usual_umask = 022;

bool has_mask = false;
sigset_t mask_at_start;
sigset_t ignored_at_start;
int folder_at_start = -1;
mode_t umask_at_start = usual_umask;

} // namespace

void block_signals_at_start() noexcept
{
    sigset_t all;
    sigset_t before;
    ::sigfillset(&all);
    ::sigemptyset(&before);
    (void)::sigprocmask(SIG_SETMASK, &all, &before);
    if (has_mask)
        return;
    has_mask = true;
    if (::sigismember(&before, SIGTERM) == 1 && ::sigismember(&before, SIGCHLD) == 1 &&
        ::sigismember(&before, SIGALRM) == 1)
        ::sigemptyset(&before);
    mask_at_start = before;
}

void remember_origin() noexcept
{
    ::sigemptyset(&ignored_at_start);
    for (int signo = 1; signo < NSIG; ++signo) {
        struct sigaction action {};
        if (::sigaction(signo, nullptr, &action) == 0 && action.sa_handler == SIG_IGN)
            ::sigaddset(&ignored_at_start, signo);
    }
    if (folder_at_start < 0)
        folder_at_start = ::open(".", O_PATH | O_DIRECTORY | O_CLOEXEC);
    umask_at_start = ::umask(usual_umask);
    ::umask(umask_at_start);
}

Origin origin() noexcept
{
    return {&mask_at_start, &ignored_at_start, folder_at_start, umask_at_start};
}

void return_to_origin() noexcept
{
    if (folder_at_start >= 0)
        (void)!::fchdir(folder_at_start);
    ::umask(umask_at_start);
}

} // namespace init::system
