// SPDX-License-Identifier: MIT
//
// A daemon that does nothing: forks twice, writes its pid file, closes its output and sleeps until TERM, when it
// removes the file. Its starter returns when the file is there.
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

static const char* pid_file;

static void leave(int number)
{
    (void)number;
    unlink(pid_file);
    _exit(0);
}

int main(int argc, char** argv)
{
    if (argc != 2)
        return 64;
    pid_file = argv[1];
    const pid_t first = fork();
    if (first < 0)
        return 1;
    if (first > 0) {
        int status = 0;
        waitpid(first, &status, 0);
        return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
    }
    setsid();
    signal(SIGTERM, leave);
    const pid_t second = fork();
    if (second < 0)
        _exit(1);
    if (second > 0) {
        char text[32];
        const int length = snprintf(text, sizeof text, "%d\n", (int)second);
        const int file = open(pid_file, O_WRONLY | O_CREAT | O_TRUNC, 0644);
        _exit(file >= 0 && write(file, text, (size_t)length) == length ? 0 : 1);
    }
    const int null = open("/dev/null", O_RDWR);
    for (int number = 0; number < 3; ++number)
        dup2(null, number);
    for (;;)
        pause();
}
