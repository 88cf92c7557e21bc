// SPDX-License-Identifier: MIT
// Follows init and its helpers by ptrace(2), counts the system calls that each kind of them makes, and lets
// one of those fail that would have gone well. What they execute is let go of: it is none of init's. To be
// used by the thread that made the container.
#pragma once

#include "container.h"

#include <compare>
#include <cstdint>
#include <map>
#include <optional>
#include <string>

namespace boot {

/// Which of init's processes makes a call. `newborn`: forked by init, before it has a name of its own.
/// `launched`: what will be a script or a program, between clone and exec.
enum class Maker { init, newborn, scribe, spawner, keeper, looker, launched };
const char* to_string(Maker maker);

/// Where system calls are made: by whom, which one, and on what. The object is a path, or what a descriptor
/// stands for, with `N` for each number in it; empty for calls without one.
struct Site {
    Maker maker = Maker::init;
    long number = -1;
    std::string object;
    auto operator<=>(const Site&) const = default;
};

struct CallRow;

/// The call that is to fail: the `occurrence`th, from 1, of this maker's calls that the row is about; where
/// an object is named, of those on it.
struct Fault {
    const CallRow* row = nullptr;
    Maker maker = Maker::init;
    std::optional<std::string> object;
    int occurrence = 1;
    int error = 0;
};

class FaultTracer {
public:
    /// Puts a gate before the program of a container that has not been started; `open_gate` lets it through.
    static void put_gate(Container& box);
    /// Why no call can be made to fail on this machine; empty where it can.
    static std::string denied();

    FaultTracer(Container& box, std::optional<Fault> fault);

    /// The program may begin: everything from its exec on is seen.
    void open_gate();
    /// Lets all go on until the condition holds or init has ended.
    bool run_until(const std::function<bool()>& condition, milliseconds limit);
    [[nodiscard]] bool is_over() const { return is_over_; }
    /// Who was left when init began its exit, its helpers apart, also those without a name yet.
    [[nodiscard]] const std::vector<Process>& leftovers() const { return leftovers_; }
    /// What the call was made on that failed; nothing when none did.
    [[nodiscard]] const std::optional<std::string>& hit() const { return hit_; }
    [[nodiscard]] const std::map<Site, int>& counts() const { return counts_; }

private:
    struct Tracee {
        Maker maker = Maker::init;
        bool is_known = false; ///< its parent's launch has been seen
        bool is_held = false;  ///< it stands still until then
        bool is_failing = false;
        bool is_named = false; ///< what it calls itself is to be read when this call is over
    };

    bool take_stop();
    void handle(pid_t pid, int status);
    void handle_event(pid_t pid, int event);
    void note_birth(pid_t parent, int event);
    void enter_call(pid_t pid, Tracee& tracee, long number, const std::uint64_t* arguments);
    void leave_call(pid_t pid, Tracee& tracee);
    void handle_call(pid_t pid);
    std::string object_of(pid_t pid, long number, const std::uint64_t* arguments) const;
    std::string without_root(std::string path) const;
    void go_on(pid_t pid, int signo = 0);
    void look_at_rest();

    Container& box_;
    pid_t init_;
    std::optional<Fault> fault_;
    int matches_ = 0;
    UniqueFd gate_;
    bool is_begun_ = false;
    bool is_over_ = false;
    std::optional<std::string> hit_;
    std::map<pid_t, Tracee> tracees_;
    std::map<Site, int> counts_;
    std::vector<Process> leftovers_;
};

} // namespace boot
