// SPDX-License-Identifier: MIT
#include "supervisor/rc_engine.h"

#include "tree/script_command.h"
#include "tree/service_settings.h"
#include "world/guarded.h"

#include <fmt/format.h>

#include <algorithm>
#include <csignal>

namespace init::supervisor {
namespace {

using namespace std::chrono_literals;

constexpr auto report_after = 10s;   ///< a script that runs longer is mentioned once
constexpr auto kill_after_term = 5s; ///< a script that was told to end and does not

double seconds_of(world::TimePoint::duration time)
{
    return std::chrono::duration<double>(time).count();
}

} // namespace

void RcEngine::begin(const LevelContext& context, const std::string& entry)
{
    context_ = context;
    entry_ = entry;
    failed_ = false;
    tree::LevelPlan plan =
        tree::read_level_plan(host_.tree, layout_, context.previous, context.level, settings_.parallel);
    for (const model::Diagnostic& complaint : plan.complaints)
        host_.log.say(to_string(complaint));
    if (plan.unlisted)
        failed_ = unlisted_ = true;
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

void RcEngine::begin_script(const LevelContext& context, std::string label, std::vector<std::string> argv,
                            world::TimePoint limit)
{
    context_ = context;
    failed_ = false;
    take({});
    world::ScriptRequest request{std::move(label), std::move(argv), context.environment, true};
    Running script;
    script.name = request.label;
    script.verb = "run";
    script.is_sysinit = !context.level.ends();
    script.begun = host_.clock.now();
    script.limit = limit;
    (void)launch(std::move(script), std::move(request), nullptr);
}

void RcEngine::take(tree::LevelPlan plan)
{
    steps_ = std::move(plan.steps);
    std::vector<model::ScheduledStep> steps;
    steps.reserve(steps_.size());
    for (tree::PlannedStep& planned : steps_) {
        const Service* service = services_.find(planned.step.link.name);
        const bool starts = planned.step.verb == "start";
        steps.push_back({std::move(planned.after), planned.stage, planned.interactive,
                         service ? (starts ? service->start_took : service->stop_took) : std::nullopt});
    }
    const bool stops = context_.level.ends();
    const std::size_t jobs = settings_.jobs.value_or(model::default_jobs(host_.machine.processors(), stops));
    schedule_.take(std::move(steps), jobs, settings_.shuffle);
    host_.processes.expect_runs(std::min(jobs, steps_.size()));
}

void RcEngine::work() noexcept
{
    while (const std::optional<std::size_t> step = schedule_.next()) {
        bool runs = false;
        if (!guarded(host_.log, "a script cannot be run; going on without it", [&] { runs = start(*step); }))
            was_not_run(steps_[*step].step.link.name, steps_[*step].step.verb);
        if (!runs)
            schedule_.over(*step);
    }
}

/// False where nothing is to be waited for: the script is skipped, or cannot be launched.
bool RcEngine::start(std::size_t index)
{
    const model::PlanStep& step = steps_[index].step;
    Service& service = services_.get(step.link.name);
    const std::optional<world::RunId> stopping =
        step.verb == "stop" ? running_stop_of(service) : std::nullopt;
    if (!stopping && is_skipped(step, service))
        return false;
    world::ScriptRequest request;
    request.label = step.link.name;
    if (!stopping)
        request.argv = command_of(step);
    request.environment = context_.environment;
    request.keeper = keeper_of(settings_, service.settings);
    request.grouped = settings_.output == model::OutputChoice::grouped;

    Running script;
    script.step = index;
    script.name = step.link.name;
    script.verb = step.verb;
    script.is_sysinit = context_.level.letter() == 'S';
    script.begun = host_.clock.now();
    script.limit = limit_of(script);
    if (!stopping)
        return launch(std::move(script), std::move(request), &service);
    // Somebody's stop of it, or that of a level that was left, is the one that is waited for.
    running_.reserve(running_.size() + 1);
    overtaken_.reserve(overtaken_.size() + running_.size() + 1);
    script.run = *stopping;
    std::erase(overtaken_, *stopping);
    running_.push_back(std::move(script));
    arm_timers();
    return true;
}

std::optional<world::RunId> RcEngine::running_stop_of(const Service& service) noexcept
{
    for (const Run& run : service.runs)
        if (run.purpose == RunPurpose::stop && run.script_runs)
            return run.id;
    return std::nullopt;
}

bool RcEngine::is_skipped(const model::PlanStep& step, Service& service)
{
    if (const auto reason =
            tree::machine_skip(host_.tree, step.link.name, step.path, host_.machine.machine_facts())) {
        host_.log.say(fmt::format("{}: not run ({}): {}", step.link.name, step.verb, *reason));
        services_.skipped(service, *reason);
        return true;
    }
    services_.learn(service, step.path);
    model::ServiceFacts facts = services_.facts(service, step.path);
    facts.level_reached = !context_.previous.is_none();
    const auto reason = skip_reason(layout_, step, facts);
    if (!reason)
        return false;
    // That a stopped service is not stopped again is no news.
    if (step.verb == "start") {
        host_.log.say(fmt::format("{}: not started: {}", step.link.name, *reason));
        services_.skipped(service, *reason);
    } else {
        host_.log.debug(fmt::format("{}: not stopped: {}", step.link.name, *reason));
    }
    return true;
}

std::vector<std::string> RcEngine::command_of(const model::PlanStep& step)
{
    std::vector<std::string> command = tree::script_command(host_.tree, step.path, {&step.verb, 1});
    if (context_.level.letter() != 'S' && host_.tree.look(initscript_path).kind == world::FileKind::file)
        return {"/bin/sh", initscript_path,
                entry_,    std::string(1, context_.level.letter()),
                "wait",    fmt::format("{}", fmt::join(command, " "))};
    return command;
}

world::TimePoint RcEngine::limit_of(const Running& script)
{
    const bool stops = script.verb == "stop";
    if (stops && share_)
        return share_(schedule_.in_a_row(*script.step));
    const Service* service = services_.find(script.name);
    const model::ServiceSettings none;
    const model::ServiceSettings& own = service ? service->settings : none;
    return script.begun + (stops ? stop_timeout_of(settings_, own) : start_timeout_of(settings_, own));
}

/// Throws only before the script was launched.
bool RcEngine::launch(Running script, world::ScriptRequest request, Service* service)
{
    running_.reserve(running_.size() + 1);
    overtaken_.reserve(overtaken_.size() + running_.size() + 1); // it may come to stand there
    if (service)
        service->runs.reserve(service->runs.size() + 1);
    const world::Result<world::RunId> run = host_.processes.run_script(request);
    if (!run) {
        host_.log.say(fmt::format("{}: cannot {} it with {}: {}; going on without it", script.name,
                                  script.verb, request.argv[0], run.error().message()));
        was_not_run(script.name, script.verb);
        return false;
    }
    script.run = *run;
    if (service)
        guarded(host_.log, "a state file is not written anew",
                [&] { services_.run_begins(*service, *run, script.verb); });
    running_.push_back(std::move(script));
    arm_timers();
    return true;
}

/// A service that was to be stopped is still up then, which whoever ends the container must know.
void RcEngine::was_not_run(std::string_view service, std::string_view verb) noexcept
{
    failed_ = true;
    if (verb != "stop")
        return;
    cut_off_ = true;
    if (Service* known = services_.find(service))
        known->stop_not_run = true;
}

RcEngine::Running* RcEngine::find(world::RunId run) noexcept
{
    const auto at = std::find_if(running_.begin(), running_.end(),
                                 [&](const Running& script) { return script.run == run; });
    return at == running_.end() ? nullptr : &*at;
}

/// Takes it out of those that run; it holds nobody up any more.
RcEngine::Running RcEngine::remove(const Running& script)
{
    const auto at = running_.begin() + (&script - running_.data());
    Running removed = std::move(*at);
    running_.erase(at);
    if (removed.step)
        schedule_.over(*removed.step);
    if (!is_busy())
        host_.processes.expect_runs(1);
    arm_timers();
    return removed;
}

void RcEngine::arm_timers()
{
    std::optional<world::TimePoint> limit;
    std::optional<world::TimePoint> report;
    for (const Running& script : running_) {
        limit = std::min(limit.value_or(script.limit), script.limit);
        if (!script.is_reported)
            report = std::min(report.value_or(script.begun + report_after), script.begun + report_after);
    }
    const auto set = [this](world::Timer timer, const std::optional<world::TimePoint>& when) {
        if (when)
            host_.clock.arm(timer, *when);
        else
            host_.clock.disarm(timer);
    };
    set({world::Timer::Kind::run_limit}, limit);
    set({world::Timer::Kind::run_report}, report);
}

void RcEngine::finish(const Running& script, bool well, const std::string& how)
{
    const auto took = host_.clock.now() - script.begun;
    failed_ = failed_ || (!well && script.verb != "stop");
    say_if_possible(host_.log, [&] {
        if (well)
            host_.log.debug(
                fmt::format("{}: {} done in {:.3f} s", script.name, script.verb, seconds_of(took)));
        else
            host_.log.say(fmt::format("{}: {} {} after {:.1f} s; going on", script.name, script.verb, how,
                                      seconds_of(took)));
    });
    if (Service* service = script.step ? services_.find(script.name) : nullptr)
        (script.verb == "start" ? service->start_took : service->stop_took) =
            std::chrono::duration_cast<std::chrono::milliseconds>(took);
    if (script.is_sysinit)
        host_.records.mend_files();
}

void RcEngine::script_failed(const world::ScriptFailed& event)
{
    std::erase(overtaken_, event.run);
    const Running* script = find(event.run);
    if (!script)
        return;
    const Running ended = remove(*script);
    if (ended.verb == "stop")
        was_not_run(ended.name, ended.verb);
    finish(ended, false,
           fmt::format("failed: cannot {} {}: {}", event.step, event.path,
                       world::errno_code(event.error).message()));
}

void RcEngine::script_ended(const world::ScriptEnded& event)
{
    std::erase(overtaken_, event.run);
    const Running* script = find(event.run);
    if (!script)
        return;
    const int code = event.status ? exit_code_of(*event.status) : 0;
    // 5 and 6: not installed, not configured. Source: LSB 3.1, 20.2.
    const bool well = code == 0 || (script->verb == "start" && (code == 5 || code == 6));
    const Running ended = remove(*script); // first: nothing may wait for it any more, whatever else fails
    finish(ended, well, event.status ? describe_status(*event.status) : std::string("ended unseen"));
}

void RcEngine::last_line(const world::LastLine& event)
{
    const Running* script = find(event.run);
    if (!script)
        return;
    const double runs = seconds_of(host_.clock.now() - script->begun);
    const double left = seconds_of(script->limit - host_.clock.now());
    host_.log.say(
        fmt::format("{}: {} has been running for {:.0f} s, and may for {:.0f} s more; {}", script->name,
                    script->verb, runs, std::max(left, 0.0),
                    event.text.empty() ? "it has written nothing" : "last it wrote \"" + event.text + "\""));
}

void RcEngine::timer_fired(world::Timer timer)
{
    const world::TimePoint now = host_.clock.now();
    if (timer.kind == world::Timer::Kind::run_report) {
        for (Running& script : running_)
            if (!script.is_reported && now >= script.begun + report_after) {
                script.is_reported = true;
                host_.processes.ask_last_line(script.run);
            }
    } else if (timer.kind == world::Timer::Kind::run_limit) {
        // From the back: one that is overtaken is taken out.
        for (std::size_t i = running_.size(); i-- > 0;)
            if (now >= running_[i].limit)
                out_of_time(running_[i]);
    } else {
        return;
    }
    arm_timers();
}

void RcEngine::out_of_time(Running& script)
{
    if (share_ && script.verb == "stop" && !script.told_to_end) {
        say_if_possible(host_.log, [&] {
            host_.log.say(fmt::format(
                "{}: stop has used its share of the time ({:.1f} s); going on with the next while it runs",
                script.name, seconds_of(host_.clock.now() - script.begun)));
        });
        overtaken_.push_back(remove(script).run);
        return;
    }
    if (!script.told_to_end) {
        say_if_possible(host_.log, [&] {
            host_.log.say(fmt::format("{}: {} has not ended within its {:.0f} s; ending it", script.name,
                                      script.verb, seconds_of(script.limit - script.begun)));
        });
        failed_ = failed_ || script.verb != "stop";
        cut_off_ = cut_off_ || script.verb == "stop";
        tell_to_end(script, host_.clock.now() + kill_after_term);
        return;
    }
    host_.processes.signal_script(script.run, SIGKILL);
    script.limit = host_.clock.now() + kill_after_term;
}

void RcEngine::tell_to_end(Running& script, world::TimePoint limit)
{
    script.told_to_end = true;
    script.limit = limit;
    host_.processes.signal_script(script.run, SIGTERM);
    host_.processes.signal_script(script.run, SIGCONT);
}

void RcEngine::interrupt(std::optional<world::TimePoint> until) noexcept
{
    abandon();
    for (Running& script : running_) {
        if (script.told_to_end)
            continue;
        if (script.verb == "stop") {
            // What it stops is to be stopped all the same, and half a stop would be begun anew.
            script.limit = std::min(script.limit, until.value_or(script.limit));
            continue;
        }
        say_if_possible(host_.log, [&] {
            host_.log.say(fmt::format("{}: {} is interrupted", script.name, script.verb));
        });
        tell_to_end(script, until.value_or(host_.clock.now() + kill_after_term));
    }
    arm_timers();
}

void RcEngine::use_shares(Share share) noexcept
{
    share_ = std::move(share);
    for (Running& script : running_)
        if (script.verb == "stop" && script.step && !script.told_to_end)
            script.limit = std::min(script.limit, share_(schedule_.in_a_row(*script.step)));
    arm_timers();
}

void RcEngine::abandon() noexcept
{
    schedule_.abandon();
}

std::size_t RcEngine::stops_unfinished() const noexcept
{
    return overtaken_.size() + static_cast<std::size_t>(
                                   std::count_if(running_.begin(), running_.end(), [](const Running& script) {
                                       return script.verb == "stop";
                                   }));
}

bool RcEngine::has_step(std::string_view service, std::string_view verb) const noexcept
{
    return std::any_of(steps_.begin(), steps_.end(), [&](const tree::PlannedStep& planned) {
        return planned.step.verb == verb && planned.step.link.name == service;
    });
}

} // namespace init::supervisor
