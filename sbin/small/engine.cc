// SPDX-License-Identifier: MIT
// What the engine does before and after the command is there. All that it waits for is a signal, so that
// nothing wakes it while nothing happens.
#include "small/engine.h"

#include "system/resident_memory.h"
#include "system/signal_process.h"

#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <climits>

namespace init::small {
namespace {

constexpr int failed = 1;
constexpr int killed_base = 128;
constexpr int last_signal = 64;

bool holds(Signals set, int signo) noexcept
{
    return (set & signals(signo)) != 0;
}

} // namespace

int Engine::run() noexcept
{
    take_signals();
    if (orders_.parent_death != 0 && ::prctl(PR_SET_PDEATHSIG, orders_.parent_death) != 0)
        return failed;
    if (orders_.own_session)
        leave_terminal();
    if (!adopt_orphans())
        return failed;
    if (orders_.command != nullptr && !spawn())
        return failed;
    let_go();
    return serve();
}

void Engine::take_signals() noexcept
{
    ::sigemptyset(&taken_);
    for (int signo = 1; signo <= last_signal; ++signo)
        if (holds(who_.taken, signo))
            ::sigaddset(&taken_, signo); // refuses the two that the C library keeps
    ::sigprocmask(SIG_SETMASK, &taken_, &caller_mask_);

    // A caller that ignores CHLD would cost us the statuses; a child that merely stops need not wake us.
    struct sigaction children {};
    struct sigaction before {};
    children.sa_handler = SIG_DFL;
    children.sa_flags = SA_NOCLDSTOP;
    ::sigaction(SIGCHLD, &children, &before);
    caller_ignored_children_ = before.sa_handler == SIG_IGN;
}

void Engine::leave_terminal() noexcept
{
    if (::ioctl(STDIN_FILENO, TIOCNOTTY) != 0) {
        teller_.mention(Event::terminal_kept, {.error = errno});
        return;
    }
    teller_.mention(Event::terminal_left);
    // The kernel has just told the foreground group that its session's leader left the terminal. The command
    // must not hear of it: HUP would end it. Source: ioctl_tty(2).
    if (::getsid(0) != ::getpid())
        return;
    for (const int signo : {SIGHUP, SIGCONT}) {
        const timespec at_once{};
        sigset_t one;
        ::sigemptyset(&one);
        ::sigaddset(&one, signo);
        if (::sigtimedwait(&one, nullptr, &at_once) == signo)
            teller_.mention(Event::swallowed, {.number = signo, .signal = signo});
    }
}

bool Engine::adopt_orphans() noexcept
{
    if (who_.adopting == Adopting::never)
        return true;
    if (who_.adopting == Adopting::always || orders_.subreaper) {
        if (::prctl(PR_SET_CHILD_SUBREAPER, 1) == 0)
            return true;
        teller_.tell(Event::subreaper_failed, {.error = errno});
        return false;
    }
    int is_subreaper = 0;
    if (::getpid() != 1 && (::prctl(PR_GET_CHILD_SUBREAPER, &is_subreaper) != 0 || is_subreaper == 0))
        teller_.tell(Event::not_first);
    return true;
}

void Engine::let_go() noexcept
{
    if (who_.leaves_folder) [[maybe_unused]]
        const int there = ::chdir("/"); // else it is kept busy, and no more
    // Through the bare call: older libraries lack it, and older kernels keep the descriptors open.
    if (who_.closes_descriptors)
        ::syscall(SYS_close_range, STDERR_FILENO + 1, UINT_MAX, 0);
    system::release_code();
}

int Engine::serve() noexcept
{
    // Once before the first wait: children that were there before us may have ended before CHLD was blocked.
    for (reap(); !is_over();) {
        const int signo = next_signal();
        if (signo == SIGCHLD)
            reap();
        else
            on_signal(signo);
    }
    return status_;
}

int Engine::next_signal() const noexcept
{
    int signo = 0;
    // Fails only when a signal that is not taken stops and continues us.
    do
        signo = ::sigwaitinfo(&taken_, nullptr);
    while (signo < 0);
    return signo;
}

void Engine::on_signal(int signo) noexcept
{
    teller_.mention(Event::received, {.number = signo, .signal = signo});
    if (orders_.command == nullptr) {
        if (signo == SIGTERM || signo == SIGINT) {
            teller_.tell(Event::stopped, {.number = signo, .signal = signo});
            status_ = 0;
        }
        return;
    }
    if (holds(who_.swallowed, signo)) {
        teller_.mention(Event::swallowed, {.number = signo, .signal = signo});
        return;
    }
    forward(signo);
    if (who_.suspends && holds(terminal_stops, signo)) {
        teller_.mention(Event::suspended);
        (void)system::send_signal(::getpid(), SIGSTOP);
    }
}

void Engine::forward(int signo) noexcept
{
    const int sent = signo <= rewritable && orders_.rewritten[signo] >= 0 ? orders_.rewritten[signo] : signo;
    if (sent == 0) {
        teller_.mention(Event::dropped, {.number = signo, .signal = signo});
        return;
    }
    const auto done =
        orders_.group ? system::send_group_signal(command_, sent) : system::send_signal(command_, sent);
    if (done) {
        teller_.mention(Event::forwarded, {.number = sent, .process = command_, .signal = sent});
        return;
    }
    const int error = done.error().value();
    teller_.tell(Event::forward_failed,
                 {.error = error, .number = sent, .process = command_, .signal = sent});
    if (who_.fatal_forward && error != ESRCH)
        status_ = failed;
}

void Engine::reap() noexcept
{
    int status = 0;
    while (!is_over()) {
        const pid_t process = ::waitpid(-1, &status, WNOHANG);
        if (process <= 0)
            return;
        on_reaped(process, status);
    }
}

void Engine::on_reaped(pid_t process, int status) noexcept
{
    const bool exited = WIFEXITED(status);
    const int code = exited ? WEXITSTATUS(status) : killed_base + WTERMSIG(status);
    const Facts facts{.number = exited ? code : WTERMSIG(status),
                      .process = process,
                      .signal = exited ? 0 : WTERMSIG(status)};
    teller_.mention(exited ? Event::reaped_exited : Event::reaped_killed, facts);
    if (process != command_) {
        if (orders_.warn_reaped)
            teller_.tell(Event::orphan_reaped, facts);
        return;
    }
    if (who_.parting != 0)
        forward(who_.parting);
    teller_.mention(Event::command_ended, {.number = code, .process = process});
    status_ = orders_.to_zero.test(static_cast<std::size_t>(code)) ? 0 : code;
}

} // namespace init::small
