// SPDX-License-Identifier: MIT
// Watches one process by ptrace(2) for what the process that is PID 1 must never do: stay in a system call
// other than its wait, or compute for long between two waits. A process of its own does the watching, so that
// the test goes on as if nobody did.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace hostile {

/// The time in a call is what the process itself has spent: what it was runnable and another process ran, and
/// what the watch itself had to wait for a processor, is taken off.
struct StallLimits {
    std::chrono::milliseconds call{50};
    std::chrono::milliseconds launch{
        500}; ///< of a clone: it waits for the child's exec, and the child for a processor
    std::chrono::milliseconds compute{200}; ///< processor time between two waits
};

struct StallReport {
    bool has_watched = false;
    std::uint64_t calls = 0; ///< system calls, the waits among them
    std::uint64_t waits = 0;
    std::string longest; ///< the call other than a wait that took the longest
    /// Each call, and each time between two waits, that was over its limit: "read(7) took 102 ms".
    std::vector<std::string> faults;
};

class StallWatch {
public:
    /// Watches this process from now on, until it ends or the object goes.
    explicit StallWatch(pid_t watched, StallLimits limits = {});
    StallWatch(const StallWatch&) = delete;
    StallWatch& operator=(const StallWatch&) = delete;
    ~StallWatch();

    /// What there is so far. It is complete once the process has ended and been waited for.
    [[nodiscard]] StallReport report() const;

private:
    struct Board;

    Board* board_;
    pid_t watcher_ = -1;
};

} // namespace hostile
