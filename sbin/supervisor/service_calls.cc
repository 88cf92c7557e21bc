// SPDX-License-Identifier: MIT
#include "supervisor/service_calls.h"

#include "tree/script_command.h"

#include <fmt/format.h>

#include <algorithm>
#include <csignal>

namespace init::supervisor {
namespace {

using Kind = world::CallAnswer::Kind;

constexpr int not_executable = 126;
constexpr int not_found = 127;
constexpr int ended_unseen = 1; ///< its keeper was killed, so nobody collected its status

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
    if (host_.tree.look(path).kind != world::FileKind::file)
        return refuse(call, fmt::format("init sees no script {}", path));
    Service& service = services_.get(call.service);
    services_.learn(service, path);
    if (!keeper_of(settings, service.settings))
        return refuse(call, "it has keeper=no, and nobody would read its output for the caller");

    world::ScriptRequest request;
    request.label = call.service;
    request.argv = tree::script_command(host_.tree, path, call.arguments);
    request.environment = std::move(environment);
    request.environment.insert(request.environment.end(), call.environment.begin(), call.environment.end());
    request.caller = call.output;
    request.limits = call.limits;
    // A caller that has given up runs the script itself, so nothing may run here.
    if (!host_.callers.answer_call(call.call, {Kind::taken, 0, {}}))
        return;
    const world::Result<world::RunId> run = host_.processes.run_script(request);
    const std::string verb = call.arguments.empty() ? std::string() : call.arguments.front();
    std::string what = call.service + (verb.empty() ? "" : " ") + verb;
    if (!run) {
        host_.log.say(fmt::format("{}: cannot run it with {}: {}; its caller is told", what, request.argv[0],
                                  run.error().message()));
        (void)host_.callers.answer_call(call.call, {Kind::ended, not_executable, {}});
        return;
    }
    services_.run_begins(service, *run, verb);
    calls_.push_back({call.call, *run, std::move(what), verb == "stop"});
}

void ServiceCalls::signalled(const world::CallSignalled& event) noexcept
{
    for (const Call& call : calls_)
        if (call.id == event.call)
            host_.processes.signal_script(call.run, event.signo);
}

void ServiceCalls::interrupt()
{
    for (const Call& call : calls_) {
        if (call.stops)
            continue;
        host_.log.say(fmt::format("{} is interrupted", call.what));
        host_.processes.signal_script(call.run, SIGTERM);
        host_.processes.signal_script(call.run, SIGCONT);
    }
}

void ServiceCalls::script_failed(const world::ScriptFailed& event)
{
    end(event.run, event.error == ENOENT ? not_found : not_executable);
}

void ServiceCalls::script_ended(const world::ScriptEnded& event)
{
    end(event.run, event.status ? exit_code_of(*event.status) : ended_unseen);
}

void ServiceCalls::end(world::RunId run, int exit)
{
    const auto found =
        std::find_if(calls_.begin(), calls_.end(), [run](const Call& call) { return call.run == run; });
    if (found == calls_.end())
        return;
    (void)host_.callers.answer_call(found->id, {Kind::ended, exit, {}});
    calls_.erase(found);
}

} // namespace init::supervisor
