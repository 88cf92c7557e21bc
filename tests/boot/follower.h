// SPDX-License-Identifier: MIT
// Follows every process of a container by ptrace(2), so that a test can act while one of them stands at a
// launch, an exec or an exit. To be used by the thread that started the container.
#pragma once

#include "container.h"

#include <set>

namespace boot {

class Follower {
public:
    /// From now on, with those that init has launched already.
    explicit Follower(Container& box);

    /// Lets all go on until so many launches, execs and exits were seen, or the container runs. The process
    /// of the last one stands still until `release`. Returns how many there were.
    int run_to(int wanted, milliseconds limit = soon);
    /// Lets go of all of them; init alone stays as the container has it. False when one of them could not be
    /// brought to a halt.
    bool release(milliseconds limit = soon);

private:
    bool seize_below(pid_t parent);
    void note(pid_t pid, int status);
    void forget(pid_t pid);
    void let_go(pid_t pid, int status);

    Container& box_;
    pid_t init_;
    std::set<pid_t> known_; ///< without init
    std::set<pid_t> done_;  ///< ended, or let go
    bool is_init_free_ = false;
    pid_t held_ = 0;
    int held_status_ = 0;
};

} // namespace boot
