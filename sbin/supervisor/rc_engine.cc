// SPDX-License-Identifier: MIT
#include "supervisor/rc_engine.h"

#include "model/machine_script.h"

#include <fmt/format.h>

#include <algorithm>
#include <csignal>

namespace init::supervisor {
namespace {

using namespace std::chrono_literals;

constexpr auto report_after = 10s;   ///< a script that runs longer is mentioned once
constexpr auto kill_after_term = 5s; ///< a script that was told to end and does not

double seconds_of(system::TimePoint::duration time)
{
    return std::chrono::duration<double>(time).count();
}

/// The program that a file's `#!` line names, with its one argument; /bin/sh without one. Source: execve(2).
std::vector<std::string> interpreter_of(std::string_view head)
{
    if (!head.starts_with("#!"))
        return {"/bin/sh"};
    std::string_view line = head.substr(2, head.find_first_of("\r\n") - 2);
    line.remove_prefix(std::min(line.find_first_not_of(" \t"), line.size()));
    const std::size_t gap = line.find_first_of(" \t");
    std::vector<std::string> words{std::string(line.substr(0, gap))};
    if (gap != std::string_view::npos) {
        std::string_view rest = line.substr(gap);
        rest.remove_prefix(std::min(rest.find_first_not_of(" \t"), rest.size()));
        if (!rest.empty())
            words.emplace_back(rest);
    }
    return words[0].empty() ? std::vector<std::string>{"/bin/sh"} : words;
}

} // namespace

void RcEngine::begin(const LevelContext& context, const std::string& entry)
{
    context_ = context;
    entry_ = entry;
    const std::string folder = model::level_folder(layout_, context.level);
    const std::vector<std::string> names = host_.list_folder(folder);
    const std::vector<std::string> previous =
        context.previous.is_none() ? std::vector<std::string>{}
                                   : host_.list_folder(model::level_folder(layout_, context.previous));
    steps_ = model::plan_runlevel({layout_, context.previous, context.level, folder, names, previous});
    next_ = 0;
    failed_ = false;
    if (steps_.empty())
        host_.debug(fmt::format("{} holds no scripts to run", folder));
}

void RcEngine::begin_stop(const LevelContext& context, const std::string& service, const std::string& script)
{
    context_ = context;
    steps_ = {{{model::LinkKind::stop, 0, service}, script, "stop"}};
    next_ = 0;
}

void RcEngine::begin_script(const LevelContext& context, std::string label, std::vector<std::string> argv,
                            system::TimePoint limit)
{
    context_ = context;
    steps_.clear();
    next_ = 0;
    failed_ = false;
    system::ScriptRequest request{std::move(label), std::move(argv), context.environment, true};
    Current current;
    current.name = request.label;
    current.verb = "run";
    current.is_sysinit = !context.level.ends();
    current.begun = host_.now();
    current.limit = limit;
    launch(std::move(current), std::move(request), nullptr);
}

void RcEngine::work()
{
    while (!current_ && next_ < steps_.size())
        start_next();
}

void RcEngine::start_next()
{
    const model::PlanStep& step = steps_[next_++];
    Service& service = services_.get(step.link.name);
    if (const auto reason = model::machine_reason(step.link.name, host_.machine_facts())) {
        host_.say(fmt::format("{}: not run ({}): {}", step.link.name, step.verb, *reason));
        services_.skipped(service, *reason);
        return;
    }
    services_.learn(service, step.path);
    model::ServiceFacts facts = services_.facts(service, step.path);
    facts.level_reached = !context_.previous.is_none();
    if (const auto reason = skip_reason(layout_, step, facts)) {
        // That a stopped service is not stopped again is no news.
        if (step.verb == "start") {
            host_.say(fmt::format("{}: not started: {}", step.link.name, *reason));
            services_.skipped(service, *reason);
        } else {
            host_.debug(fmt::format("{}: not stopped: {}", step.link.name, *reason));
        }
        return;
    }
    system::ScriptRequest request;
    request.label = step.link.name;
    request.argv = command_of(step);
    request.environment = context_.environment;
    request.keeper = service.settings.keeper.value_or(settings_.keeper);

    Current current;
    current.name = step.link.name;
    current.verb = step.verb;
    current.is_sysinit = context_.level.letter() == 'S';
    current.begun = host_.now();
    set_limit(current);
    launch(std::move(current), std::move(request), &service);
}

std::vector<std::string> RcEngine::command_of(const model::PlanStep& step)
{
    std::vector<std::string> command;
    if (!host_.look(step.path).executable) {
        // Debian's rc calls a script that lost its mode bits all the same.
        const system::Result<std::string> head = host_.read_file(step.path, 256);
        command = interpreter_of(head ? std::string_view(*head) : std::string_view{});
    }
    command.push_back(step.path);
    command.push_back(step.verb);
    if (context_.level.letter() != 'S' && host_.look(initscript_path).kind == system::FileKind::file)
        return {"/bin/sh", initscript_path,
                entry_,    std::string(1, context_.level.letter()),
                "wait",    fmt::format("{}", fmt::join(command, " "))};
    return command;
}

void RcEngine::set_limit(Current& current)
{
    const Service* service = services_.find(current.name);
    if (current.verb == "stop" && share_)
        current.limit = share_(left() + 1);
    else if (current.verb == "stop")
        current.limit =
            current.begun + (service && service->settings.stop_timeout ? *service->settings.stop_timeout
                                                                       : settings_.stop_timeout);
    else
        current.limit =
            current.begun + (service && service->settings.start_timeout ? *service->settings.start_timeout
                                                                        : settings_.start_timeout);
}

void RcEngine::launch(Current current, system::ScriptRequest request, Service* service)
{
    const system::Result<system::RunId> run = host_.run_script(request);
    if (!run) {
        host_.say(fmt::format("{}: cannot {} it with {}: {}; going on without it", current.name, current.verb,
                              request.argv[0], run.error().message()));
        failed_ = true;
        return;
    }
    current.run = *run;
    if (service)
        services_.run_begins(*service, *run, current.verb);
    host_.arm(system::Timer::share, current.limit);
    host_.arm(system::Timer::script_report, current.begun + report_after);
    current_ = std::move(current);
}

void RcEngine::finish(const Current& current, bool well, const std::string& how)
{
    host_.disarm(system::Timer::share);
    host_.disarm(system::Timer::script_report);
    const double took = seconds_of(host_.now() - current.begun);
    if (!well) {
        host_.say(fmt::format("{}: {} {} after {:.1f} s; going on", current.name, current.verb, how, took));
        failed_ = failed_ || current.verb != "stop";
    } else {
        host_.debug(fmt::format("{}: {} done in {:.3f} s", current.name, current.verb, took));
    }
    if (current.is_sysinit)
        host_.mend_files();
}

void RcEngine::script_failed(const system::ScriptFailed& event)
{
    std::erase(overtaken_, event.run);
    if (!current_ || current_->run != event.run)
        return;
    const Current current = std::move(*current_);
    current_.reset();
    finish(current, false,
           fmt::format("failed: cannot {} {}: {}", event.step, event.path,
                       system::errno_code(event.error).message()));
}

void RcEngine::script_ended(const system::ScriptEnded& event)
{
    std::erase(overtaken_, event.run);
    if (!current_ || current_->run != event.run)
        return;
    const Current current = std::move(*current_);
    current_.reset();
    const int code = event.status ? exit_code_of(*event.status) : 0;
    // 5 and 6: not installed, not configured. Source: LSB 3.1, 20.2.
    const bool well = code == 0 || (current.verb == "start" && (code == 5 || code == 6));
    finish(current, well, event.status ? describe_status(*event.status) : std::string("ended unseen"));
}

void RcEngine::last_line(const system::LastLine& event)
{
    if (!current_ || current_->run != event.run)
        return;
    const double runs = seconds_of(host_.now() - current_->begun);
    const double left = seconds_of(current_->limit - host_.now());
    host_.say(
        fmt::format("{}: {} has been running for {:.0f} s, and may for {:.0f} s more; {}", current_->name,
                    current_->verb, runs, std::max(left, 0.0),
                    event.text.empty() ? "it has written nothing" : "last it wrote \"" + event.text + "\""));
}

void RcEngine::timer_fired(system::Timer timer)
{
    if (!current_)
        return;
    if (timer == system::Timer::script_report) {
        const auto due = current_->begun + report_after;
        if (host_.now() >= due)
            host_.ask_last_line(current_->run);
    } else if (timer == system::Timer::share && host_.now() >= current_->limit) {
        out_of_time();
    }
}

void RcEngine::out_of_time()
{
    if (share_ && current_->verb == "stop" && !current_->told_to_end) {
        host_.say(fmt::format(
            "{}: stop has used its share of the time ({:.1f} s); going on with the next while it runs",
            current_->name, seconds_of(host_.now() - current_->begun)));
        overtaken_.push_back(current_->run);
        current_.reset();
        return;
    }
    if (!current_->told_to_end) {
        host_.say(fmt::format("{}: {} has not ended within its {:.0f} s; ending it", current_->name,
                              current_->verb, seconds_of(current_->limit - current_->begun)));
        failed_ = failed_ || current_->verb != "stop";
        cut_off_ = cut_off_ || current_->verb == "stop";
        current_->told_to_end = true;
        current_->limit = host_.now() + kill_after_term;
        host_.signal_script(current_->run, SIGTERM);
        host_.signal_script(current_->run, SIGCONT);
        host_.arm(system::Timer::share, current_->limit);
        return;
    }
    host_.signal_script(current_->run, SIGKILL);
    current_->limit = host_.now() + kill_after_term;
    host_.arm(system::Timer::share, current_->limit);
}

void RcEngine::interrupt()
{
    abandon();
    if (!current_ || current_->told_to_end)
        return;
    current_->told_to_end = true;
    current_->limit = share_ ? share_(2) : host_.now() + kill_after_term;
    host_.say(fmt::format("{}: {} is interrupted", current_->name, current_->verb));
    host_.signal_script(current_->run, SIGTERM);
    host_.signal_script(current_->run, SIGCONT);
    host_.arm(system::Timer::share, current_->limit);
}

void RcEngine::abandon() noexcept
{
    next_ = steps_.size();
}

bool RcEngine::stops(std::string_view service) const noexcept
{
    return std::any_of(steps_.begin(), steps_.end(), [&](const model::PlanStep& step) {
        return step.verb == "stop" && step.link.name == service;
    });
}

} // namespace init::supervisor
