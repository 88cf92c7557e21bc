// SPDX-License-Identifier: MIT
// A host of values: files are a map, processes are rows, and the clock moves only when an event is taken. It
// records what the supervisor asked, in order, so that a whole life of a container takes microseconds and has
// one outcome.
#pragma once

#include "world/host.h"

#include <algorithm>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

namespace init::fakes {

using namespace std::chrono_literals;
using world::TimePoint;

/// While one lives, the allocations are the fake's own: a test whose allocator runs out lets them pass.
class OwnMemory {
public:
    OwnMemory() noexcept { ++depth_; }
    ~OwnMemory() { --depth_; }
    OwnMemory(const OwnMemory&) = delete;
    OwnMemory& operator=(const OwnMemory&) = delete;
    static bool is_used() noexcept { return depth_ != 0; }

private:
    inline static int depth_ = 0;
};

/// How a script, an entry's program or a daemon behaves. TERM, KILL, STOP and CONT mean what they mean to the
/// kernel; every other signal is one that the program handles without a trace.
struct Behaviour {
    std::chrono::milliseconds takes{10};
    int status = 0;             ///< wait status
    bool computes = false;      ///< while it runs; else it waits for something
    bool hangs = false;         ///< never ends by itself
    bool deaf = false;          ///< TERM does nothing
    bool stuck = false;         ///< nor does KILL, as where the kernel waits for a mount that has gone away
    bool leaves_daemon = false; ///< for a start: a daemon lives afterwards
    bool daemon_deaf = false;
    bool stops_daemon = true;                     ///< for a stop: the service's daemon is gone afterwards
    std::chrono::milliseconds daemon_ends_in{20}; ///< after TERM
    std::chrono::milliseconds drains_in{0};       ///< from the last process's end until its keeper has gone
    bool locks = false;                           ///< start makes /var/lock/subsys/NAME, stop removes it
    int fails_to_exec = 0;                        ///< errno
    std::chrono::milliseconds fails_until{24h};   ///< since the beginning
    bool is_refused = false;                      ///< it fails at the request, not under its keeper
    /// Its keeper is stopped, so nothing of it runs; a signal ends it all the same.
    bool never_begins = false;
    bool unseen = false; ///< its keeper is killed, so nobody collects its status
};

class FakeHost final : public world::Clock,
                       public world::Processes,
                       public world::Callers,
                       public world::Records,
                       public world::Machine,
                       public world::Tree,
                       public world::Log {
public:
    world::Host parts{*this, *this, *this, *this, *this, *this, *this};

    // --- Setting up ---
    void file(const std::string& path, const std::string& text = "", bool executable = false);
    /// A script `NAME` with its link; `link` is `S10a` or `K90a` below the level's folder.
    void link(const std::string& folder, const std::string& link);
    Behaviour& start_of(const std::string& service) { return behaviours_[service + " start"]; }
    Behaviour& stop_of(const std::string& service) { return behaviours_[service + " stop"]; }
    Behaviour& entry(const std::string& id) { return behaviours_["entry " + id]; }
    Behaviour& script(const std::string& label) { return behaviours_[label + " run"]; }
    void at(std::chrono::milliseconds when, world::Event event);
    void signal_at(std::chrono::milliseconds when, int signo, bool outside = true);
    void request_at(std::chrono::milliseconds when, char level);
    /// A process that is nobody's and ends only by KILL; a storm of them never ends.
    pid_t add_stray(bool deaf);
    void make_visitor() { ++visitors_; }
    /// The daemon that a start of this service left ends so.
    void daemon_ends_at(std::chrono::milliseconds when, const std::string& service, int status);
    bool terminal = false;
    std::set<std::string> unreadable; ///< files and folders whose reading fails with EACCES

    // --- What happened ---
    std::vector<std::string> record; ///< "start a", "stop a", "launch 1", "TERM 1"..., in order
    struct Span {
        std::chrono::milliseconds begin{};
        std::optional<std::chrono::milliseconds> end;
    };
    std::map<std::string, Span> spans; ///< of each script's last run, by "start a"
    struct Ran {
        std::string what; ///< "start a"
        Span span;
    };
    std::map<world::RunId, Ran> ran; ///< every run of a script
    std::vector<std::string> said;
    [[nodiscard]] bool has_said(std::string_view part) const;
    /// When that was said first; it must have been.
    [[nodiscard]] std::chrono::milliseconds when_said(std::string_view part) const
    {
        for (std::size_t i = 0; i < said.size(); ++i)
            if (said[i].find(part) != std::string::npos)
                return said_at_[i];
        throw std::out_of_range(std::string(part) + " was not said");
    }
    [[nodiscard]] std::size_t count(const std::string& what) const;
    /// When that was done for the nth time, counted from 0; it must have been.
    [[nodiscard]] std::chrono::milliseconds when(const std::string& what, std::size_t nth = 0) const
    {
        for (std::size_t i = 0; i < record.size(); ++i)
            if (record[i] == what && nth-- == 0)
                return times_[i];
        throw std::out_of_range(what + " was not done so often");
    }
    [[nodiscard]] std::chrono::milliseconds elapsed() const;
    [[nodiscard]] std::size_t alive() const { return processes_.size(); }
    /// Called before each event is given, for what a test wants to do at a place instead of a time.
    std::function<void()> before_event;

    // --- world::Host ---
    TimePoint now() noexcept override { return now_; }
    std::int64_t wall_clock() noexcept override;
    void arm(world::Timer timer, TimePoint when) noexcept override
    {
        const OwnMemory own;
        timers_[timer] = when;
    }
    void disarm(world::Timer timer) noexcept override { timers_.erase(timer); }
    world::Event next_event() override;
    world::Result<world::RunId> run_script(const world::ScriptRequest& request) override;
    world::Result<pid_t> launch(const world::ChildRequest& request) override;
    void expect_runs(std::size_t) noexcept override {}
    void begin_stop() noexcept override { stop_was_begun = true; }
    void ask_last_line(world::RunId run) noexcept override;
    bool wake_keeper(world::RunId run) noexcept override
    {
        const OwnMemory own;
        woken.emplace_back(elapsed(), run);
        return elapsed() < helpers_stopped_until;
    }
    bool is_busy(world::RunId run) noexcept override
    {
        return std::ranges::any_of(processes_, [run](const auto& row) {
            return row.second.run == run && row.second.behaviour.computes;
        });
    }
    bool answer_call(world::CallId call, const world::CallAnswer& answer) override;
    void signal_script(world::RunId run, int signo) noexcept override;
    void signal_group(pid_t leader, int signo) noexcept override;
    void signal_process(pid_t pid, int signo) noexcept override;
    void signal_rest(int signo) noexcept override;
    void signal_visitors(int signo) noexcept override;
    void kill_under_keepers() noexcept override;
    void watch(pid_t pid) override;
    void watch_folder(const std::string& folder) noexcept override
    {
        const OwnMemory own;
        watched_folders.insert(folder);
    }
    world::Population population(Count count) noexcept override;
    std::size_t crowd() noexcept override { return processes_.size() + hidden_crowd; }
    std::size_t keepers_left() noexcept override { return runs_.size(); }
    void begin_reserve() noexcept override { note("reserve"); }
    world::Result<void> look_for_run_by_hand(std::string_view service,
                                             std::span<const world::RunId>) override;
    std::vector<world::ProcessLook> processes() override;
    world::Result<std::string> read_file(const std::string& path, std::size_t limit) override;
    world::Result<std::vector<std::string>> list_folder(const std::string& path) override;
    world::FileLook look(const std::string& path) override;
    bool is_alive(pid_t pid) noexcept override
    {
        return processes_.contains(pid) || (pid != 0 && pid == by_hand);
    }
    std::int64_t started_at(pid_t pid) noexcept override
    {
        const auto known = began.find(pid);
        return known != began.end() ? known->second : 0;
    }
    std::optional<world::RunId> run_above(pid_t pid) noexcept override
    {
        const auto found = processes_.find(pid);
        const bool has_keeper = found != processes_.end() &&
                                (found->second.kind == Kind::script || found->second.kind == Kind::daemon);
        return has_keeper ? std::optional(found->second.run) : std::nullopt;
    }
    model::MachineFacts machine_facts() override { return facts; }
    unsigned processors() noexcept override { return 2; }
    bool has_terminal() override { return terminal; }
    void prepare_system() override { note("prepare"); }
    void mend_files() override { note("mend"); }
    void remove_file(const std::string& path) noexcept override { files_.erase(path); }
    void record_boot() noexcept override { note("boot record"); }
    void record_runlevel(model::Runlevel previous, model::Runlevel level) noexcept override;
    void record_process(const std::string&, pid_t, bool) noexcept override {}
    void control_channel(bool open) noexcept override { note(open ? "open channel" : "close channel"); }
    void release_console() noexcept override { terminal = false; }
    void status_changed() noexcept override
    {
        const OwnMemory own;
        status_changes_at.insert(elapsed());
    }
    void set_title(std::string_view title) noexcept override
    {
        const OwnMemory own;
        titles.emplace_back(title);
    }
    void say(std::string_view line) noexcept override
    {
        const OwnMemory own;
        said.emplace_back(line);
        said_at_.push_back(elapsed());
    }
    void debug(std::string_view) noexcept override {}

    model::MachineFacts facts;
    std::vector<std::string> titles;
    std::map<std::string, std::vector<std::string>>
        environments;                                         ///< of the last launch, by what was launched
    std::map<std::string, std::vector<std::string>> commands; ///< likewise
    std::set<std::string> watched_folders;
    std::set<std::chrono::milliseconds> status_changes_at;
    std::map<pid_t, std::int64_t> began; ///< of processes that are asked about, as files tell the time
    std::map<std::string, std::int64_t> written_at; ///< of files, likewise; 0 without
    std::string by_hand_verb = "stop";
    pid_t by_hand = 0;
    std::size_t hidden_crowd = 0; ///< processes that are only counted
    bool cannot_look = false;     ///< for a run by hand
    std::size_t looks_for_by_hand = 0;
    bool callers_have_gone = false;
    bool stop_was_begun = false;
    std::chrono::milliseconds helpers_stopped_until{0}; ///< by somebody who does so again and again
    std::vector<std::pair<std::chrono::milliseconds, world::RunId>> woken;

private:
    enum class Kind { script, child, daemon, stray };
    struct Process {
        Kind kind = Kind::stray;
        std::string name; ///< service or entry id
        std::string verb;
        world::RunId run{};
        Behaviour behaviour;
        bool is_stopped = false;
        bool is_overdue = false; ///< it would have ended by itself meanwhile
        bool has_term = false;   ///< pending while it is stopped, and from then on on its way to its end
    };
    struct File {
        std::string text;
        bool executable = false;
    };

    void note(std::string_view deed) noexcept
    {
        const OwnMemory own;
        record.emplace_back(deed);
        times_.push_back(elapsed());
    }
    void end_in(std::chrono::milliseconds time, pid_t pid, int status);
    std::vector<world::Event> end_process(pid_t pid, int status);
    std::vector<world::Event> end_script(const Process& process, int status);
    std::vector<world::Event> end_orphan(pid_t pid, int status);
    pid_t leave_daemon(const Process& process);
    void stop_daemon(const Process& process);
    void empty_run(world::RunId run, std::chrono::milliseconds drain);
    void doubt_ownership();
    void term(pid_t pid);
    void kill(pid_t pid);
    void signal_one(pid_t pid, int signo);

    struct Due {
        std::function<std::vector<world::Event>()> happens;
    };

    TimePoint begun_{std::chrono::hours{1000}};
    TimePoint now_{begun_};
    std::vector<std::chrono::milliseconds> times_;   ///< of the record's lines
    std::vector<std::chrono::milliseconds> said_at_; ///< of those that were said
    std::multimap<TimePoint, Due> due_;
    std::vector<world::Event> ready_;
    std::map<world::Timer, TimePoint> timers_;
    std::map<std::string, File> files_;
    std::map<std::string, Behaviour> behaviours_;
    std::map<pid_t, Process> processes_;
    std::set<pid_t> watched_;
    std::set<world::RunId> runs_;                 ///< whose keepers have not gone
    std::map<std::string, world::RunId> readers_; ///< of them, those of what entries write
    bool orphans_matter_ = false;                 ///< a count was not empty
    bool ownership_is_unsure_ = false;            ///< and that will be told
    std::map<std::string, pid_t> daemons_;
    std::size_t visitors_ = 0;
    pid_t next_pid_ = 100;
    std::uint32_t next_run_ = 1;
};

} // namespace init::fakes
