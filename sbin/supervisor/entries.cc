// SPDX-License-Identifier: MIT
#include "supervisor/entries.h"

#include "model/exit_status.h"
#include "model/getty.h"
#include "world/guarded.h"

#include <fmt/format.h>

#include <algorithm>
#include <csignal>

namespace init::supervisor {

using model::Action;

void Entries::take(std::vector<model::InittabEntry> table)
{
    std::vector<Child> fresh;
    fresh.reserve(table.size() + children_.size()); // what follows must not stop half-way
    for (model::InittabEntry& entry : table) {
        Child child;
        const auto old = std::find_if(children_.begin(), children_.end(), [&](const Child& c) {
            return !c.gone && c.entry.id == entry.id && c.entry.action == entry.action;
        });
        if (old != children_.end()) {
            child = std::move(*old);
            old->pid = 0;
            old->gone = true;
        }
        child.entry = std::move(entry); // a changed command takes effect at the next start
        fresh.push_back(std::move(child));
    }
    for (Child& old : children_) {
        if (old.pid == 0)
            continue;
        old.gone = true;
        old.leaving = true;
        host_.processes.signal_group(old.pid, SIGTERM);
        host_.processes.signal_group(old.pid, SIGCONT);
        fresh.push_back(std::move(old));
    }
    if (leaving() != 0)
        host_.clock.arm({world::Timer::Kind::entry_kill}, host_.clock.now() + sleeptime_);
    children_ = std::move(fresh);
    // What was started carries its mark over, so going through the table again starts only what is new. While
    // a level is left nothing is started: the pass that follows begins at the head.
    cursor_ = frozen_ ? children_.size() : 0;
}

void Entries::begin(Pass pass)
{
    pass_ = pass;
    cursor_ = 0;
    waiting_for_ = 0;
    waiting_for_rc_ = false;
    frozen_ = false;
}

bool Entries::pass_is_done() const noexcept
{
    return pass_ == Pass::none || (cursor_ >= children_.size() && waiting_for_ == 0 && !waiting_for_rc_);
}

void Entries::break_off() noexcept
{
    cursor_ = children_.size();
    waiting_for_ = 0;
    waiting_for_rc_ = false;
}

void Entries::work()
{
    if (waiting_for_rc_ && !rc_.rc_is_busy())
        waiting_for_rc_ = false;
    start_pass();
    if (frozen_)
        return;
    start_respawns();
    start_actions();
}

bool Entries::belongs(const Child& child, Pass pass) const noexcept
{
    switch (child.entry.action) {
    case Action::sysinit:
        return pass == Pass::sysinit;
    case Action::boot:
    case Action::bootwait:
        return pass == Pass::boot;
    case Action::wait:
    case Action::once:
    case Action::respawn:
        return pass == Pass::level && child.entry.levels.has(context_->level);
    default:
        return false;
    }
}

void Entries::start_pass()
{
    while (pass_ != Pass::none && cursor_ < children_.size() && waiting_for_ == 0 && !waiting_for_rc_) {
        Child& child = children_[cursor_];
        const bool is_due = !child.gone && !child.done && child.pid == 0 && belongs(child, pass_);
        // The rc is not passed over where memory runs out for it: the whole level hangs on it.
        const std::optional<model::RcCall> call = is_due ? parse_rc_call(child.entry) : std::nullopt;
        const bool carried_out = call && rc_.carry_out(child.entry, *call);
        ++cursor_;
        if (!is_due)
            continue;
        child.done = child.entry.action != Action::respawn;
        if (carried_out)
            waiting_for_rc_ = rc_.rc_is_busy();
        else if (start(child) && is_waited_for(child.entry.action))
            wait_for(child);
    }
}

void Entries::wait_for(const Child& child) noexcept
{
    waiting_for_ = child.pid;
    if (pass_ != Pass::level)
        host_.clock.arm({world::Timer::Kind::entry_limit}, host_.clock.now() + settings_.sysinit_timeout);
}

void Entries::out_of_time()
{
    for (Child& child : children_) {
        if (waiting_for_ == 0 || child.pid != waiting_for_ || pass_ == Pass::level)
            continue;
        const int signo = child.leaving ? SIGKILL : SIGTERM;
        child.leaving = true;
        host_.log.say(fmt::format("entry {} ({}) has not ended within {:.0f} s; sending {} to its group",
                                  child.entry.id, child.entry.process,
                                  std::chrono::duration<double>(settings_.sysinit_timeout).count(),
                                  signo == SIGTERM ? "TERM" : "KILL"));
        host_.processes.signal_group(child.pid, signo);
        host_.processes.signal_group(child.pid, SIGCONT);
        host_.clock.arm({world::Timer::Kind::entry_limit}, host_.clock.now() + sleeptime_);
    }
}

bool Entries::is_respawned(const Child& child) const noexcept
{
    if (child.gone || child.leaving)
        return false;
    if (child.entry.action == Action::ondemand)
        return child.demanded;
    // Only what the pass has come to: an entry behind one that is waited for has not had its first start.
    const std::size_t index = static_cast<std::size_t>(&child - children_.data());
    return child.entry.action == Action::respawn && pass_ == Pass::level && index < cursor_ &&
           child.entry.levels.has(context_->level);
}

void Entries::start_respawns()
{
    for (Child& child : children_)
        for (int tries = 0; tries < model::RespawnLimit::burst && child.pid == 0 && is_respawned(child);
             ++tries)
            if (start(child) || child.skip_said)
                break;
}

bool Entries::is_skipped(Child& child)
{
    const model::InittabCommand command = command_of(child.entry);
    const std::optional<model::TerminalNeed> need = model::terminal_need(command.argv);
    if (!need)
        return false;
    const bool missing = need->device.empty() ? !host_.machine.has_terminal()
                                              : host_.tree.look(need->device).kind == world::FileKind::none;
    if (missing && !child.skip_said) {
        host_.log.say(fmt::format(
            "entry {} ({}) is not started: {}; it is skipped until the table is read again", child.entry.id,
            child.entry.process,
            need->device.empty() ? std::string("there is no terminal") : need->device + " does not exist"));
        child.skip_said = true;
    }
    return missing;
}

bool Entries::start(Child& child)
{
    if (child.skip_said || is_skipped(child))
        return false;
    const bool throttled = child.entry.action == Action::respawn || child.entry.action == Action::ondemand;
    if (throttled) {
        const bool was_held = child.limit.held_until().has_value();
        const auto verdict = child.limit.ask(host_.clock.now());
        if (verdict == model::RespawnLimit::Verdict::hold) {
            if (!was_held)
                host_.log.say(
                    fmt::format("Id \"{}\" respawning too fast: disabled for 5 minutes", child.entry.id));
            arm_throttle();
            return false;
        }
    }
    model::InittabCommand command = command_of(child.entry);
    if (context_->level.letter() != 'S' && host_.tree.look(initscript_path).kind == world::FileKind::file)
        command.argv = {"/bin/sh",
                        initscript_path,
                        child.entry.id,
                        child.entry.levels.to_string(),
                        std::string(to_string(child.entry.action)),
                        child.entry.process};
    world::ChildRequest request;
    request.label = child.entry.id;
    request.argv = std::move(command.argv);
    request.environment = context_->environment;
    request.console = host_.machine.has_terminal();
    request.controlling = request.console && is_waited_for(child.entry.action) &&
                          (pass_ != Pass::level || context_->level.letter() == 'S');
    const world::Result<pid_t> pid = host_.processes.launch(request);
    if (!pid) {
        if (!child.failure_said)
            host_.log.say(fmt::format("entry {}: cannot start {}: {}; {}", child.entry.id,
                                      child.entry.process, pid.error().message(),
                                      throttled ? "trying again" : "going on without it"));
        child.failure_said = true;
        return false;
    }
    child.pid = *pid;
    child.failure_said = false;
    if (child.entry.records)
        host_.records.record_process(child.entry.id, *pid, true);
    return true;
}

void Entries::arm_throttle()
{
    std::optional<world::TimePoint> soonest;
    for (const Child& child : children_)
        if (const auto until = child.limit.held_until(); until && (!soonest || *until < *soonest))
            soonest = until;
    if (soonest)
        host_.clock.arm({world::Timer::Kind::throttle}, *soonest);
}

void Entries::clear_throttles() noexcept
{
    for (Child& child : children_) {
        child.limit.clear();
        child.skip_said = child.failure_said = false;
    }
}

void Entries::leave(model::Runlevel to)
{
    for (Child& child : children_) {
        const Action action = child.entry.action;
        bool stays = child.entry.levels.has(to);
        if (action == Action::boot)
            stays = true;
        else if (action == Action::ondemand)
            stays = child.demanded && to.letter() != 'S';
        else if (action == Action::sysinit || action == Action::bootwait)
            stays = false;
        if (!stays) {
            child.done = child.done &&
                         (action == Action::sysinit || action == Action::boot || action == Action::bootwait);
            child.demanded = false;
        }
        if (child.pid == 0 || stays || child.leaving)
            continue;
        child.leaving = true;
        host_.processes.signal_group(child.pid, SIGTERM);
        host_.processes.signal_group(child.pid, SIGCONT);
    }
    clear_throttles();
    if (leaving() != 0)
        host_.clock.arm({world::Timer::Kind::entry_kill}, host_.clock.now() + sleeptime_);
}

std::size_t Entries::leaving() const noexcept
{
    return static_cast<std::size_t>(std::count_if(children_.begin(), children_.end(),
                                                  [](const Child& c) { return c.leaving && c.pid != 0; }));
}

std::size_t Entries::alive() const noexcept
{
    return static_cast<std::size_t>(std::count_if(children_.begin(), children_.end(), [](const Child& c) {
        return c.pid != 0 && c.entry.action != Action::boot;
    }));
}

bool Entries::is_leaving(pid_t pid) const noexcept
{
    return std::any_of(children_.begin(), children_.end(),
                       [pid](const Child& child) { return child.pid == pid && child.leaving; });
}

void Entries::kill_leaving() noexcept
{
    for (const Child& child : children_) {
        if (!child.leaving || child.pid == 0)
            continue;
        say_if_possible(host_.log, [&] {
            host_.log.say(fmt::format(
                "entry {} (process {}) did not end within {} s of TERM; sending KILL to its group",
                child.entry.id, child.pid, sleeptime_.count()));
        });
        host_.processes.signal_group(child.pid, SIGKILL);
    }
}

void Entries::demand(char group)
{
    bool any = false;
    for (Child& child : children_) {
        if (child.gone || child.entry.action != Action::ondemand || !child.entry.levels.has_demand(group))
            continue;
        child.demanded = true;
        any = true;
    }
    if (!any)
        host_.log.say(fmt::format(
            "group {} was asked for, and no ondemand entry of the inittab has it; nothing is started",
            group));
}

bool Entries::run_action(Action action)
{
    bool any = false;
    for (const Child& child : children_) {
        if (child.gone || child.entry.action != action)
            continue;
        // Power entries have levels as others do; an empty field was read as all of them.
        if (!context_->level.is_none() && !child.entry.levels.has(context_->level))
            continue;
        actions_.push_back(child.entry.id);
        any = true;
    }
    return any;
}

void Entries::start_actions()
{
    while (!actions_.empty() && action_waits_for_ == 0) {
        const std::string id = std::move(actions_.front());
        actions_.pop_front();
        const auto child = std::find_if(children_.begin(), children_.end(),
                                        [&](const Child& c) { return !c.gone && c.entry.id == id; });
        if (child == children_.end() || child->pid != 0 || !start(*child))
            continue;
        if (is_waited_for(child->entry.action))
            action_waits_for_ = child->pid;
    }
}

void Entries::child_ended(const world::ChildEnded& event)
{
    if (waiting_for_ == event.pid)
        waiting_for_ = 0;
    if (action_waits_for_ == event.pid)
        action_waits_for_ = 0;
    const auto child =
        std::find_if(children_.begin(), children_.end(), [&](const Child& c) { return c.pid == event.pid; });
    if (child == children_.end())
        return;
    if (child->entry.records)
        host_.records.record_process(child->entry.id, event.pid, false);
    child->pid = 0;
    child->leaving = false;
    say_if_possible(host_.log, [&] {
        host_.log.debug(fmt::format("entry {} {}", child->entry.id,
                                    model::exit_status::describe_wait_status(event.status)));
    });
    const Action action = child->entry.action;
    if (action == Action::sysinit || action == Action::boot || action == Action::bootwait)
        guarded(host_.log, "what the entry removed is made anew later",
                [this] { host_.records.mend_files(); });
    if (child->gone) {
        if (static_cast<std::size_t>(child - children_.begin()) < cursor_)
            --cursor_;
        children_.erase(child);
    }
}

} // namespace init::supervisor
