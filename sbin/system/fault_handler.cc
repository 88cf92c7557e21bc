// SPDX-License-Identifier: MIT
#include "system/fault_handler.h"

#include <signal.h>
#include <unistd.h>

#include <array>
#include <cstring>

namespace init::system {
namespace {

constexpr int fault_status = 70; // EX_SOFTWARE of sysexits.h
constexpr std::array faults = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGTRAP, SIGSYS};

alignas(16) std::array<char, 16 * 1024> stack;

extern "C" void leave_after_fault(int signo)
{
    // Only async-signal-safe calls: the heap may be what broke.
    const char* name = ::sigabbrev_np(signo);
    std::array<char, 96> line{};
    std::size_t length = 0;
    for (const char* part : {"init: a fault in init itself (SIG", name ? name : "?", "); leaving with 70\n"})
        for (; *part != '\0' && length < line.size(); ++part)
            line[length++] = *part;
    (void)!::write(STDERR_FILENO, line.data(), length);
    ::_exit(fault_status);
}

} // namespace

void handle_faults() noexcept
{
    stack_t own{};
    own.ss_sp = stack.data();
    own.ss_size = stack.size();
    (void)::sigaltstack(&own, nullptr);
    struct sigaction action {};
    action.sa_handler = leave_after_fault;
    action.sa_flags = SA_ONSTACK | SA_RESETHAND;
    sigset_t unblocked;
    sigemptyset(&unblocked);
    for (const int fault : faults) {
        (void)::sigaction(fault, &action, nullptr);
        sigaddset(&unblocked, fault);
    }
    (void)::sigprocmask(SIG_UNBLOCK, &unblocked, nullptr);
}

void reset_dispositions() noexcept
{
    struct sigaction action {};
    action.sa_handler = SIG_DFL;
    for (int signo = 1; signo <= SIGRTMAX; ++signo)
        (void)::sigaction(signo, &action, nullptr); // refused for KILL, STOP and the C library's own two
}

} // namespace init::system
