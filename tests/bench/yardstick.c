// SPDX-License-Identifier: MIT
//
// The least a PID 1 can do to boot and stop a tree of rc scripts: posix_spawn the S-scripts of one folder, level by
// level of their numbers and so many at a time as it is told, wait for TERM, run the K-scripts of another folder the
// same way, exit 0. Reaps whoever comes along. It is what the program is measured against, and leaves labels, logs,
// tracking and deadlines out.
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

/* The pids of scripts that run, 0 where a place is free. */
static pid_t running[1024];
static int most = 1;

static int wait_for_one(void)
{
    pid_t ended = 0;
    while ((ended = waitpid(-1, NULL, 0)) > 0)
        for (int i = 0; i < most; ++i)
            if (running[i] == ended) {
                running[i] = 0;
                return i;
            }
    return -1;
}

static int free_place(void)
{
    for (int i = 0; i < most; ++i)
        if (running[i] == 0)
            return i;
    return wait_for_one();
}

static void wait_for_all(void)
{
    for (int i = 0; i < most; ++i)
        while (running[i] != 0)
            wait_for_one();
}

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
        if (i > 0 && strncmp(entries[i]->d_name, entries[i - 1]->d_name, 3) != 0)
            wait_for_all();
        char path[4096];
        snprintf(path, sizeof path, "%s/%s", folder, entries[i]->d_name);
        char* arguments[] = {path, verb, NULL};
        const int place = free_place();
        pid_t script = 0;
        if (place >= 0 && posix_spawn(&script, path, NULL, &attributes, arguments, environ) == 0)
            running[place] = script;
    }
    wait_for_all();
    for (int i = 0; i < count; ++i)
        free(entries[i]);
    free(entries);
    posix_spawnattr_destroy(&attributes);
}

int main(int argc, char** argv)
{
    if (argc < 3 || argc > 4 || (argc == 4 && (atoi(argv[3]) < 1 || atoi(argv[3]) > 1024))) {
        fputs("usage: yardstick START_FOLDER STOP_FOLDER [AT_ONCE]\n", stderr);
        return 64;
    }
    if (argc == 4)
        most = atoi(argv[3]);
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
