// SPDX-License-Identifier: MIT
#include "follower.h"

#include <poll.h>
#include <sys/ptrace.h>
#include <sys/wait.h>

#include <fstream>
#include <string>

namespace boot {
namespace {

constexpr long exits = PTRACE_O_TRACEEXIT; // what the container itself asks for
constexpr long everything =
    exits | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | PTRACE_O_TRACECLONE | PTRACE_O_TRACEEXEC;

int event_of(int status)
{
    return status >> 16;
}

bool is_launch(int status)
{
    const int event = event_of(status);
    return event == PTRACE_EVENT_FORK || event == PTRACE_EVENT_VFORK || event == PTRACE_EVENT_CLONE;
}

/// The signal that the stop has held back; 0 where it was no signal's.
long signal_of(int status)
{
    return event_of(status) == 0 ? WSTOPSIG(status) : 0;
}

} // namespace

Follower::Follower(Container& box) : box_(box), init_(box.pid_of_init())
{
    ::ptrace(PTRACE_SEIZE, init_, nullptr, everything);
    // Keepers are cloned by the spawner, which may be there before us, and so may one of its children: until
    // nobody new is found. Whom a followed one launches is followed from its birth.
    while (seize_below(init_)) {
    }
}

/// True where one was found that was not followed yet.
bool Follower::seize_below(pid_t parent)
{
    const std::string number = std::to_string(parent);
    std::ifstream children{"/proc/" + number + "/task/" + number + "/children"};
    bool found = false;
    for (pid_t child = 0; children >> child;) {
        if (::ptrace(PTRACE_SEIZE, child, nullptr, everything) == 0) {
            known_.insert(child);
            found = true;
        }
        found = seize_below(child) || found;
    }
    return found;
}

/// A launched process is followed from its first instruction; the launch tells which, and may tell it after
/// the process itself was seen, or has ended.
void Follower::note(pid_t pid, int status)
{
    const auto add = [this](pid_t followed) {
        if (followed != init_ && !done_.contains(followed))
            known_.insert(followed);
    };
    add(pid);
    unsigned long child = 0;
    if (is_launch(status) && ::ptrace(PTRACE_GETEVENTMSG, pid, nullptr, &child) == 0)
        add(static_cast<pid_t>(child));
}

void Follower::forget(pid_t pid)
{
    known_.erase(pid);
    done_.insert(pid);
}

int Follower::run_to(int wanted, milliseconds limit)
{
    const auto until = std::chrono::steady_clock::now() + limit;
    for (int seen = 0;;) {
        int status = 0;
        const pid_t pid = ::waitpid(-1, &status, WNOHANG | __WALL | __WNOTHREAD);
        if (pid <= 0) {
            if (box_.wait_for_state("running", milliseconds{1}) || std::chrono::steady_clock::now() >= until)
                return seen;
            continue;
        }
        if (!WIFSTOPPED(status)) {
            forget(pid);
            continue;
        }
        note(pid, status);
        const bool counts = is_launch(status) || event_of(status) == PTRACE_EVENT_EXEC ||
                            event_of(status) == PTRACE_EVENT_EXIT;
        if (counts && ++seen == wanted) {
            held_ = pid;
            held_status_ = status;
            return seen;
        }
        ::ptrace(PTRACE_CONT, pid, nullptr, signal_of(status));
    }
}

void Follower::let_go(pid_t pid, int status)
{
    if (!WIFSTOPPED(status))
        return forget(pid);
    note(pid, status);
    if (pid != init_) {
        ::ptrace(PTRACE_DETACH, pid, nullptr, signal_of(status));
        return forget(pid);
    }
    ::ptrace(PTRACE_SETOPTIONS, init_, nullptr, exits);
    ::ptrace(PTRACE_CONT, init_, nullptr, signal_of(status));
    is_init_free_ = true;
}

bool Follower::release(milliseconds limit)
{
    if (held_ != 0)
        let_go(held_, held_status_);
    held_ = 0;
    // One that waits for its child to exec stands still only after the child was let go, so none is waited
    // for by itself.
    const auto until = std::chrono::steady_clock::now() + limit;
    while (!known_.empty() || !is_init_free_) {
        for (const pid_t pid : known_)
            ::ptrace(PTRACE_INTERRUPT, pid, nullptr, nullptr);
        if (!is_init_free_)
            ::ptrace(PTRACE_INTERRUPT, init_, nullptr, nullptr);
        int status = 0;
        pid_t pid = 0;
        while ((pid = ::waitpid(-1, &status, WNOHANG | __WALL | __WNOTHREAD)) > 0)
            let_go(pid, status);
        if (std::chrono::steady_clock::now() >= until)
            return false;
        ::poll(nullptr, 0, 1);
    }
    return true;
}

} // namespace boot
