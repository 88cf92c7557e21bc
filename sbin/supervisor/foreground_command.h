// SPDX-License-Identifier: MIT
// The one command that runs beside the tree, in the foreground: CMD. It has the container's terminal and
// output, and its end is the container's end. When it is started, and what a stop does with it, is decided
// elsewhere.
#pragma once

#include "world/host.h"

#include <optional>
#include <string>
#include <vector>

namespace init::supervisor {

class ForegroundCommand {
public:
    /// An empty `argv` is no command.
    ForegroundCommand(world::Host& host, std::vector<std::string> argv) : host_(host), argv_(std::move(argv))
    {
    }

    [[nodiscard]] bool exists() const noexcept { return !argv_.empty(); }
    [[nodiscard]] bool is_wanted() const noexcept { return exists() && !was_started_; }
    [[nodiscard]] bool is_alive() const noexcept { return pid_ != 0; }
    /// It had no room, and may have some now.
    [[nodiscard]] bool is_to_be_tried() const noexcept
    {
        return retry_at_ && host_.clock.now() >= *retry_at_;
    }

    /// Starts it. Where that fails it is over at once, with status 127 for a program that is not there and
    /// 126 for one that cannot be run. Source: POSIX, exit status of a shell's command. Where no process can
    /// be had for now it waits for one, for a time.
    void start();
    /// True when it was this one. Allocates nothing.
    bool child_ended(const world::ChildEnded& event) noexcept;
    /// To its process group. TSTP, TTIN and TTOU stop it, as a group that nobody continues would ignore
    /// them.
    void pass_on(int signo) noexcept;

    /// Once it is over: its exit code, or 128 + the signal.
    [[nodiscard]] std::optional<int> status() const noexcept { return status_; }
    /// When nothing is left: the same, and of one that lived until everything was sent KILL, that.
    [[nodiscard]] std::optional<int> last_status() const noexcept;
    /// "bash ended with status 3".
    [[nodiscard]] std::string describe_end() const;

private:
    [[nodiscard]] bool waits_for_room(const boost::system::error_code& error);

    world::Host& host_;
    std::vector<std::string> argv_;
    bool was_started_ = false;
    pid_t pid_ = 0;
    std::optional<int> status_;
    std::optional<world::TimePoint> no_room_since_;
    std::optional<world::TimePoint> retry_at_;
};

} // namespace init::supervisor
