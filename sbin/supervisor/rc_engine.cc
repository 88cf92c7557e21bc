// SPDX-License-Identifier: MIT
#include "supervisor/rc_engine.h"

#include "tree/script_command.h"
#include "tree/service_settings.h"
#include "world/guarded.h"

#include <fmt/format.h>

#include <algorithm>
#include <csignal>
#include <utility>

namespace init::supervisor {

using model::RunPurpose;
using model::ServiceAction;

namespace {

using namespace std::chrono_literals;

constexpr auto retry_after = 100ms; ///< what had no room

world::Timer hold_timer(std::size_t step) noexcept
{
    return {world::Timer::Kind::start_hold, static_cast<std::uint32_t>(step + 1)};
}

} // namespace

void RcEngine::begin(const LevelContext& context, const std::string& entry)
{
    context_ = context;
    entry_ = entry;
    tree::LevelPlan plan =
        tree::read_level_plan(host_.tree, layout_, context.previous, context.level, settings_.parallel);
    for (const model::Diagnostic& complaint : plan.complaints)
        host_.log.say(to_string(complaint));
    unlisted_ = unlisted_ || plan.unlisted;
    cut_off_ = cut_off_ || (plan.unlisted && context.level.ends());
    host_.log.debug(fmt::format("runlevel {}: {} scripts, {}", context.level.letter(), plan.steps.size(),
                                plan.side_by_side ? "side by side" : "in link order"));
    take(std::move(plan));
}

void RcEngine::begin_stop(const LevelContext& context, const std::string& service, const std::string& script)
{
    context_ = context;
    tree::LevelPlan plan;
    tree::PlannedStep planned;
    planned.step = {{model::LinkKind::stop, 0, service}, script, "stop"};
    plan.steps.push_back(std::move(planned));
    take(std::move(plan));
}

bool RcEngine::begin_script(const LevelContext& context, RunPurpose purpose, std::string label,
                            std::vector<std::string> argv, world::TimePoint limit)
{
    context_ = context;
    take({});
    const world::ScriptRequest request{label, std::move(argv), context.environment, true};
    Run run;
    run.name = std::move(label);
    run.verb = "run";
    run.purpose = purpose;
    run.limit = limit;
    if (const world::Result<void> begun = launch(std::move(run), request, std::nullopt); !begun) {
        say_not_launched(request.label, "run", request.argv[0], begun.error());
        return false;
    }
    return true;
}

void RcEngine::take(tree::LevelPlan plan)
{
    std::vector<model::ScheduledStep> steps;
    steps.reserve(plan.steps.size());
    services_.forget_steps();
    for (tree::PlannedStep& planned : plan.steps) {
        Service* const service = services_.find(planned.step.link.name);
        const bool starts = planned.step.verb == "start";
        if (service)
            service->steps |= starts ? starts_it : stops_it;
        steps.push_back({std::move(planned.after), planned.stage, planned.interactive,
                         service ? (starts ? service->start_took : service->stop_took) : std::nullopt});
    }
    abandon();
    slots_.begin(settings_.jobs, model::default_jobs(host_.machine.processors()));
    held_.reserve(plan.steps.size());
    refused_until_.assign(plan.steps.size(), std::nullopt);
    is_room_missed_ = false;
    is_wrapped_ =
        context_.level.letter() != 'S' && host_.tree.look(initscript_path).kind == world::FileKind::file;
    steps_ = std::move(plan.steps);
    schedule_.take(std::move(steps), slots_.jobs(), settings_.shuffle);
    host_.processes.expect_runs(std::min(slots_.jobs(), steps_.size()));
}

void RcEngine::work() noexcept
{
    while (const std::optional<std::size_t> step = schedule_.next(slots_.waiting()))
        (void)try_step(*step);
    if (schedule_.is_short_of_slots())
        slots_.ask_for_look();
}

/// It is over at once where nothing is to be waited for.
RcEngine::Begun RcEngine::try_step(std::size_t step) noexcept
{
    Begun begun = Begun::no;
    if (!world::guarded(host_.log, "a script cannot be run; going on without it",
                        [&] { begun = start(step); }))
        was_not_run(steps_[step].step.link.name, steps_[step].step.verb);
    if (begun == Begun::no)
        schedule_.over(step);
    return begun;
}

/// The script may be skipped, may not be possible to launch, or have to wait for a run of the same service.
RcEngine::Begun RcEngine::start(std::size_t index)
{
    const model::PlanStep& step = steps_[index].step;
    const RunPurpose purpose = model::purpose_of(step.verb);
    Service& service = services_.get(step.link.name);
    service.steps |= step.verb == "start" ? starts_it : stops_it; // it may be a new one
    const ServiceAction action = services_.ask(service, purpose);
    if (action == ServiceAction::hold)
        return hold(index, service, 0); // whether it is skipped is asked when the other run is over
    // Somebody's stop of it, or that of a level that was left, is the one that is waited for.
    if (Run* stop = runs_.at_work(service, RunPurpose::stop); stop && action == ServiceAction::join) {
        join(*stop, index);
        return Begun::runs;
    }
    const world::FileLook look = host_.tree.look(step.path);
    if (is_skipped(step, service, look)) {
        services_.withdraw(service, purpose);
        return Begun::no;
    }
    world::ScriptRequest request;
    request.label = step.link.name;
    request.argv = command_of(step, look);
    request.environment = context_.environment;
    request.keeper = keeper_of(settings_, service.settings);
    request.grouped = settings_.output == model::OutputChoice::grouped;
    Run run;
    run.service = &service;
    run.name = step.link.name;
    run.verb = step.verb;
    run.purpose = purpose;
    run.limit = limit_of(index, service);
    const world::Result<void> begun = launch(std::move(run), request, index);
    if (begun)
        return Begun::runs;
    return answer_refusal(index, service, begun.error().value());
}

/// What cannot be had for now may be had in a moment: the script keeps its place and the time that it has.
RcEngine::Begun RcEngine::answer_refusal(std::size_t index, const Service& service, int error)
{
    if (may_try_again(index, service, error))
        return hold(index, service, error);
    const model::PlanStep& step = steps_[index].step;
    say_not_launched(step.link.name, step.verb, step.path, world::errno_code(error));
    was_not_run(step.link.name, step.verb);
    return Begun::no;
}

/// Its time is that of the first try.
bool RcEngine::may_try_again(std::size_t index, const Service& service, int error)
{
    if (!model::is_for_now(error))
        return false;
    if (!refused_until_[index])
        refused_until_[index] = limit_of(index, service);
    return host_.clock.now() < *refused_until_[index];
}

RcEngine::Begun RcEngine::hold(std::size_t index, const Service& service, int no_room)
{
    if (no_room != 0)
        host_.clock.arm({world::Timer::Kind::start_retry}, host_.clock.now() + retry_after);
    const auto held =
        std::find_if(held_.begin(), held_.end(), [index](const Held& h) { return h.step == index; });
    if (held != held_.end()) {
        held->no_room = no_room;
        return Begun::held;
    }
    const world::TimePoint until = no_room != 0 ? *refused_until_[index] : limit_of(index, service);
    held_.push_back({index, until, no_room});
    host_.clock.arm(hold_timer(index), until);
    // It is held now, with memory for the words or without.
    world::say_if_possible(host_.log, [&] {
        if (no_room == 0)
            host_.log.debug(fmt::format("{}: its {} waits until another run of its script is over",
                                        service.name, steps_[index].step.verb));
        else if (!std::exchange(is_room_missed_, true))
            host_.log.say(
                fmt::format("{}: {}: no room to run its script now: {}; it is tried again for {:.0f} s",
                            service.name, steps_[index].step.verb, world::errno_code(no_room).message(),
                            seconds_of(until - host_.clock.now())));
    });
    return Begun::held;
}

void RcEngine::let_go(std::size_t index) noexcept
{
    std::erase_if(held_, [index](const Held& held) { return held.step == index; });
    host_.clock.disarm(hold_timer(index));
}

/// It is not run, and holds nobody up any more.
void RcEngine::drop_held(std::size_t index) noexcept
{
    let_go(index);
    schedule_.over(index);
    const model::PlanStep& step = steps_[index].step;
    was_not_run(step.link.name, step.verb);
    if (Service* service = services_.find(step.link.name))
        services_.withdraw(*service, model::purpose_of(step.verb));
}

void RcEngine::join(Run& run, std::size_t index)
{
    waited_for_.reserve(waited_for_.size() + 1);
    const world::TimePoint limit = limit_of(index, *run.service);
    run.overtaken = false;
    waited_for_.push_back({run.id, index});
    runs_.set_limit(run, limit);
}

bool RcEngine::is_skipped(const model::PlanStep& step, Service& service, const world::FileLook& look)
{
    if (const auto reason =
            tree::machine_skip(host_.tree, step.link.name, step.path, host_.machine.machine_facts())) {
        host_.log.say(fmt::format("{}: not run ({}): {}", step.link.name, step.verb, *reason));
        services_.skipped(service, *reason);
        return true;
    }
    services_.learn(service, step.path, look);
    model::ServiceFacts facts = services_.facts(service, look);
    facts.level_reached = !context_.previous.is_none();
    const auto reason = skip_reason(layout_, step, facts);
    if (!reason)
        return false;
    const bool is_up = facts.locked || facts.main_lives || facts.started;
    if (step.verb == "start") {
        host_.log.say(fmt::format("{}: not started: {}", step.link.name, *reason));
        services_.skipped(service, *reason);
    } else if (is_up) {
        host_.log.say(fmt::format("{}: not stopped by its script: {}", step.link.name, *reason));
        was_not_run(step.link.name, step.verb);
    } else { // that a stopped service is not stopped again is no news
        host_.log.debug(fmt::format("{}: not stopped: {}", step.link.name, *reason));
    }
    return true;
}

std::vector<std::string> RcEngine::command_of(const model::PlanStep& step, const world::FileLook& look)
{
    std::vector<std::string> command = tree::script_command(host_.tree, step.path, look, {&step.verb, 1});
    if (is_wrapped_)
        return {"/bin/sh", initscript_path,
                entry_,    std::string(1, context_.level.letter()),
                "wait",    fmt::format("{}", fmt::join(command, " "))};
    return command;
}

world::TimePoint RcEngine::limit_of(std::size_t step, const Service& service)
{
    const bool stops = steps_[step].step.verb == "stop";
    if (stops && share_)
        return share_(in_a_row(step));
    return host_.clock.now() + (stops ? stop_timeout_of(settings_, service.settings)
                                      : start_timeout_of(settings_, service.settings));
}

/// Throws only before the script was launched. Error: errno of that.
world::Result<void> RcEngine::launch(Run run, const world::ScriptRequest& request,
                                     std::optional<std::size_t> step)
{
    waited_for_.reserve(waited_for_.size() + 1);
    const world::Result<world::RunId> begun = runs_.begin(std::move(run), request);
    if (!begun)
        return begun.error();
    waited_for_.push_back({*begun, step});
    return {};
}

void RcEngine::say_not_launched(std::string_view name, std::string_view verb, const std::string& path,
                                const boost::system::error_code& error)
{
    host_.log.say(
        fmt::format("{}: {}: cannot run {}: {}; going on without it", name, verb, path, error.message()));
}

/// A service that was to be stopped is still up then, which whoever ends the container must know.
void RcEngine::was_not_run(std::string_view service, std::string_view verb) noexcept
{
    if (verb != "stop")
        return;
    cut_off_ = true;
    if (Service* known = services_.find(service))
        known->stop_not_run = true;
}

bool RcEngine::is_waited_for(world::RunId run) const noexcept
{
    return std::any_of(waited_for_.begin(), waited_for_.end(),
                       [run](const WaitedFor& waited) { return waited.run == run; });
}

/// It holds nobody up any more. The step that it was, where it was one.
std::optional<std::size_t> RcEngine::remove(world::RunId run) noexcept
{
    const auto at = std::find_if(waited_for_.begin(), waited_for_.end(),
                                 [run](const WaitedFor& waited) { return waited.run == run; });
    const std::optional<std::size_t> step = at->step;
    waited_for_.erase(at);
    if (step) {
        schedule_.over(*step);
        slots_.one_is_over();
    }
    return step;
}

} // namespace init::supervisor
