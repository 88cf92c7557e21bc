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

/// Before what was found: a reader that is killed leaves a part of it.
struct AnswerHead {
    int error = 0;
    std::size_t size = 0;
};

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
        const AnswerHead head{found ? 0 : found.error().value(), found ? found->size() : 0};
        std::string text(sizeof head, '\0');
        std::memcpy(text.data(), &head, sizeof head);
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

/// False when there is no more.
bool read_more(int answer, std::string& text)
{
    constexpr std::size_t piece = 16384;
    const std::size_t held = text.size();
    text.resize(held + piece);
    const ssize_t got = ::read(answer, text.data() + held, piece);
    text.resize(held + static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
    return got > 0;
}

/// Error: EIO where the reader ended before it had said all.
world::Result<std::string> found_in(const std::string& text)
{
    AnswerHead head;
    if (text.size() < sizeof head)
        return world::errno_code(EIO);
    std::memcpy(&head, text.data(), sizeof head);
    if (head.error != 0)
        return world::errno_code(head.error);
    if (text.size() - sizeof head != head.size)
        return world::errno_code(EIO);
    return text.substr(sizeof head);
}

} // namespace

world::Result<std::string> FarFiles::ask(const system::ForeignMount& mount, const Work& work)
{
    if (is_in_reserve())
        return world::errno_code(ETIMEDOUT);
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
    world::TimePoint until = patient_until(begun);
    std::string text;
    bool is_over = false;
    while (!is_over) {
        const world::TimePoint now = std::chrono::steady_clock::now();
        if (has_signal_come())
            until = std::min(until, begun + short_patience);
        if (now >= until)
            break;
        pollfd look{answer, POLLIN, 0};
        const auto left = std::chrono::ceil<milliseconds>(until - now);
        if (::poll(&look, 1, static_cast<int>(std::min(left, slice).count())) > 0)
            is_over = !read_more(answer, text);
    }
    credit_ -= std::min(credit_, std::chrono::steady_clock::now() - begun);
    return is_over ? found_in(text) : world::errno_code(ETIMEDOUT);
}

/// No timer is late for it by more than the short patience: a stop lives by its timers.
world::TimePoint FarFiles::patient_until(world::TimePoint now) noexcept
{
    credit_ = std::min<world::TimePoint::duration>(credit_ + (now - credit_at_) / share, patience);
    credit_at_ = now;
    if (silent() > 0)
        return now + std::min<world::TimePoint::duration>(credit_, short_patience);
    const auto due = loop_ != nullptr ? loop_->soonest_timer() : std::nullopt;
    return due ? std::min(std::max(*due, now + short_patience), now + credit_) : now + credit_;
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
