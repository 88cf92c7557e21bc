// SPDX-License-Identifier: MIT
#include "supervisor/foreground_command.h"

#include "model/exit_status.h"
#include "model/run_outcome.h"

#include <fmt/format.h>

#include <csignal>

namespace init::supervisor {
namespace {

using namespace std::chrono_literals;

constexpr auto retry_after = 250ms;
constexpr auto room_patience = 30s;

} // namespace

void ForegroundCommand::start()
{
    was_started_ = true;
    retry_at_.reset();
    world::ChildRequest request;
    request.label = argv_.front();
    request.argv = argv_;
    request.console = true;
    request.controlling = host_.machine.has_terminal();
    request.is_command = true;
    const world::Result<pid_t> pid = host_.processes.launch(request);
    if (pid) {
        pid_ = *pid;
        return;
    }
    if (model::is_for_now(pid.error().value()) && waits_for_room(pid.error()))
        return;
    status_ = model::exit_status::of_failed_exec(pid.error().value());
    host_.log.say(fmt::format("cannot run the command {}: {}; the container stops with status {}",
                              argv_.front(), pid.error().message(), *status_));
}

/// False when it has done so for long enough.
bool ForegroundCommand::waits_for_room(const boost::system::error_code& error)
{
    const world::TimePoint now = host_.clock.now();
    if (!no_room_since_) {
        no_room_since_ = now;
        host_.log.say(fmt::format("no room to run the command {} now: {}; it is tried again for {} s",
                                  argv_.front(), error.message(), room_patience.count()));
    }
    if (now - *no_room_since_ >= room_patience)
        return false;
    retry_at_ = now + retry_after;
    host_.clock.arm({world::Timer::Kind::memory}, *retry_at_);
    return true;
}

bool ForegroundCommand::child_ended(const world::ChildEnded& event) noexcept
{
    if (pid_ == 0 || event.pid != pid_)
        return false;
    pid_ = 0;
    status_ = model::exit_status::of_wait_status(event.status);
    return true;
}

void ForegroundCommand::pass_on(int signo) noexcept
{
    if (pid_ == 0)
        return;
    const bool stops = signo == SIGTSTP || signo == SIGTTIN || signo == SIGTTOU;
    host_.processes.signal_group(pid_, stops ? SIGSTOP : signo);
}

std::optional<int> ForegroundCommand::last_status() const noexcept
{
    return is_alive() ? std::optional(model::exit_status::of_signal(SIGKILL)) : status_;
}

std::string ForegroundCommand::describe_end() const
{
    return fmt::format("the command {} ended with status {}", argv_.front(), status_.value_or(0));
}

} // namespace init::supervisor
