// SPDX-License-Identifier: MIT
#include "host/look_aside.h"

#include "host/run_by_hand.h"
#include "system/after_fork.h"
#include "system/confine.h"
#include "system/signal_mask.h"
#include "system/signal_process.h"

#include <fmt/format.h>

#include <fcntl.h>
#include <linux/capability.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <cstring>
#include <new>

namespace init::host {
namespace {

constexpr std::size_t longest_verb = 64;

/// What the looker writes, whole or not at all.
struct Answer {
    pid_t pid = 0; ///< 0: none was found
    std::array<char, longest_verb> verb{};
};

} // namespace

LookAside::LookAside(Loop& loop, Ownership& ownership) : loop_(loop), ownership_(ownership)
{
    looks_.reserve(most);
    given_up_.reserve(most);
    loop.add_chore(*this, Loop::Weight::rare);
}

LookAside::~LookAside()
{
    while (!looks_.empty())
        forget(looks_.size() - 1);
}

world::Result<void> LookAside::begin(std::string_view service, std::span<const world::RunId> own)
{
    if (looks_.size() + given_up_.size() >= most)
        return world::errno_code(EAGAIN);
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC | O_NONBLOCK) != 0)
        return world::errno_code();
    system::UniqueFd reader{ends[0]};
    const system::UniqueFd writer{ends[1]};
    Look look_at{std::string(service), 0, std::move(reader), loop_.now() + limit};
    const int fd = look_at.answer.get();
    const pid_t pid = ::fork();
    if (pid == 0)
        look(look_at.service, own, writer.get());
    if (pid < 0)
        return world::errno_code();
    look_at.pid = pid;
    looks_.push_back(std::move(look_at));
    // Refused, or no memory for it: the time that it has tells, and no answer is none. It has begun, so
    // nothing may be thrown any more.
    try {
        (void)loop_.add(fd, control::Interest::read, [this, fd] { answered(fd); });
    } catch (const std::bad_alloc&) {
    }
    return {};
}

/// In the child. What it inherited is let go of first: it may stay for as long as another process likes.
void LookAside::look(const std::string& service, std::span<const world::RunId> own, int answer) noexcept
{
    system::keep_only(&answer, 1);
    ::prctl(PR_SET_NAME, "rc-looker");
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    for (const int signo : {SIGTERM, SIGINT, SIGHUP, SIGQUIT})
        ::signal(signo, SIG_DFL);
    system::SignalMask{}.apply();
    // Whose program and folder it may see the kernel decides by capabilities: with this one all, without it
    // those of processes that have no more than it has itself.
    if (system::has_capability(CAP_SYS_PTRACE))
        system::keep_capabilities({CAP_SYS_PTRACE, CAP_DAC_READ_SEARCH});
    Answer found;
    try {
        const RunByHandSearch search{service};
        ownership_.visit_others([&](const SeenProcess& seen) {
            const bool is_own = seen.whose.run && std::ranges::find(own, *seen.whose.run) != own.end();
            if (is_own || !seen.is_living() || seen.pid == ::getpid())
                return true;
            const std::optional<std::string> verb = search.verb_of(seen.pid);
            if (!verb)
                return true;
            found.pid = seen.pid;
            verb->copy(found.verb.data(), longest_verb - 1);
            return false;
        });
    } catch (...) {
        found = {}; // memory ran out: as if there were none
    }
    constexpr int first_kept = 3;
    ::_exit(::write(first_kept, &found, sizeof found) == sizeof found ? 0 : 1);
}

void LookAside::answered(int fd)
{
    const auto at = std::ranges::find_if(looks_, [fd](const Look& l) { return l.answer.get() == fd; });
    if (at == looks_.end())
        return;
    Answer answer;
    const bool is_whole = ::read(fd, &answer, sizeof answer) == sizeof answer;
    world::RunByHandTold told{at->service, is_whole ? answer.pid : 0, {}};
    if (told.pid != 0)
        told.verb.assign(answer.verb.data(), ::strnlen(answer.verb.data(), longest_verb));
    forget(static_cast<std::size_t>(at - looks_.begin()));
    loop_.push(std::move(told));
}

/// A process of it that has not been reaped is told to end, and known when it does.
void LookAside::forget(std::size_t index) noexcept
{
    Look& over = looks_[index];
    loop_.remove(over.answer.get());
    if (over.pid != 0) {
        (void)system::send_signal(over.pid, SIGKILL);
        given_up_.push_back(over.pid); // there is room: both together are bounded
    }
    looks_.erase(looks_.begin() + static_cast<std::ptrdiff_t>(index));
}

bool LookAside::child_ended(pid_t pid) noexcept
{
    if (std::erase(given_up_, pid) != 0)
        return true;
    const auto at = std::ranges::find(looks_, pid, &Look::pid);
    if (at == looks_.end())
        return false;
    at->pid = 0; // its answer, or the end of the pipe, is on its way
    return true;
}

std::optional<world::TimePoint> LookAside::due() const noexcept
{
    const auto first = std::ranges::min_element(looks_, {}, &Look::until);
    return first != looks_.end() ? std::optional(first->until) : std::nullopt;
}

void LookAside::work(world::TimePoint now) noexcept
{
    for (std::size_t i = looks_.size(); i-- > 0;) {
        if (looks_[i].until > now)
            continue;
        world::RunByHandTold told{std::move(looks_[i].service), 0, {}};
        forget(i);
        loop_.push(std::move(told));
    }
}

} // namespace init::host
