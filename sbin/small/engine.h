// SPDX-License-Identifier: MIT
// The one engine under every small init: it spawns one command, sends signals on to it, reaps, and ends with
// its status. Without a command it only reaps, until it is told to end. It allocates nothing and has no
// timer.
#pragma once

#include "small/orders.h"

#include <signal.h>

namespace init::small {

class Engine {
public:
    Engine(const Personality& who, const Orders& orders, const Teller& teller, char** environment) noexcept
        : who_(who), orders_(orders), teller_(teller), environment_(environment)
    {
    }

    /// To the end; gives the status to leave with.
    int run() noexcept;

private:
    void take_signals() noexcept;
    void leave_terminal() noexcept;
    bool adopt_orphans() noexcept;
    bool spawn() noexcept;
    void let_go() noexcept;

    int serve() noexcept;
    [[nodiscard]] int next_signal() const noexcept;
    void on_signal(int signo) noexcept;
    void forward(int signo) noexcept;
    void reap() noexcept;
    void on_reaped(pid_t process, int status) noexcept;

    [[noreturn]] void become_command() noexcept;
    void restore_signals() noexcept;
    bool enter_session() noexcept;
    bool enter_foreground() noexcept;
    void name_in_environment() noexcept;

    [[nodiscard]] bool is_over() const noexcept { return status_ >= 0; }

    const Personality& who_;
    const Orders& orders_;
    const Teller& teller_;
    char** environment_;

    sigset_t taken_{};
    sigset_t caller_mask_{};
    bool caller_ignored_children_ = false;
    pid_t command_ = 0;
    int status_ = -1;
};

} // namespace init::small
