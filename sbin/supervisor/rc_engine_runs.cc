// SPDX-License-Identifier: MIT
// What becomes of the scripts that an RcEngine has begun, and of those that wait.
#include "supervisor/rc_engine.h"

#include "world/guarded.h"

#include <fmt/format.h>

#include <sys/wait.h>

#include <algorithm>
#include <csignal>
#include <utility>

namespace init::supervisor {

using model::RunPurpose;

namespace {

using namespace std::chrono_literals;

constexpr auto kill_after_term = 5s;   ///< a script that was told to end and does not
constexpr auto end_after_kill = 500ms; ///< where there is a deadline
constexpr auto shows_after = 2ms;      ///< whether a script waits

/// Also with a failure. One that somebody has killed has stopped half of it, or nothing.
bool came_to_its_end(const model::RunOutcome& outcome) noexcept
{
    const bool was_killed = outcome.status && WIFSIGNALED(*outcome.status);
    return outcome.result != model::RunResult::unseen && !was_killed;
}

} // namespace

// --- What becomes of runs ---------------------------------------------------------------------------

void RcEngine::run_over(const Run& run, const model::RunOutcome& outcome, pid_t, const std::string& why)
{
    if (is_waited_for(run.id) && !is_tried_again(run, outcome)) {
        (void)remove(run.id); // first: nothing may wait for it any more, whatever else fails
        if (outcome.purpose == RunPurpose::stop && !came_to_its_end(outcome))
            cut_off_ = true;
        finish(run, outcome, why);
    }
    try_held([&](const Held& held) {
        return held.no_room == 0 && run.service && steps_[held.step].step.link.name == run.service->name;
    });
}

/// Its keeper had no room for it. It stays a step that holds up the others.
bool RcEngine::is_tried_again(const Run& run, const model::RunOutcome& outcome) noexcept
{
    const auto at = std::find_if(waited_for_.begin(), waited_for_.end(),
                                 [&](const WaitedFor& waited) { return waited.run == run.id; });
    const bool may_be =
        outcome.result == model::RunResult::not_run && at->step && run.service && !run.told_to_end;
    if (!may_be)
        return false;
    bool is_held = false;
    const std::size_t step = *at->step;
    world::guarded(host_.log, "a script that had no room is not tried again", [&] {
        is_held = may_try_again(step, *run.service, outcome.error) &&
                  hold(step, *run.service, outcome.error) == Begun::held;
    });
    if (is_held)
        waited_for_.erase(at);
    return is_held;
}

/// One that has to wait again stays, with the time that it had.
template <class Meant> void RcEngine::try_held(Meant&& is_meant) noexcept
{
    for (std::size_t i = 0; i < held_.size();) {
        const std::size_t step = held_[i].step;
        if (is_meant(held_[i]) && try_step(step) != Begun::held)
            let_go(step);
        else
            ++i;
    }
}

void RcEngine::finish(const Run& run, const model::RunOutcome& outcome, const std::string& why)
{
    const auto took = host_.clock.now() - run.begun;
    if (outcome.result == model::RunResult::not_run)
        was_not_run(run.name, run.verb);
    world::say_if_possible(host_.log, [&] {
        if (outcome.is_success())
            host_.log.debug(fmt::format("{}: {} done in {:.3f} s", run.name, run.verb, seconds_of(took)));
        else if (!outcome.is_failure() && run.service && run.service->main != 0)
            host_.log.say(fmt::format("{}: start: {}, but its process {} lives", run.name, describe(outcome),
                                      run.service->main));
        else if (!outcome.is_failure())
            host_.log.say(fmt::format("{}: not started: {}; going on", run.name, describe(outcome)));
        else
            host_.log.say(fmt::format("{}: {} {} after {:.1f} s; going on", run.name, run.verb,
                                      why.empty() ? describe(outcome) : "failed: " + why, seconds_of(took)));
    });
    if (run.service)
        (run.purpose == RunPurpose::start ? run.service->start_took : run.service->stop_took) =
            std::chrono::duration_cast<std::chrono::milliseconds>(took);
    // rc.sysinit, or a script of rcS.d: what it removed is made anew after it.
    if (run.purpose == RunPurpose::sysinit || context_.level.letter() == 'S')
        world::guarded(host_.log, "what a script removed is made anew later",
                       [this] { host_.records.mend_files(); });
}

void RcEngine::run_out_of_time(Run& run)
{
    if (!is_waited_for(run.id))
        return;
    if (run.told_to_end) {
        runs_.signal(run, SIGKILL);
        if (std::exchange(run.was_killed, true))
            return overtake(run);
        runs_.set_limit(run, host_.clock.now() + (share_ ? end_after_kill : kill_after_term));
        return;
    }
    if (share_ && run.purpose == RunPurpose::stop)
        return overtake(run);
    world::say_if_possible(host_.log, [&] {
        host_.log.say(fmt::format("{}: {} has not ended within its {:.0f} s; ending it", run.name, run.verb,
                                  seconds_of(*run.limit - run.begun)));
    });
    cut_off_ = cut_off_ || run.purpose == RunPurpose::stop;
    runs_.tell_to_end(run, host_.clock.now() + kill_after_term);
}

/// It is not ended, and holds nobody up any more. One that KILL did not end is in the kernel's hands, as
/// where a mount has gone away, and no step waits for its end.
void RcEngine::overtake(Run& run)
{
    world::say_if_possible(host_.log, [&] {
        const std::string why = run.was_killed ? std::string("has not ended on KILL; going on")
                                               : fmt::format("has used its share of the time ({:.1f} s); "
                                                             "going on with the next",
                                                             seconds_of(host_.clock.now() - run.begun));
        host_.log.say(fmt::format("{}: {} {} while it runs", run.name, run.verb, why));
    });
    run.overtaken = !run.was_killed;
    (void)remove(run.id);
}

void RcEngine::timer_fired(world::Timer timer) noexcept
{
    if (timer.kind == world::Timer::Kind::start_retry)
        try_held([](const Held& held) { return held.no_room != 0; });
    else if (timer.kind == world::Timer::Kind::start_hold)
        give_up_held(host_.clock.now());
    else if (timer.kind == world::Timer::Kind::start_look)
        slots_.look([this] { return count_waiting(); });
}

/// Those that wait for another run, or for room, keep their slots.
std::size_t RcEngine::count_waiting() noexcept
{
    std::size_t busy = 0;
    std::size_t waiting = 0;
    for (const WaitedFor& waited : waited_for_) {
        if (!waited.step)
            continue;
        // One that has just begun has not shown yet what it does; one that does nothing is over by then.
        const Run* const run = runs_.find(waited.run);
        const bool is_young = run && host_.clock.now() < run->begun + shows_after;
        const bool is_busy = is_young || host_.processes.is_busy(waited.run);
        busy += is_busy ? 1 : 0;
        waiting += is_busy ? 0 : 1;
        if (busy == slots_.jobs())
            return 0; // however many wait, there is no slot
    }
    return waiting;
}

void RcEngine::give_up_held(world::TimePoint now) noexcept
{
    for (std::size_t i = held_.size(); i-- > 0;) {
        const auto [step, until, no_room] = held_[i];
        if (now < until)
            continue;
        drop_held(step);
        world::say_if_possible(host_.log, [&, index = step, error = no_room] {
            const model::PlanStep& given_up = steps_[index].step;
            if (error != 0)
                say_not_launched(given_up.link.name, given_up.verb, given_up.path, world::errno_code(error));
            else
                host_.log.say(fmt::format("{}: not started: another run of its script is not over; going on",
                                          given_up.link.name));
        });
    }
}

void RcEngine::interrupt(std::optional<world::TimePoint> until) noexcept
{
    abandon();
    for (const WaitedFor& waited : waited_for_) {
        Run* run = runs_.find(waited.run);
        if (!run || run->told_to_end)
            continue;
        if (run->purpose == RunPurpose::stop) {
            // What it stops is to be stopped all the same, and half a stop would be begun anew.
            if (until && (!run->limit || *until < *run->limit))
                runs_.set_limit(*run, *until);
            continue;
        }
        world::say_if_possible(
            host_.log, [&] { host_.log.say(fmt::format("{}: {} is interrupted", run->name, run->verb)); });
        runs_.tell_to_end(*run, until.value_or(host_.clock.now() + kill_after_term));
    }
}

void RcEngine::use_shares(Share share) noexcept
{
    share_ = std::move(share);
    for (const WaitedFor& waited : waited_for_) {
        Run* run = runs_.find(waited.run);
        if (!run || run->purpose != RunPurpose::stop || !waited.step || run->told_to_end)
            continue;
        const world::TimePoint until = share_(in_a_row(*waited.step));
        if (!run->limit || until < *run->limit)
            runs_.set_limit(*run, until);
    }
}

void RcEngine::abandon() noexcept
{
    schedule_.abandon();
    while (!held_.empty())
        drop_held(held_.back().step);
}

std::vector<std::string> RcEngine::left_to_stop() const
{
    std::vector<std::string> names;
    if (schedule_.left() + held_.size() == 0)
        return names;
    for (std::size_t step = 0; step < steps_.size(); ++step) {
        const bool is_held = std::ranges::find(held_, step, &Held::step) != held_.end();
        if (steps_[step].step.verb == "stop" && (is_held || !schedule_.has_begun(step)))
            names.push_back(steps_[step].step.link.name);
    }
    return names;
}

std::size_t RcEngine::unfinished() const noexcept
{
    return waited_for_.size() + runs_.count_at_work([](const Run& run) { return run.overtaken; });
}

} // namespace init::supervisor
