// SPDX-License-Identifier: MIT
//
// The least a PID 1 can do to boot and stop a tree of rc scripts: posix_spawn the S-scripts of one folder one at a
// time, wait for TERM, run the K-scripts of another folder the same way, exit 0. Reaps whoever comes along. It is
// what the program is measured against, and leaves labels, logs, tracking and deadlines out.
#include <dirent.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

extern char** environ;

static int is_start(const struct dirent* entry) { return entry->d_name[0] == 'S'; }
static int is_stop(const struct dirent* entry) { return entry->d_name[0] == 'K'; }

static void run_folder(const char* folder, int (*filter)(const struct dirent*), char* verb)
{
    struct dirent** entries = NULL;
    const int count = scandir(folder, &entries, filter, alphasort);
    posix_spawnattr_t attributes;
    sigset_t none;
    sigemptyset(&none);
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
    for (int i = 0; i < count; ++i) {
        char path[4096];
        snprintf(path, sizeof path, "%s/%s", folder, entries[i]->d_name);
        char* arguments[] = {path, verb, NULL};
        pid_t script = 0;
        if (posix_spawn(&script, path, NULL, &attributes, arguments, environ) == 0) {
            pid_t ended = 0;
            while ((ended = waitpid(-1, NULL, 0)) != script && ended > 0)
                continue;
        }
        free(entries[i]);
    }
    free(entries);
    posix_spawnattr_destroy(&attributes);
}

int main(int argc, char** argv)
{
    if (argc != 3) {
        fputs("usage: yardstick START_FOLDER STOP_FOLDER\n", stderr);
        return 64;
    }
    sigset_t waited;
    sigemptyset(&waited);
    sigaddset(&waited, SIGTERM);
    sigaddset(&waited, SIGCHLD);
    sigprocmask(SIG_BLOCK, &waited, NULL);

    char start[] = "start";
    char stop[] = "stop";
    run_folder(argv[1], is_start, start);
    for (int number = 0; number != SIGTERM;) {
        sigwait(&waited, &number);
        while (waitpid(-1, NULL, WNOHANG) > 0)
            continue;
    }
    run_folder(argv[2], is_stop, stop);
    return 0;
}
