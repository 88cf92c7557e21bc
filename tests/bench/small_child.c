// SPDX-License-Identifier: MIT
//
// The command under a small init: `orphans N` makes N orphans one after the other and waits to be ended; `hear FD` writes the
// time at which its handler ran, in nanoseconds, to the descriptor.
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static int told = -1;

static void hear(int number)
{
    struct timespec now;
    (void)number;
    clock_gettime(CLOCK_MONOTONIC, &now);
    const int64_t at = (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
    if (write(told, &at, sizeof at) != sizeof at)
        _exit(70);
}

static void make_orphans(int number)
{
    for (int made = 0; made < number; ++made) {
        const pid_t middle = fork();
        if (middle == 0) {
            if (fork() == 0)
                _exit(0);
            _exit(0);
        }
        waitpid(middle, NULL, 0);
    }
}

int main(int argc, char** argv)
{
    if (argc != 4)
        return 64;
    told = atoi(argv[3]);
    if (strcmp(argv[1], "orphans") == 0) {
        make_orphans(atoi(argv[2]));
    } else {
        struct sigaction action;
        memset(&action, 0, sizeof action);
        action.sa_handler = hear;
        sigaction(SIGUSR1, &action, NULL);
    }
    if (write(told, "ready!!!", 8) != 8)
        return 70;
    for (;;)
        pause();
}
