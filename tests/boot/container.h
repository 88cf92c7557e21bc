// SPDX-License-Identifier: MIT
// A container for the boot tests: a temporary root with an rc tree, the program under test as its PID 1, and
// what a runtime does with it: signals from outside, exec, the log, the exit status. Nothing outlives the
// object, nor the thread that made it; only the init that it started is ever killed from here, through its
// pidfd.
#pragma once

#include "enclosure.h"

#include <boost/test/tools/assertion_result.hpp>
#include <boost/test/tree/test_unit.hpp>

#include <signal.h>

#include <chrono>
#include <functional>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace boot {

using std::chrono::milliseconds;
using namespace std::chrono_literals;

/// How long a test waits for what should happen soon, on a loaded machine.
inline constexpr milliseconds soon{10'000};

/// Precondition of every suite: namespaces can be made. Says `skip - NAME: reason` where they cannot.
boost::test_tools::assertion_result containers_work(boost::unit_test::test_unit_id id);
/// The same for containers with users beside root.
boost::test_tools::assertion_result users_work(boost::unit_test::test_unit_id id);

enum class Layout { red_hat, debian, plain };

/// What becomes of PID 1's stdout and stderr.
enum class Output {
    read,     ///< a pipe that is read whenever the test waits
    stuck,    ///< a pipe, full from the start, that nobody reads before `log` is asked for
    gone,     ///< a pipe without a reader
    closed,   ///< no descriptor at all
    terminal, ///< a pseudo-terminal that is stdin too and the controlling terminal, as `docker run -t` has it
};

struct Process {
    pid_t pid = 0;
    pid_t parent = 0;
    pid_t group = 0;
    pid_t session = 0;
    char state = '?';
    std::string comm;
    std::string command; ///< words joined by blanks; empty for a zombie
};

struct Ran {
    int status = -1;    ///< exit status, 128+n for a signal, -1 when it did not end in time
    std::string output; ///< stdout and stderr
};

struct Ended {
    bool over = false; ///< false: still alive at the limit
    int status = -1;   ///< exit status, 128+n for a signal
    /// From the first stop signal of this boot, or from its start without one, to the exit; without the look
    /// at what was left, and where that was a long one, without what the kernel then did.
    milliseconds took{};
    /// What still ran when PID 1 began its exit, apart from itself and its helpers; nothing where it could
    /// not be looked at.
    std::optional<std::vector<Process>> leftovers;
};

/// A program that runs inside, entered from outside. Killed when the object goes.
class Session {
public:
    Session(Enclosed child, UniqueFd output);
    Session(Session&&) noexcept;
    Session& operator=(Session&&) = delete;
    Session(const Session&) = delete;
    ~Session();

    /// What it has written so far.
    const std::string& output();
    /// Its status once it has ended.
    std::optional<int> status();
    const std::string& error() const { return child_.error; }

private:
    Enclosed child_;
    UniqueFd out_;
    std::string text_;
    std::optional<int> status_;
};

class Container {
public:
    explicit Container(Layout layout = Layout::red_hat);
    Container(const Container&) = delete;
    Container& operator=(const Container&) = delete;
    ~Container();

    // --- The tree, before start or while it runs ---------------------------------------------------

    void file(const std::string& path, std::string_view text, mode_t mode = 0644);
    void remove(const std::string& path); ///< a file; nothing where there is none
    /// A script of init.d; `#!/bin/sh` is put before a body that has no `#!`.
    void script(const std::string& name, std::string_view body, mode_t mode = 0755);
    /// An init script for a daemon of the test's helper: writes `NAME VERB` to the events, has a pid file
    /// and, in Red Hat's layout, a lock. `options` are the daemon's; `header` goes below the #! line.
    void service(const std::string& name, const std::string& options = "", const std::string& header = "");
    /// `link('3', "S55sshd")`: a link in the level's folder; level S is rcS.d or, in Red Hat's layout,
    /// absent.
    void link(char level, const std::string& name);
    /// script, link in the default level, and with `stop_number` a K-link in levels 0 and 6.
    void enable(const std::string& name, int start_number, int stop_number = -1);
    void inittab(std::string_view text);
    /// A fresh tmpfs is mounted there at each start.
    void tmpfs(const std::string& path);
    void environment(const std::string& variable);
    void arguments(std::vector<std::string> argv);           ///< argv[0] is the program; default /sbin/init
    void folder(const std::string& path) { folder_ = path; } ///< PID 1's working directory
    void program(const std::string& path);                   ///< another build of the program, at /sbin/init
    /// A file or folder of the host's is mounted there.
    void bring(const std::string& from, const std::string& path, bool read_only = true);
    void most_processes(int limit); ///< at once, PID 1 included; at least 301, and from Linux 6.14 on
    void users();                   ///< there are others than root, who may enter the root folder
    void output(Output kind) { output_kind_ = kind; }
    void keep_state_files() { state_files_kept_ = true; } ///< start leaves an earlier life's status.json
    void inherited_signals() { inherited_signals_ = true; }
    [[nodiscard]] char default_level() const;

    // --- Its life ----------------------------------------------------------------------------------

    /// Starts PID 1. May be called again on the same root once the last one has ended.
    void start();
    /// start, and wait until init says that it is running; false when it does not.
    bool boot(milliseconds limit = soon);
    bool wait_for(const std::function<bool()>& condition, milliseconds limit = soon);
    bool wait_for_log(std::string_view text, milliseconds limit = soon);
    bool wait_for_event(const std::string& event, milliseconds limit = soon);
    /// The `state` of status.json is this one.
    bool wait_for_state(std::string_view state, milliseconds limit = soon);
    void stop_signal(int signo = SIGTERM); ///< from outside; the first one starts the clock of `Ended::took`
    void signal_init(int signo);           ///< from outside, without starting that clock
    void kill();                           ///< KILL, as a runtime does at last; waits
    Ended wait_exit(milliseconds limit = 20s);
    Ended stop(int signo = SIGTERM, milliseconds limit = 20s);
    [[nodiscard]] bool is_over();
    /// True when init has blocked TERM and so will read it. Before that the kernel throws away what has no
    /// handler in the first process of a namespace: no program can do anything about a signal that comes
    /// before its first instruction.
    [[nodiscard]] bool hears_TERM() const;
    [[nodiscard]] pid_t pid_of_init() const { return init_.pid; }   ///< outside; -1 once it has ended
    [[nodiscard]] const std::string& root() const { return root_; } ///< the folder outside

    // --- The terminal, with Output::terminal -------------------------------------------------------

    void type(std::string_view keys);
    void resize(unsigned short rows, unsigned short columns);
    void hang_up() { log_in_.reset(); } ///< whoever sat before it has gone

    // --- Looks -------------------------------------------------------------------------------------

    const std::string& log();
    /// Log lines that hold this text.
    std::vector<std::string> log_lines(std::string_view text);
    /// What scripts wrote to /var/events.
    std::vector<std::string> events();
    std::size_t count_events(const std::string& event);
    std::string read(const std::string& path); ///< in its root as PID 1 sees it; empty when it cannot be read
    bool exists(const std::string& path);
    /// As many as can be looked at in that time: where others come faster than one looks, it has no end.
    std::vector<Process> processes(milliseconds limit = soon);
    std::vector<Process> processes(std::string_view command_part);
    std::size_t count_processes(); ///< without a look at each, which takes time where there are many
    std::optional<Process> process(pid_t pid);
    pid_t pid_in(const std::string& pidfile); ///< 0 when there is none

    // --- From outside ------------------------------------------------------------------------------

    /// Runs a program inside and waits for it. A name without a slash is searched for in PATH.
    Ran exec(const std::vector<std::string>& argv, milliseconds limit = soon);
    Ran shell(const std::string& command, milliseconds limit = soon);
    Session exec_start(const std::vector<std::string>& argv, const std::vector<std::string>& variables = {});

private:
    [[nodiscard]] std::string host_path(const std::string& path) const;
    UniqueFd open_inside(const std::string& path, int flags) const;
    void make_tree();
    void drain();
    void collect();
    void look_for_end();

    Layout layout_;
    std::string root_;
    std::vector<MountStep> mounts_;
    std::vector<std::string> tmpfs_;
    std::vector<std::string> environment_;
    std::vector<std::string> arguments_;
    Output output_kind_ = Output::read;
    std::string folder_ = "/";
    bool inherited_signals_ = false;
    bool users_ = false;
    int pids_ = 0;
    bool state_files_kept_ = false;
    Enclosed init_;
    UniqueFd log_in_;
    std::string log_;
    Ended ended_;
    std::chrono::steady_clock::time_point exit_begun_;
    milliseconds looked_for_{}; ///< how long PID 1 stood still before its exit for that look
    bool traced_ = false;
    std::chrono::steady_clock::time_point begun_;
    bool clock_runs_ = false;
};

/// 0 to 4 digits of the kernel's realtime signals, as the documents count them: `rtmin(3)` is 37.
int rtmin(int offset);

/// Position of the first event that is `wanted`, or nothing.
std::optional<std::size_t> position(const std::vector<std::string>& events, const std::string& wanted);
/// True when all of `wanted` are there, in this order.
bool in_order(const std::vector<std::string>& events, std::initializer_list<std::string> wanted);
/// For messages of failed checks.
std::string joined(const std::vector<std::string>& lines);
std::string joined(const std::vector<Process>& processes);

} // namespace boot
