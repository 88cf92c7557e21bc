// SPDX-License-Identifier: MIT
//
// A program as PID 1 in namespaces of its own, with what the benchmark reads of it: time, CPU of its whole
// tree, processes, memory. One container is one run; its destructor ends it.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <sys/types.h>
#include <thread>
#include <vector>

namespace bench {

using Clock = std::chrono::steady_clock;

struct Setting {
    std::string root;                   ///< the folder that becomes `/`
    std::vector<std::string> arguments; ///< of PID 1; the first is a path inside
    std::vector<std::string> environment;
    std::string log;           ///< the file its output is appended to
    bool host_userland = true; ///< bind the host's /usr, read-only
    bool terminal = false;     ///< its stdin, stdout and stderr are a terminal that it controls
};

class Container {
public:
    explicit Container(const Setting& setting);
    ~Container();
    Container(const Container&) = delete;
    Container& operator=(const Container&) = delete;

    pid_t pid() const { return pid_; }                 ///< of PID 1, as the host sees it
    Clock::time_point began() const { return began_; } ///< just before the exec

    /// Waits for the file `mark/NAME` of the root; false after `limit`. Gives the moment it was seen.
    bool wait_for_mark(const std::string& name, std::chrono::milliseconds limit, Clock::time_point& seen);

    /// CPU of every process that ever was in it, in nanoseconds; waits until it stands still.
    std::int64_t settled_cpu();

    /// How many processes are in it, zombies included; -1 where the kernel does not count.
    long processes() const;

    /// Sends a signal to PID 1 and waits for its end; gives its exit status, 128+n, or -1 after `limit`.
    int end_with(int signal, std::chrono::milliseconds limit);

    /// Runs `work` in a child inside its namespaces and waits for it; gives its exit status.
    int inside(const std::function<int()>& work);

    /// The pids, as the host sees them, of the processes inside.
    std::vector<pid_t> members() const;

private:
    [[noreturn]] static void set_up_and_exec(const Setting& setting, int terminal, int go, int ready);
    void read_terminal();

    pid_t pid_ = -1;
    std::string mark_;
    std::string group_;
    Clock::time_point began_;
    int watch_ = -1;
    int terminal_ = -1; ///< the master's end; what is written there is thrown away
    std::thread reader_;
};

/// A field of /proc/PID/status or smaps_rollup, such as "VmRSS", as a number; -1 when there is none.
long proc_field(pid_t pid, const char* file, const std::string& field);
/// Nanoseconds a process was on a CPU.
std::int64_t cpu_of(pid_t pid);

} // namespace bench
