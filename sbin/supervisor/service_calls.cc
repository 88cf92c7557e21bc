// SPDX-License-Identifier: MIT
#include "supervisor/service_calls.h"

#include "model/exit_status.h"
#include "tree/script_command.h"
#include "world/guarded.h"

#include <fmt/format.h>

#include <algorithm>
#include <csignal>

namespace init::supervisor {
namespace {

using Kind = world::CallAnswer::Kind;

constexpr int ended_unseen = 1; ///< what a caller is told where nobody knows

} // namespace

void ServiceCalls::refuse(const world::ServiceCalled& call, std::string why)
{
    host_.log.debug(fmt::format("{}: a call is left to its caller: {}", call.service, why));
    (void)host_.callers.answer_call(call.call, {Kind::refused, 0, std::move(why)});
}

void ServiceCalls::begin(const world::ServiceCalled& call, const std::string& folder,
                         std::vector<std::string> environment, const model::Settings& settings)
{
    const std::string path = folder + "/" + call.service;
    const world::FileLook look = host_.tree.look(path);
    if (look.kind != world::FileKind::file)
        return refuse(call, fmt::format("init sees no script {}", path));
    Service& service = services_.get(call.service);
    services_.learn(service, path, look);
    if (!keeper_of(settings, service.settings))
        return refuse(call, "it has keeper=no, and nobody would read its output for the caller");

    const std::string verb = call.arguments.empty() ? std::string() : call.arguments.front();
    Call made;
    made.id = call.call;
    made.what = call.service + (verb.empty() ? "" : " ") + verb;
    made.wanted.service = &service;
    made.wanted.name = call.service;
    made.wanted.verb = verb;
    made.wanted.purpose = model::purpose_of(verb);
    made.wanted.asker = Asker::caller;
    made.request.label = call.service;
    made.request.argv = tree::script_command(host_.tree, path, look, call.arguments);
    made.request.environment = std::move(environment);
    made.request.environment.insert(made.request.environment.end(), call.environment.begin(),
                                    call.environment.end());
    made.request.caller = call.output;
    made.request.limits = call.limits;
    calls_.reserve(calls_.size() + 1);
    // A caller that has given up runs the script itself, so nothing may run here.
    if (!host_.callers.answer_call(call.call, {Kind::taken, 0, {}}))
        return;
    calls_.push_back(std::move(made)); // from here on somebody waits for an answer
    if (!try_run(calls_.back()))
        calls_.pop_back();
}

/// A second stop waits for the first, since its caller wants the words of a script; and one behind a restart
/// for that, which would start again what was stopped.
bool ServiceCalls::has_to_wait(const Call& call) noexcept
{
    Service& service = *call.wanted.service;
    const bool is_stop = call.wanted.purpose == model::RunPurpose::stop;
    return (is_stop && runs_.at_work(service, model::RunPurpose::renew)) ||
           services_.ask(service, call.wanted.purpose) != model::ServiceAction::run;
}

/// False where the call is over already: its script cannot be run. Otherwise it runs or is held.
bool ServiceCalls::try_run(Call& call) noexcept
{
    if (has_to_wait(call)) {
        world::say_if_possible(host_.log, [&] {
            host_.log.debug(fmt::format("{} waits until another run of its script is over", call.what));
        });
        return true;
    }
    world::Result<world::RunId> run = world::errno_code(ENOMEM);
    world::guarded(host_.log, "a script that was called for cannot be run; its caller is told",
                   [&] { run = runs_.begin(call.wanted, call.request); });
    if (run) {
        call.run = *run;
        return true;
    }
    world::say_if_possible(host_.log, [&] {
        host_.log.say(fmt::format("{}: cannot run {}: {}; its caller gets {}", call.what,
                                  call.request.argv[0], run.error().message(),
                                  model::exit_status::not_executable));
    });
    services_.withdraw(*call.wanted.service, call.wanted.purpose);
    end(call, model::exit_status::not_executable);
    return false;
}

void ServiceCalls::end(const Call& call, int exit) noexcept
{
    world::guarded(host_.log, "a caller is not told how its script ended", [&] {
        (void)host_.callers.answer_call(call.id, {Kind::ended, exit, {}});
    });
}

/// It is held: nothing of it runs.
void ServiceCalls::drop(std::size_t index, int signo) noexcept
{
    const Call& call = calls_[index];
    services_.withdraw(*call.wanted.service, call.wanted.purpose);
    end(call, model::exit_status::of_signal(signo));
    calls_.erase(calls_.begin() + static_cast<std::ptrdiff_t>(index));
}

void ServiceCalls::signalled(const world::CallSignalled& event) noexcept
{
    for (std::size_t i = calls_.size(); i-- > 0;) {
        if (calls_[i].id != event.call)
            continue;
        if (const Run* run = runs_.find(calls_[i].run))
            runs_.signal(*run, event.signo);
        else
            drop(i, event.signo);
    }
}

void ServiceCalls::interrupt() noexcept
{
    for (std::size_t i = calls_.size(); i-- > 0;) {
        const Call& call = calls_[i];
        if (call.wanted.purpose == model::RunPurpose::stop)
            continue;
        world::say_if_possible(host_.log,
                               [&] { host_.log.say(fmt::format("{} is interrupted", call.what)); });
        if (const Run* run = runs_.find(call.run))
            runs_.ask_to_end(*run);
        else
            drop(i, SIGTERM);
    }
}

void ServiceCalls::run_over(const Run& run, const model::RunOutcome& outcome, pid_t, const std::string&)
{
    for (std::size_t i = 0; i < calls_.size();) {
        Call& call = calls_[i];
        bool goes_on = true;
        if (call.run == run.id) {
            end(call, outcome.exit.value_or(ended_unseen));
            goes_on = false;
        } else if (call.run == world::RunId{} && call.wanted.service == run.service) {
            goes_on = try_run(call);
        }
        if (goes_on)
            ++i;
        else
            calls_.erase(calls_.begin() + static_cast<std::ptrdiff_t>(i));
    }
}

} // namespace init::supervisor
