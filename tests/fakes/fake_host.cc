// SPDX-License-Identifier: MIT
#include "fakes/fake_host.h"

#include <algorithm>
#include <csignal>
#include <new>
#include <stdexcept>
#include <utility>

namespace init::fakes {
namespace {

std::string signal_name(int signo)
{
    const char* name = ::sigabbrev_np(signo);
    return name ? name : std::to_string(signo);
}

constexpr pid_t keeper_base = 1'000'000; ///< pids of keepers, by their run

/// What the real host needs here comes from the same memory as the supervisor's.
void spend_memory()
{
    ::operator delete(::operator new(1));
}

} // namespace

void FakeHost::file(const std::string& path, const std::string& text, bool executable)
{
    files_[path] = {text, executable};
}

void FakeHost::link(const std::string& folder, const std::string& link)
{
    file(folder + "/" + link, "#!/bin/sh\n", true);
}

void FakeHost::at(std::chrono::milliseconds when, world::Event event)
{
    due_.emplace(begun_ + when, Due{[event] { return std::vector{event}; }});
}

void FakeHost::signal_at(std::chrono::milliseconds when, int signo, bool outside)
{
    at(when, world::SignalReceived{signo, false, outside, outside ? 0 : 77});
}

void FakeHost::request_at(std::chrono::milliseconds when, char level)
{
    model::InitctlRequest request;
    request.runlevel = level;
    at(when, world::Requested{request});
}

pid_t FakeHost::add_stray(bool deaf)
{
    Process process;
    process.name = "stray";
    process.behaviour.deaf = deaf;
    processes_[next_pid_] = process;
    return next_pid_++;
}

void FakeHost::daemon_ends_at(std::chrono::milliseconds when, const std::string& service, int status)
{
    due_.emplace(begun_ + when, Due{[this, service, status]() -> std::vector<world::Event> {
                     const auto daemon = daemons_.find(service);
                     return daemon == daemons_.end() ? std::vector<world::Event>{}
                                                     : end_process(daemon->second, status);
                 }});
}

bool FakeHost::has_said(std::string_view part) const
{
    return std::any_of(said.begin(), said.end(),
                       [&](const std::string& line) { return line.find(part) != std::string::npos; });
}

std::size_t FakeHost::count(const std::string& what) const
{
    return static_cast<std::size_t>(std::count(record.begin(), record.end(), what));
}

std::chrono::milliseconds FakeHost::elapsed() const
{
    return std::chrono::duration_cast<std::chrono::milliseconds>(now_ - begun_);
}

std::int64_t FakeHost::wall_clock() noexcept
{
    return 1'700'000'000 + std::chrono::duration_cast<std::chrono::seconds>(now_ - begun_).count();
}

world::Event FakeHost::next_event()
{
    const OwnMemory own;
    if (before_event)
        before_event();
    while (ready_.empty()) {
        std::optional<std::pair<TimePoint, world::Timer>> timer;
        for (const auto& [name, when] : timers_)
            if (!timer || when < timer->first)
                timer = {when, name};
        if (!timer && due_.empty())
            throw std::logic_error("nothing will ever happen any more, and the supervisor waits");
        if (!due_.empty() && (!timer || due_.begin()->first <= timer->first)) {
            const auto next = due_.begin();
            now_ = std::max(now_, next->first);
            const Due due = next->second;
            due_.erase(next);
            ready_ = due.happens();
        } else {
            now_ = std::max(now_, timer->first);
            timers_.erase(timer->second);
            ready_ = {world::TimerFired{timer->second}};
        }
    }
    const world::Event event = ready_.front();
    ready_.erase(ready_.begin());
    return event;
}

// --- Processes --------------------------------------------------------------------------------------

world::Result<world::RunId> FakeHost::run_script(const world::ScriptRequest& request)
{
    spend_memory();
    const OwnMemory own;
    // Behind /etc/initscript the whole command is one word.
    const std::string& command = request.argv.back();
    const std::string last = command.substr(command.rfind(' ') + 1);
    const std::string verb = last == "start" || last == "stop" ? last : "run";
    const std::string what = verb + " " + request.label;
    const Behaviour behaviour = behaviours_[request.label + " " + verb];
    const bool fails = behaviour.fails_to_exec != 0 && elapsed() < behaviour.fails_until;
    if (fails && behaviour.is_refused)
        return world::errno_code(behaviour.fails_to_exec);
    note(what);
    spans[what] = {elapsed(), std::nullopt};
    environments[what] = request.environment;
    commands[what] = request.argv;
    const auto run = static_cast<world::RunId>(next_run_++);
    runs_.insert(run);
    ran[run] = {what, spans[what]};
    if (fails) {
        ran[run].span.end = elapsed();
        due_.emplace(now_, Due{[=] {
                         return std::vector<world::Event>{
                             world::ScriptFailed{run, behaviour.fails_to_exec, "exec", request.argv[0]}};
                     }});
        empty_run(run, behaviour.drains_in);
        return run;
    }
    const pid_t pid = next_pid_++;
    processes_[pid] = {Kind::script, request.label, verb, run, behaviour};
    if (!behaviour.never_begins)
        due_.emplace(now_, Due{[=] { return std::vector<world::Event>{world::ScriptStarted{run, pid}}; }});
    if (!behaviour.hangs && !behaviour.never_begins)
        end_in(behaviour.takes, pid, behaviour.status);
    return run;
}

bool FakeHost::answer_call(world::CallId call, const world::CallAnswer& answer)
{
    const OwnMemory own;
    const std::string number = std::to_string(static_cast<std::uint32_t>(call));
    switch (answer.kind) {
    case world::CallAnswer::Kind::taken:
        note("taken " + number);
        break;
    case world::CallAnswer::Kind::refused:
        note("refused " + number + ": " + answer.why);
        break;
    case world::CallAnswer::Kind::ended:
        note("answered " + number + ": " + std::to_string(answer.exit));
        break;
    }
    return !callers_have_gone;
}

world::Result<pid_t> FakeHost::launch(const world::ChildRequest& request)
{
    spend_memory();
    const OwnMemory own;
    note("launch " + request.label);
    environments["launch " + request.label] = request.environment;
    commands["launch " + request.label] = request.argv;
    const Behaviour behaviour = behaviours_["entry " + request.label];
    if (behaviour.fails_to_exec != 0 && elapsed() < behaviour.fails_until)
        return world::errno_code(behaviour.fails_to_exec);
    if (!request.console && !readers_.contains(request.label))
        runs_.insert(readers_[request.label] = static_cast<world::RunId>(next_run_++));
    const pid_t pid = next_pid_++;
    processes_[pid] = {Kind::child, request.label, "", {}, behaviour};
    if (!behaviour.hangs)
        end_in(behaviour.takes, pid, behaviour.status);
    return pid;
}

void FakeHost::end_in(std::chrono::milliseconds time, pid_t pid, int status)
{
    due_.emplace(now_ + time, Due{[this, pid, status]() -> std::vector<world::Event> {
                     const auto found = processes_.find(pid);
                     if (found == processes_.end())
                         return {};
                     if (found->second.is_stopped && status != SIGKILL) {
                         found->second.is_overdue = !found->second.has_term;
                         return {};
                     }
                     return end_process(pid, status);
                 }});
}

std::vector<world::Event> FakeHost::end_process(pid_t pid, int status)
{
    const Process process = processes_.at(pid);
    processes_.erase(pid);
    switch (process.kind) {
    case Kind::child:
        return {world::ChildEnded{pid, status}};
    case Kind::script:
        return end_script(process, status);
    case Kind::daemon:
        if (const auto known = daemons_.find(process.name); known != daemons_.end() && known->second == pid)
            daemons_.erase(known);
        empty_run(process.run, process.behaviour.drains_in);
        // Its keeper reaps it, and has nothing to tell of one that nobody asked about.
        if (watched_.erase(pid) != 0)
            return {world::ProcessEnded{pid, status}};
        return {};
    case Kind::stray:
        break;
    }
    return end_orphan(pid, status);
}

std::vector<world::Event> FakeHost::end_script(const Process& process, int status)
{
    spans[process.verb + " " + process.name].end = ran[process.run].span.end = elapsed();
    const bool is_whole = status == process.behaviour.status;
    pid_t left = 0;
    if (process.verb == "start" && is_whole)
        left = leave_daemon(process);
    if (process.verb == "stop" && is_whole)
        stop_daemon(process);
    if (left == 0)
        empty_run(process.run, process.behaviour.drains_in);
    return {world::ScriptEnded{process.run, process.behaviour.unseen ? std::nullopt : std::optional(status),
                               left}};
}

/// 0 for none.
pid_t FakeHost::leave_daemon(const Process& process)
{
    if (process.behaviour.locks)
        file("/var/lock/subsys/" + process.name);
    if (!process.behaviour.leaves_daemon)
        return 0;
    const pid_t pid = next_pid_++;
    Behaviour daemon = process.behaviour;
    daemon.deaf = process.behaviour.daemon_deaf;
    processes_[pid] = {Kind::daemon, process.name, "", process.run, daemon};
    daemons_[process.name] = pid;
    return pid;
}

void FakeHost::stop_daemon(const Process& process)
{
    files_.erase("/var/lock/subsys/" + process.name);
    const auto daemon = daemons_.find(process.name);
    if (process.behaviour.stops_daemon && daemon != daemons_.end())
        end_in(0ms, daemon->second, SIGTERM);
}

/// A child of init's that init did not start. Nobody but the reaper meets it.
std::vector<world::Event> FakeHost::end_orphan(pid_t pid, int status)
{
    std::vector<world::Event> events;
    if (watched_.erase(pid) != 0)
        events.emplace_back(world::ProcessEnded{pid, status});
    else
        doubt_ownership();
    if (std::exchange(orphans_matter_, false))
        events.emplace_back(world::OrphansReaped{});
    return events;
}

void FakeHost::doubt_ownership()
{
    if (std::exchange(ownership_is_unsure_, true))
        return;
    due_.emplace(now_ + 250ms, Due{[this]() -> std::vector<world::Event> {
                     ownership_is_unsure_ = false;
                     return {world::OwnershipUnsure{}};
                 }});
}

/// Nothing is left under the run's keeper. It hands on what was written, and leaves.
void FakeHost::empty_run(world::RunId run, std::chrono::milliseconds drain)
{
    due_.emplace(now_ + drain, Due{[this, run]() -> std::vector<world::Event> {
                     runs_.erase(run);
                     return {world::RunEmpty{run}};
                 }});
}

void FakeHost::term(pid_t pid)
{
    Process& process = processes_.at(pid);
    if (process.behaviour.deaf || process.has_term)
        return;
    process.has_term = true;
    if (!process.is_stopped)
        end_in(process.kind == Kind::daemon ? process.behaviour.daemon_ends_in : 1ms, pid, SIGTERM);
}

void FakeHost::kill(pid_t pid)
{
    if (!processes_.at(pid).behaviour.stuck)
        end_in(1ms, pid, SIGKILL);
}

/// One that is stopped does nothing, and so does not end by itself; what it was sent waits for CONT.
void FakeHost::signal_one(pid_t pid, int signo)
{
    const auto found = processes_.find(pid);
    if (found == processes_.end())
        return;
    Process& process = found->second;
    if (signo == SIGTERM) {
        term(pid);
    } else if (signo == SIGKILL) {
        kill(pid);
    } else if (signo == SIGSTOP) {
        process.is_stopped = true;
    } else if (signo == SIGCONT && std::exchange(process.is_stopped, false)) {
        if (std::exchange(process.has_term, false))
            term(pid);
        if (process.is_overdue)
            end_in(0ms, pid, process.behaviour.status);
    }
}

void FakeHost::watch(pid_t pid)
{
    const OwnMemory own;
    if (is_alive(pid)) {
        watched_.insert(pid);
        return;
    }
    due_.emplace(now_, Due{[pid] {
                     return std::vector<world::Event>{world::ProcessEnded{pid, std::nullopt}};
                 }});
}

void FakeHost::ask_last_line(world::RunId run) noexcept
{
    const OwnMemory own;
    ready_.push_back(world::LastLine{run, "Starting it: "});
}

void FakeHost::signal_script(world::RunId run, int signo) noexcept
{
    const OwnMemory own;
    for (const auto& [pid, process] : std::map(processes_)) {
        if (process.kind != Kind::script || process.run != run)
            continue;
        note(signal_name(signo) + " script " + process.name);
        signal_one(pid, signo);
    }
}

void FakeHost::signal_group(pid_t leader, int signo) noexcept
{
    const OwnMemory own;
    if (processes_.contains(leader))
        note(signal_name(signo) + " entry " + processes_.at(leader).name);
    signal_one(leader, signo);
}

void FakeHost::signal_process(pid_t pid, int signo) noexcept
{
    const OwnMemory own;
    if (processes_.contains(pid))
        note(signal_name(signo) + " process " + processes_.at(pid).name);
    signal_one(pid, signo);
}

void FakeHost::signal_rest(int signo) noexcept
{
    const OwnMemory own;
    note(signal_name(signo) + " rest");
    for (const auto& [pid, process] : std::map(processes_))
        signal_one(pid, signo);
}

void FakeHost::signal_visitors(int signo) noexcept
{
    const OwnMemory own;
    if (visitors_ != 0)
        note(signal_name(signo) + " visitors");
    if (signo == SIGKILL)
        visitors_ = 0;
}

void FakeHost::kill_under_keepers() noexcept
{
    const OwnMemory own;
    note("kill under keepers");
    for (const auto& [pid, process] : std::map(processes_))
        if (process.kind == Kind::script || process.kind == Kind::daemon)
            kill(pid);
    for (const auto& [label, run] : readers_)
        empty_run(run, 0ms);
    readers_.clear();
}

world::Population FakeHost::population(Count) noexcept
{
    world::Population count;
    for (const auto& [pid, process] : processes_)
        ++(process.kind == Kind::script || process.kind == Kind::daemon ? count.under_keepers : count.others);
    count.visitors = visitors_;
    orphans_matter_ = !count.is_empty();
    return count;
}

world::Result<void> FakeHost::look_for_run_by_hand(std::string_view service, std::span<const world::RunId>)
{
    const OwnMemory own;
    ++looks_for_by_hand;
    if (!cannot_look)
        ready_.emplace_back(world::RunByHandTold{std::string(service), by_hand, by_hand_verb});
    return cannot_look ? world::Result<void>(world::errno_code(EAGAIN)) : world::Result<void>();
}

std::vector<world::ProcessLook> FakeHost::processes()
{
    const OwnMemory own;
    std::vector<world::ProcessLook> all;
    for (const auto& [pid, process] : processes_) {
        const bool has_keeper = process.kind == Kind::script || process.kind == Kind::daemon;
        all.push_back({pid, has_keeper ? keeper_base + static_cast<pid_t>(process.run) : 1,
                       has_keeper ? std::optional(process.run) : std::nullopt});
    }
    return all;
}

// --- Files ------------------------------------------------------------------------------------------

world::Result<std::string> FakeHost::read_file(const std::string& path, std::size_t limit)
{
    spend_memory();
    const OwnMemory own;
    if (unreadable.contains(path))
        return world::errno_code(EACCES);
    const auto found = files_.find(path);
    if (found == files_.end())
        return world::errno_code(ENOENT);
    return found->second.text.substr(0, limit);
}

world::Result<std::vector<std::string>> FakeHost::list_folder(const std::string& path)
{
    spend_memory();
    const OwnMemory own;
    if (unreadable.contains(path))
        return world::errno_code(EACCES);
    std::vector<std::string> names;
    for (const auto& [name, file] : files_)
        if (name.starts_with(path + "/") && name.find('/', path.size() + 1) == std::string::npos)
            names.push_back(name.substr(path.size() + 1));
    if (names.empty())
        return world::errno_code(ENOENT);
    if (names.size() > world::most_names)
        return world::errno_code(E2BIG);
    return names;
}

world::FileLook FakeHost::look(const std::string& path)
{
    spend_memory();
    const OwnMemory own;
    const auto found = files_.find(path);
    if (found != files_.end())
        return {world::FileKind::file, found->second.executable, written_at[path]};
    const auto below = files_.lower_bound(path + "/");
    if (below != files_.end() && below->first.starts_with(path + "/"))
        return {world::FileKind::folder, true, 0};
    return {};
}

void FakeHost::record_runlevel(model::Runlevel previous, model::Runlevel level) noexcept
{
    const OwnMemory own;
    note(std::string("level ") + previous.letter() + " " + level.letter());
}

} // namespace init::fakes
