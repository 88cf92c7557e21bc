// SPDX-License-Identifier: MIT
//
// The least a PID 1 can do to reap: sigwait, then waitpid until nothing is left. Ends with TERM.
#include <signal.h>
#include <sys/wait.h>

int main(void)
{
    sigset_t waited;
    sigemptyset(&waited);
    sigaddset(&waited, SIGTERM);
    sigaddset(&waited, SIGCHLD);
    sigprocmask(SIG_BLOCK, &waited, 0);
    for (int number = 0; number != SIGTERM;) {
        sigwait(&waited, &number);
        while (waitpid(-1, 0, WNOHANG) > 0)
            continue;
    }
    return 0;
}
