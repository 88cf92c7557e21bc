// SPDX-License-Identifier: MIT
#include "supervisor/entries.h"

#include "model/exit_status.h"
#include "world/guarded.h"

#include <fmt/format.h>

#include <algorithm>
#include <csignal>
#include <utility>

namespace init::supervisor {

using model::Action;

void Entries::take(std::vector<model::InittabEntry> table)
{
    std::vector<Child> fresh;
    std::unordered_map<std::string_view, Child*> known;
    for (Child& child : children_)
        if (!child.gone)
            known.emplace(child.entry.id, &child);
    fresh.reserve(table.size() + children_.size()); // what follows must not stop half-way
    idle_.reserve(fresh.capacity());
    for (model::InittabEntry& entry : table) {
        Child child;
        const auto found = known.find(entry.id);
        if (found != known.end() && found->second->entry.action == entry.action) {
            Child& old = *found->second;
            known.erase(found);
            child = std::move(old);
            old.pid = 0;
            old.gone = true;
        }
        child.entry = std::move(entry); // a changed command takes effect at the next start
        fresh.push_back(std::move(child));
    }
    for (Child& old : children_) {
        if (old.pid == 0)
            continue;
        old.gone = true;
        tell_to_end(old);
        fresh.push_back(std::move(old));
    }
    if (leaving() != 0)
        host_.clock.arm({world::Timer::Kind::entry_kill}, host_.clock.now() + sleeptime_);
    children_ = std::move(fresh);
    for (std::size_t i = 0; i < children_.size(); ++i)
        if (const auto place = places_.find(children_[i].pid); place != places_.end())
            place->second = i;
    for (Child& child : children_)
        child.is_queued = false;
    idle_.clear();
    look_at_all_ = true;
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
    look_at_all_ = true;
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
        if (is_due && !start_in_pass(child))
            return;
        if (!is_due)
            ++cursor_;
    }
}

/// False where it has no room and holds up the pass until it has, for a time.
bool Entries::start_in_pass(Child& child)
{
    const bool is_lasting = child.entry.action == Action::respawn;
    if (!is_lasting && !may_start())
        return false;
    // The rc is not passed over where memory runs out for it: the whole level hangs on it.
    const std::optional<model::RcCall> call = parse_rc_call(child.entry);
    const bool carried_out = call && rc_.carry_out(child.entry, *call);
    ++cursor_;
    child.done = !is_lasting;
    if (carried_out) {
        waiting_for_rc_ = rc_.rc_is_busy();
        return true;
    }
    const Started started = may_start() ? start(child) : Started::no_room;
    if (started == Started::yes && is_waited_for(child.entry.action))
        wait_for(child);
    if (started != Started::yes && is_lasting)
        queue(child);
    if (started != Started::no_room || is_lasting)
        return true;
    --cursor_;
    child.done = false;
    return false;
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
        leaving_ += child.leaving ? 0 : 1;
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

void Entries::clear_throttles() noexcept
{
    for (Child& child : children_) {
        child.limit.clear();
        child.skip_said = child.failure_said = false;
    }
    no_room_said_ = false;
    look_at_all_ = true;
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
        if (child.pid != 0 && !stays && !child.leaving)
            tell_to_end(child);
    }
    clear_throttles();
    if (leaving() != 0)
        host_.clock.arm({world::Timer::Kind::entry_kill}, host_.clock.now() + sleeptime_);
}

void Entries::tell_to_end(Child& child) noexcept
{
    leaving_ += child.leaving ? 0 : 1;
    child.leaving = true;
    host_.processes.signal_group(child.pid, SIGTERM);
    // A stopped process keeps TERM pending, so wake it after the signal.
    host_.processes.signal_group(child.pid, SIGCONT);
}

Entries::Child* Entries::find(pid_t pid) noexcept
{
    const auto place = places_.find(pid);
    return place != places_.end() ? &children_[place->second] : nullptr;
}

bool Entries::is_leaving(pid_t pid) const noexcept
{
    const auto place = places_.find(pid);
    return place != places_.end() && children_[place->second].leaving;
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
    look_at_all_ = look_at_all_ || any;
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
    while (!actions_.empty() && action_waits_for_ == 0 && may_start()) {
        const auto child = std::find_if(children_.begin(), children_.end(), [&](const Child& c) {
            return !c.gone && c.entry.id == actions_.front();
        });
        const bool is_due = child != children_.end() && child->pid == 0;
        const Started started = is_due ? start(*child) : Started::held;
        if (started == Started::no_room)
            return;
        actions_.pop_front();
        if (started == Started::yes && is_waited_for(child->entry.action))
            action_waits_for_ = child->pid;
    }
}

void Entries::child_ended(const world::ChildEnded& event)
{
    if (waiting_for_ == event.pid)
        waiting_for_ = 0;
    if (action_waits_for_ == event.pid)
        action_waits_for_ = 0;
    Child* const child = find(event.pid);
    if (!child)
        return;
    places_.erase(event.pid);
    alive_ -= child->entry.action != Action::boot ? 1 : 0;
    leaving_ -= child->leaving ? 1 : 0;
    child->pid = 0;
    child->leaving = false;
    queue(*child); // one that is gone from the table is forgotten when that is read again
    if (child->entry.records)
        host_.records.record_process(child->entry.id, event.pid, false);
    say_if_possible(host_.log, [&] {
        host_.log.debug(fmt::format("entry {} {}", child->entry.id,
                                    model::exit_status::describe_wait_status(event.status)));
    });
    const Action action = child->entry.action;
    if (action == Action::sysinit || action == Action::boot || action == Action::bootwait)
        guarded(host_.log, "what the entry removed is made anew later",
                [this] { host_.records.mend_files(); });
}

} // namespace init::supervisor
