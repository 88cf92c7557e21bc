// SPDX-License-Identifier: MIT
// The way from the engine to its command. Between vfork and exec the child shares our memory and we stand
// still, so that no signal can come between its first act and its last.
#include "small/engine.h"

#include <fcntl.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>

namespace init::small {
namespace {

constexpr int failed = 1;

} // namespace

bool Engine::spawn() noexcept
{
    // Called right here: the child must not return from the function that made it.
#ifdef __SANITIZE_ADDRESS__
    const pid_t child = ::fork(); // the sanitizer's shadow of the stack would be shared too
#else
    const pid_t child = ::vfork();
#endif
    if (child == 0)
        become_command();
    if (child < 0) {
        teller_.tell(Event::fork_failed, {.error = errno});
        return false;
    }
    command_ = child;
    teller_.mention(Event::spawned, {.words = orders_.command[0], .process = child});
    return true;
}

void Engine::become_command() noexcept
{
    const bool placed = orders_.own_session ? enter_session() : enter_foreground();
    if (!placed)
        ::_exit(failed);
    if (who_.moves_listen_pid)
        name_in_environment();
    restore_signals();
    ::execvp(orders_.command[0], orders_.command);
    const int error = errno;
    teller_.tell(Event::exec_failed, {.words = orders_.command[0], .error = error});
    ::_exit(error == ENOENT ? who_.exec.not_found : error == EACCES ? who_.exec.denied : who_.exec.other);
}

void Engine::restore_signals() noexcept
{
    struct sigaction action {};
    if (who_.fresh_signals) {
        action.sa_handler = SIG_DFL;
        for (int signo = 1; signo <= rewritable; ++signo)
            ::sigaction(signo, &action, nullptr);
        ::sigemptyset(&caller_mask_);
    } else if (caller_ignored_children_) {
        action.sa_handler = SIG_IGN;
        ::sigaction(SIGCHLD, &action, nullptr);
    }
    ::sigprocmask(SIG_SETMASK, &caller_mask_, nullptr);
}

bool Engine::enter_session() noexcept
{
    if (::setsid() < 0) {
        teller_.tell(Event::session_failed, {.error = errno});
        return false;
    }
    if (::ioctl(STDIN_FILENO, TIOCSCTTY, 0) != 0)
        teller_.mention(Event::terminal_not_there, {.error = errno});
    return true;
}

bool Engine::enter_foreground() noexcept
{
    if (who_.terminal == Terminal::session)
        return true;
    if (::setpgid(0, 0) != 0) {
        teller_.tell(Event::session_failed, {.error = errno});
        return false;
    }
    int terminal = who_.terminal == Terminal::from_dev_tty ? ::open("/dev/tty", O_RDWR | O_CLOEXEC) : -1;
    if (terminal < 0)
        terminal = STDIN_FILENO;
    // TTOU is blocked: a group in the background may take the foreground.
    if (::tcsetpgrp(terminal, ::getpgrp()) == 0)
        return true;
    const int error = errno;
    const bool matters = std::find(who_.terminal_errors.begin(), who_.terminal_errors.end(), error) ==
                         who_.terminal_errors.end();
    teller_.tell(matters ? Event::terminal_failed : Event::terminal_not_there, {.error = error});
    return !matters;
}

void Engine::name_in_environment() noexcept
{
    constexpr char name[] = "LISTEN_PID=";
    constexpr std::size_t length = sizeof name - 1;
    static char renamed[length + 12];
    for (char** variable = environment_; *variable != nullptr; ++variable) {
        if (std::strncmp(*variable, name, length) != 0 || std::atol(*variable + length) != ::getppid())
            continue;
        std::memcpy(renamed, name, length);
        char* digit = renamed + sizeof renamed - 1;
        for (pid_t left = ::getpid(); left > 0; left /= 10)
            *--digit = static_cast<char>('0' + left % 10);
        std::memmove(renamed + length, digit, std::strlen(digit) + 1);
        *variable = renamed;
    }
}

} // namespace init::small
