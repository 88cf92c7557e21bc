// SPDX-License-Identifier: MIT
#include "supervisor/runs.h"

#include "world/guarded.h"

#include <fmt/format.h>

#include <algorithm>
#include <csignal>

namespace init::supervisor {
namespace {

using namespace std::chrono_literals;
using Kind = world::Timer::Kind;

constexpr auto wake_after = 1s;    ///< and again after twice the time
constexpr auto look_again = 250ms; ///< where somebody had, who may do so again
constexpr auto report_after = 10s; ///< a script that somebody waits for and that runs longer is told of once
constexpr std::string_view failed_answer = "the end of a script is not answered in full";

std::uint32_t number(world::RunId run) noexcept
{
    return static_cast<std::uint32_t>(run);
}

} // namespace

world::Result<world::RunId> Runs::begin(Run run, const world::ScriptRequest& request)
{
    if (runs_.size() == runs_.capacity())
        runs_.reserve(runs_.size() * 2 + 8);
    working_.reserve(runs_.capacity());
    auto kept = std::make_unique<Run>(std::move(run));
    kept->begun = host_.clock.now();
    const world::Result<world::RunId> id = host_.processes.run_script(request);
    if (!id)
        return id.error();
    kept->id = *id;
    const Run& begun = *runs_.emplace_back(std::move(kept));
    working_.push_back(runs_.back().get());
    if (begun.limit)
        host_.clock.arm({Kind::run_limit, number(*id)}, *begun.limit);
    host_.clock.arm({Kind::run_wake, number(*id)}, begun.begun + wake_after);
    if (begun.asker == Asker::level)
        host_.clock.arm({Kind::run_report, number(*id)}, begun.begun + report_after);
    for (RunListener* listener : listeners_)
        world::guarded(host_.log, "the beginning of a script is not noted in full",
                       [&] { listener->run_began(begun); });
    return *id;
}

void Runs::script_started(const world::ScriptStarted& event) noexcept
{
    if (Run* run = find(event.run); run && run->state == Run::State::ordered)
        run->state = Run::State::working;
}

void Runs::script_failed(const world::ScriptFailed& event) noexcept
{
    const Run* run = find(event.run);
    if (!run)
        return;
    std::string why;
    world::say_if_possible(host_.log, [&] {
        why =
            fmt::format("cannot {} {}: {}", event.step, event.path, world::errno_code(event.error).message());
    });
    over(event.run, model::outcome_of_failed_exec(run->purpose, event.error), 0, why);
}

void Runs::script_ended(const world::ScriptEnded& event) noexcept
{
    if (const Run* run = find(event.run))
        over(event.run, model::outcome_of(run->purpose, event.status, layout_), event.left, {});
}

/// Once: what a keeper's death or a late message tells again is not heard.
void Runs::over(world::RunId id, const model::RunOutcome& outcome, pid_t left,
                const std::string& why) noexcept
{
    Run* run = find(id);
    if (!run->is_at_work())
        return;
    run->state = Run::State::over;
    std::erase(working_, run);
    host_.clock.disarm({Kind::run_limit, number(id)});
    host_.clock.disarm({Kind::run_report, number(id)});
    host_.clock.disarm({Kind::run_wake, number(id)});
    for (RunListener* listener : listeners_)
        world::guarded(host_.log, failed_answer, [&] { listener->run_over(*run, outcome, left, why); });
}

void Runs::run_empty(const world::RunEmpty& event) noexcept
{
    const Run* run = find(event.run);
    if (!run)
        return;
    if (run->is_at_work()) // its end was not told; that nothing is left is all that will ever be known
        over(event.run, model::outcome_of(run->purpose, std::nullopt, layout_), 0, {});
    runs_.erase(place_of(event.run));
}

void Runs::timer_fired(world::Timer timer) noexcept
{
    if (timer.kind == Kind::run_report) {
        for (const auto& run : runs_)
            if (timer.id == 0 || timer.id == number(run->id))
                report_long(*run);
        return;
    }
    if (timer.kind == Kind::run_wake) {
        for (const Run* run : working_)
            if (timer.id == 0 || timer.id == number(run->id))
                wake(*run);
        return;
    }
    if (timer.kind != Kind::run_limit)
        return;
    if (timer.id != 0) {
        out_of_time(world::RunId{timer.id});
        return;
    }
    // There was no memory for a timer of its own.
    for (std::size_t i = 0; i < runs_.size(); ++i)
        out_of_time(runs_[i]->id);
}

/// Somebody may have stopped its keeper, which then begins no script and tells of no end.
void Runs::wake(const Run& run) noexcept
{
    const bool was_stopped = host_.processes.wake_keeper(run.id);
    const world::TimePoint now = host_.clock.now();
    host_.clock.arm({Kind::run_wake, number(run.id)},
                    was_stopped ? now + look_again : now + (now - run.begun));
}

/// One that somebody waits for and that has been at work for long.
void Runs::report_long(const Run& run) noexcept
{
    if (!run.is_at_work() || run.asker != Asker::level || host_.clock.now() < run.begun + report_after)
        return;
    if (run.state == Run::State::working) {
        host_.processes.ask_last_line(run.id);
        return;
    }
    world::say_if_possible(host_.log, [&] {
        host_.log.say(fmt::format("{}: {} has not begun after {:.0f} s: its keeper does not answer", run.name,
                                  run.verb, seconds_of(host_.clock.now() - run.begun)));
    });
}

void Runs::out_of_time(world::RunId id) noexcept
{
    Run* run = find(id);
    if (!run || !run->is_at_work() || !run->limit)
        return;
    if (host_.clock.now() < *run->limit) {
        host_.clock.arm({Kind::run_limit, number(id)}, *run->limit);
        return;
    }
    for (RunListener* listener : listeners_)
        world::guarded(host_.log, "cannot end a script that is over its limit; it goes on",
                       [&] { listener->run_out_of_time(*run); });
}

void Runs::last_line(const world::LastLine& event)
{
    const Run* run = find(event.run);
    if (!run || !run->is_at_work())
        return;
    const world::TimePoint now = host_.clock.now();
    const std::string more =
        run->limit ? fmt::format(", and may for {:.0f} s more", std::max(seconds_of(*run->limit - now), 0.0))
                   : std::string();
    host_.log.say(fmt::format(
        "{}: {} has been running for {:.0f} s{}; {}", run->name, run->verb, seconds_of(now - run->begun),
        more, event.text.empty() ? "it has written nothing" : "last it wrote \"" + event.text + "\""));
}

std::vector<std::unique_ptr<Run>>::const_iterator Runs::place_of(world::RunId id) const noexcept
{
    return std::lower_bound(runs_.begin(), runs_.end(), id,
                            [](const auto& run, world::RunId wanted) { return run->id < wanted; });
}

Run* Runs::find(world::RunId id) const noexcept
{
    const auto at = place_of(id);
    return at != runs_.end() && (*at)->id == id ? at->get() : nullptr;
}

Run* Runs::at_work(const Service& service, model::RunPurpose purpose) const noexcept
{
    const auto at = std::find_if(working_.begin(), working_.end(), [&](const Run* run) {
        return run->service == &service && run->purpose == purpose;
    });
    return at == working_.end() ? nullptr : *at;
}

std::vector<world::RunId> Runs::of(const Service& service) const
{
    std::vector<world::RunId> ids;
    for (const auto& run : runs_)
        if (run->service == &service)
            ids.push_back(run->id);
    return ids;
}

void Runs::set_limit(Run& run, world::TimePoint limit) noexcept
{
    run.limit = limit;
    host_.clock.arm({Kind::run_limit, number(run.id)}, limit);
}

void Runs::ask_to_end(const Run& run) noexcept
{
    signal(run, SIGTERM);
    // A stopped process keeps TERM pending, so wake it after the signal.
    signal(run, SIGCONT);
}

void Runs::tell_to_end(Run& run, world::TimePoint limit) noexcept
{
    run.told_to_end = true;
    ask_to_end(run);
    set_limit(run, limit);
}

void Runs::signal(const Run& run, int signo) noexcept
{
    host_.processes.signal_script(run.id, signo);
}

} // namespace init::supervisor
