// SPDX-License-Identifier: MIT
#include "host/far_files.h"

#include "system/after_fork.h"
#include "system/confine.h"
#include "system/signal_mask.h"
#include "system/write_text.h"
#include "world/guarded.h"

#include <fmt/format.h>

#include <fcntl.h>
#include <linux/capability.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstring>

namespace init::host {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds slice{50}; ///< after which it is asked whether a signal has come

/// In the child, which may stay for as long as the file server likes: what it inherited is let go of first.
[[noreturn]] void read_aside(const FarFiles::Work& work, int answer) noexcept
{
    constexpr int first_kept = 3;
    system::keep_only(&answer, 1);
    ::prctl(PR_SET_NAME, "rc-looker");
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    for (const int signo : {SIGTERM, SIGINT, SIGHUP, SIGQUIT, SIGPIPE})
        ::signal(signo, SIG_DFL);
    system::SignalMask{}.apply();
    system::keep_capabilities({CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH}); // what init itself would read with
    try {
        const world::Result<std::string> found = work();
        const int error = found ? 0 : found.error().value();
        std::string text(sizeof error, '\0');
        std::memcpy(text.data(), &error, sizeof error);
        if (found)
            text += *found;
        (void)system::write_text(first_kept, text);
    } catch (...) {
        // Memory ran out: no answer is an error for who waits.
    }
    ::_exit(0);
}

/// Of those that init acts upon; the end of a child is none, they end all the time.
bool has_signal_come() noexcept
{
    sigset_t pending;
    if (::sigpending(&pending) != 0)
        return false;
    for (int signo = 1; signo <= SIGRTMAX; ++signo)
        if (signo != SIGCHLD && signo != SIGPIPE && ::sigismember(&pending, signo) == 1)
            return true;
    return false;
}

} // namespace

world::Result<std::string> FarFiles::ask(const system::ForeignMount& mount, const Work& work)
{
    collect();
    if (is_silent(mount.id) || silent() >= most)
        return world::errno_code(ETIMEDOUT);
    Reader reader{0, 0, mount.path};
    readers_.reserve(readers_.size() + 1);
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0)
        return world::errno_code();
    const system::UniqueFd answer{ends[0]};
    system::UniqueFd writer{ends[1]};
    reader.pid = ::fork();
    if (reader.pid == 0)
        read_aside(work, writer.get());
    if (reader.pid < 0)
        return world::errno_code();
    writer.reset();
    if (ownership_ != nullptr)
        ownership_->add_helper(reader.pid);
    readers_.push_back(std::move(reader)); // there is room
    world::Result<std::string> found = wait_for(answer.get());
    if (!found && found.error().value() == ETIMEDOUT) {
        readers_.back().mount = mount.id;
        tell_silence(mount);
    }
    return found;
}

world::Result<std::string> FarFiles::wait_for(int answer)
{
    const world::TimePoint begun = std::chrono::steady_clock::now();
    world::TimePoint until = patient_until();
    std::string text;
    for (;;) {
        const world::TimePoint now = std::chrono::steady_clock::now();
        if (has_signal_come())
            until = std::min(until, begun + short_patience);
        if (now >= until)
            return world::errno_code(ETIMEDOUT);
        pollfd look{answer, POLLIN, 0};
        const auto left = std::chrono::ceil<milliseconds>(until - now);
        if (::poll(&look, 1, static_cast<int>(std::min(left, slice).count())) <= 0)
            continue;
        constexpr std::size_t piece = 16384;
        const std::size_t held = text.size();
        text.resize(held + piece);
        const ssize_t got = ::read(answer, text.data() + held, piece);
        text.resize(held + static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
        if (got <= 0)
            break;
    }
    int error = EIO; // it ended without a word
    if (text.size() >= sizeof error)
        std::memcpy(&error, text.data(), sizeof error);
    if (error != 0)
        return world::errno_code(error);
    return text.substr(sizeof error);
}

/// No timer is late for it by more than the short patience: a stop lives by its timers.
world::TimePoint FarFiles::patient_until() const noexcept
{
    const world::TimePoint now = std::chrono::steady_clock::now();
    if (silent() > 0)
        return now + short_patience;
    const auto due = loop_ != nullptr ? loop_->soonest_timer() : std::nullopt;
    return due ? std::clamp(*due, now + short_patience, now + patience) : now + patience;
}

bool FarFiles::is_silent(int mount) const noexcept
{
    return std::ranges::find(readers_, mount, &Reader::mount) != readers_.end();
}

std::size_t FarFiles::silent() const noexcept
{
    return static_cast<std::size_t>(
        std::ranges::count_if(readers_, [](const Reader& reader) { return reader.mount != 0; }));
}

/// Those whose answer was heard are on their way out, and one look after another may be asked for before the
/// reaper has its turn.
void FarFiles::collect() noexcept
{
    for (std::size_t i = readers_.size(); i-- > 0;)
        if (const pid_t pid = readers_[i].pid; ::waitpid(pid, nullptr, WNOHANG) != 0)
            (void)child_ended(pid);
}

bool FarFiles::child_ended(pid_t pid) noexcept
{
    const auto at = std::ranges::find(readers_, pid, &Reader::pid);
    if (at == readers_.end())
        return false;
    if (ownership_ != nullptr)
        ownership_->drop_helper(pid);
    if (at->mount != 0)
        tell_answer(*at);
    readers_.erase(at);
    return true;
}

void FarFiles::tell_silence(const system::ForeignMount& mount)
{
    if (log_ != nullptr)
        world::say_if_possible(*log_, [&] {
            log_->say(fmt::format("{}: its file server ({}) does not answer; what lies there is not read "
                                  "until it does, and scripts there are run unread",
                                  mount.path, mount.type));
        });
}

void FarFiles::tell_answer(const Reader& reader) noexcept
{
    if (log_ == nullptr || loop_->is_in_reserve())
        return; // where nothing allocates
    world::say_if_possible(*log_, [&] {
        log_->say(fmt::format("{}: its file server answers again, or has gone; what lies there is read again",
                              reader.place));
    });
}

} // namespace init::host
