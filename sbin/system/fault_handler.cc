// SPDX-License-Identifier: MIT
#include "system/fault_handler.h"

#include "model/exit_status.h"

#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <cstring>
#include <exception>

namespace init::system {
namespace {

constexpr std::array faults = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGTRAP, SIGSYS};

alignas(16) std::array<char, 16 * 1024> stack;

extern "C" void leave_after_fault(int signo)
{
    // Only async-signal-safe calls: the heap may be what broke.
    const char* name = ::sigabbrev_np(signo);
    write_last_words({"init: a fault in init itself (SIG", name ? name : "?", "); leaving with 70\n"});
    ::_exit(model::exit_status::init_fault);
}

/// For an exception that nobody caught: says which, and goes the way of a fault.
[[noreturn]] void end_uncaught() noexcept
{
    if (const std::exception_ptr caught = std::current_exception()) {
        try {
            std::rethrow_exception(caught);
        } catch (const std::exception& e) {
            write_last_words({"an exception got past every handler: ", e.what(), "\n"});
        } catch (...) {
            write_last_words({"an exception of unknown type got past every handler\n"});
        }
    }
    std::abort();
}

} // namespace

void write_last_words(std::initializer_list<const char*> parts) noexcept
{
    std::array<char, 240> line{};
    std::size_t length = 0;
    for (const char* part : parts)
        for (; *part != '\0' && length < line.size(); ++part)
            line[length++] = *part;
    // A pipe that says it can be written to takes this much at once.
    pollfd room{STDERR_FILENO, POLLOUT, 0};
    if (::poll(&room, 1, 0) == 1 && (room.revents & POLLOUT) != 0)
        (void)!::write(STDERR_FILENO, line.data(), length);
}

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

// The C++ library's own handler brings 50 KiB of demangler along; where this variable is defined, it is not
// linked. Source: eh_term_handler.cc of libstdc++.
namespace __cxxabiv1 { // NOLINT(bugprone-reserved-identifier)
extern std::terminate_handler __terminate_handler;
std::terminate_handler __terminate_handler = init::system::end_uncaught;
} // namespace __cxxabiv1
