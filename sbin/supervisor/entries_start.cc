// SPDX-License-Identifier: MIT
// How an entry of the inittab is started, and what comes of it where it cannot be.
#include "model/getty.h"
#include "model/run_outcome.h"
#include "supervisor/entries.h"
#include "world/guarded.h"

#include <fmt/format.h>

#include <utility>

namespace init::supervisor {

using model::Action;

namespace {

using namespace std::chrono_literals;

constexpr auto retry_after = 250ms; ///< what had no room
constexpr auto room_patience = 30s; ///< with an entry that others wait for
constexpr auto patience_while_stopping = 1s;

} // namespace

/// It is started again when it has ended.
bool Entries::is_lasting(const Child& child) noexcept
{
    return child.entry.action == Action::respawn || child.entry.action == Action::ondemand;
}

/// Those that may have to be started; one that has no room goes to the end, and ends the round.
void Entries::start_respawns()
{
    if (std::exchange(look_at_all_, false))
        for (Child& child : children_)
            queue(child);
    std::size_t done = 0;
    bool has_room = may_start();
    while (has_room && done < idle_.size())
        has_room = start_again(children_[idle_[done++]]) != Started::no_room;
    if (done == 0)
        return;
    for (std::size_t i = 0; i < done; ++i)
        children_[idle_[i]].is_queued = false;
    const std::size_t last = idle_[done - 1];
    idle_.erase(idle_.begin(), idle_.begin() + static_cast<std::ptrdiff_t>(done));
    if (has_room)
        no_room_said_ = false;
    else
        queue(children_[last]);
}

Entries::Started Entries::start_again(Child& child)
{
    Started started = Started::held;
    for (int tries = 0; tries <= model::RespawnLimit::burst && child.pid == 0 && is_respawned(child); ++tries)
        if ((started = start(child)) != Started::failed)
            break;
    return started;
}

void Entries::queue(Child& child) noexcept
{
    if (child.is_queued || child.gone || child.pid != 0 || !is_lasting(child))
        return;
    child.is_queued = true;
    idle_.push_back(
        static_cast<std::size_t>(&child - children_.data())); // never more than there are children
}

void Entries::try_again() noexcept
{
    throttle_at_.reset();
    look_at_all_ = true;
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

Entries::Started Entries::start(Child& child)
{
    if (child.skip_said || is_skipped(child) || !throttle_passes(child))
        return Started::held;
    const world::ChildRequest request = request_of(child);
    // What is launched must find its place, whatever memory is left.
    places_.reserve(places_.size() + 1);
    Places::node_type place =
        places_.extract(places_.emplace(0, static_cast<std::size_t>(&child - children_.data())).first);
    const world::Result<pid_t> pid = host_.processes.launch(request);
    return pid ? launched(child, *pid, std::move(place)) : not_launched(child, pid.error());
}

bool Entries::throttle_passes(Child& child)
{
    if (!is_lasting(child))
        return true;
    const bool was_held = child.limit.held_until().has_value();
    if (child.limit.ask(host_.clock.now()) != model::RespawnLimit::Verdict::hold)
        return true;
    arm_throttle(*child.limit.held_until());
    if (!was_held)
        host_.log.say(fmt::format("Id \"{}\" respawning too fast: disabled for 5 minutes", child.entry.id));
    return false;
}

world::ChildRequest Entries::request_of(const Child& child)
{
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
    return request;
}

Entries::Started Entries::launched(Child& child, pid_t pid, Places::node_type place) noexcept
{
    place.key() = pid;
    places_.insert(std::move(place));
    child.pid = pid;
    alive_ += child.entry.action != Action::boot ? 1 : 0;
    child.failure_said = false;
    child.no_room_since.reset();
    guarded(host_.log, "an entry's process has no record", [&] {
        if (child.entry.records)
            host_.records.record_process(child.entry.id, pid, true);
    });
    return Started::yes;
}

Entries::Started Entries::not_launched(Child& child, const boost::system::error_code& error)
{
    if (model::is_for_now(error.value())) {
        const Started started = has_no_room(child, error);
        if (started == Started::no_room)
            return started;
    }
    if (!std::exchange(child.failure_said, true))
        host_.log.say(fmt::format("entry {}: cannot start {}: {}; {}", child.entry.id, child.entry.process,
                                  error.message(),
                                  is_lasting(child) ? "trying again" : "going on without it"));
    return Started::failed;
}

/// That is no failure of the entry's: it is tried again in a moment, one that others wait for not for ever.
Entries::Started Entries::has_no_room(Child& child, const boost::system::error_code& error)
{
    const world::TimePoint now = host_.clock.now();
    if (!child.no_room_since)
        child.no_room_since = now;
    const auto patience = context_->level.ends() ? patience_while_stopping : room_patience;
    if (!is_lasting(child) && now - *child.no_room_since >= patience) {
        child.no_room_since.reset();
        return Started::failed;
    }
    child.limit.take_back();
    retry_at_ = now + retry_after;
    arm_throttle(retry_at_);
    if (!std::exchange(no_room_said_, true))
        host_.log.say(fmt::format("entry {}: no room to start {} now: {}; it is tried again", child.entry.id,
                                  child.entry.process, error.message()));
    return Started::no_room;
}

void Entries::arm_throttle(world::TimePoint at) noexcept
{
    if (throttle_at_ && *throttle_at_ <= at)
        return;
    throttle_at_ = at;
    host_.clock.arm({world::Timer::Kind::throttle}, at);
}

} // namespace init::supervisor
