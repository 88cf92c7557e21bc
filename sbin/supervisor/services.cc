// SPDX-License-Identifier: MIT
#include "supervisor/services.h"

#include "model/pid_file.h"
#include "tree/service_settings.h"
#include "world/folder_names.h"
#include "world/guarded.h"

#include <fmt/format.h>

#include <sys/wait.h>

#include <algorithm>
#include <csignal>
#include <cstring>

namespace init::supervisor {
namespace {

constexpr std::size_t script_limit = 256 * 1024;
constexpr std::string_view lock_folder = "/var/lock/subsys/";
constexpr std::string_view lock_ending = ".init"; ///< of the locks that some of Red Hat's scripts make

bool was_asked_to_end(int wait_status) noexcept
{
    if (WIFEXITED(wait_status))
        return WEXITSTATUS(wait_status) == 0 || WEXITSTATUS(wait_status) == 128 + SIGTERM;
    return WIFSIGNALED(wait_status) && (WTERMSIG(wait_status) == SIGTERM || WTERMSIG(wait_status) == SIGINT ||
                                        WTERMSIG(wait_status) == SIGHUP || WTERMSIG(wait_status) == SIGQUIT);
}

RunPurpose purpose_of(std::string_view verb) noexcept
{
    return verb == "start" ? RunPurpose::start : verb == "stop" ? RunPurpose::stop : RunPurpose::renew;
}

} // namespace

std::string_view to_string(ServiceState state) noexcept
{
    switch (state) {
    case ServiceState::stopped:
        return "stopped";
    case ServiceState::starting:
        return "starting";
    case ServiceState::running:
        return "running";
    case ServiceState::stopping:
        return "stopping";
    case ServiceState::done:
        return "done";
    case ServiceState::failed:
        return "failed";
    case ServiceState::dead:
        return "dead";
    case ServiceState::skipped:
        return "skipped";
    }
    return "unknown";
}

int exit_code_of(int wait_status) noexcept
{
    return WIFSIGNALED(wait_status) ? 128 + WTERMSIG(wait_status) : WEXITSTATUS(wait_status);
}

std::string describe_status(int wait_status)
{
    if (!WIFSIGNALED(wait_status))
        return fmt::format("ended with status {}", WEXITSTATUS(wait_status));
    const int signo = WTERMSIG(wait_status);
    const char* name = ::sigabbrev_np(signo);
    return fmt::format("was killed by signal {}{}{}", signo, name ? " SIG" : "", name ? name : "");
}

Service& Services::get(std::string_view name)
{
    if (Service* known = find(name))
        return *known;
    Service& made = services_.emplace_back();
    made.name = name;
    made.since = host_.clock.wall_clock();
    return made;
}

Service* Services::find(std::string_view name) noexcept
{
    const auto at =
        std::find_if(services_.begin(), services_.end(), [&](const Service& s) { return s.name == name; });
    return at == services_.end() ? nullptr : &*at;
}

Service* Services::of_run(world::RunId run) noexcept
{
    for (Service& service : services_)
        for (const Run& known : service.runs)
            if (known.id == run)
                return &service;
    return nullptr;
}

void Services::learn(Service& service, const std::string& path)
{
    if (service.read && service.script == path)
        return;
    service.script = path;
    service.read = true;
    const world::Result<std::string> text = host_.tree.read_file(path, script_limit);
    model::Diagnostics complaints;
    const std::string_view read = text ? std::string_view(*text) : std::string_view{};
    service.settings = tree::read_service_settings(host_.tree, service.name, path, read, complaints);
    service.pid_files = model::pid_file_candidates(read, service.name);
    if (service.settings.pidfile)
        service.pid_files.insert(service.pid_files.begin(), *service.settings.pidfile);
    for (const std::string& file : service.pid_files)
        host_.processes.watch_folder(file.substr(0, std::max<std::size_t>(file.rfind('/'), 1)));
    for (const model::Diagnostic& complaint : complaints)
        host_.log.say(to_string(complaint));
}

void Services::move_to(Service& service, ServiceState state)
{
    if (service.state != state)
        service.since = host_.clock.wall_clock();
    service.state = state;
    host_.callers.status_changed();
}

void Services::skipped(Service& service, std::string reason)
{
    if (service.main == 0 && service.runs.empty())
        move_to(service, ServiceState::skipped);
    service.reason = std::move(reason);
}

void Services::run_begins(Service& service, world::RunId run, std::string_view verb)
{
    const RunPurpose purpose = purpose_of(verb);
    service.runs.push_back({run, 0, true, purpose});
    if (purpose == RunPurpose::renew)
        return; // what it does is seen when it has ended
    service.stop_not_run = false;
    service.reason.clear();
    if (purpose == RunPurpose::start) {
        service.started = true;
        service.order = ++starts_;
        move_to(service, ServiceState::starting);
    } else {
        move_to(service, ServiceState::stopping);
    }
}

void Services::script_started(const world::ScriptStarted& event) noexcept
{
    if (Service* service = of_run(event.run))
        for (Run& run : service->runs)
            if (run.id == event.run)
                run.script = event.pid;
}

void Services::script_failed(const world::ScriptFailed& event)
{
    Service* service = of_run(event.run);
    if (!service)
        return;
    for (Run& run : service->runs)
        if (run.id == event.run)
            run.script_runs = false;
    service->exit = event.error == ENOENT ? 127 : 126;
    if (service->main == 0)
        service->started = false;
    move_to(*service, service->main != 0 ? ServiceState::running : ServiceState::failed);
}

void Services::script_ended(const world::ScriptEnded& event)
{
    Service* service = of_run(event.run);
    if (!service)
        return;
    RunPurpose purpose = RunPurpose::renew;
    for (Run& run : service->runs) {
        if (run.id != event.run)
            continue;
        run.script_runs = false;
        purpose = run.purpose;
    }
    service->exit = event.status ? std::optional(exit_code_of(*event.status)) : std::nullopt;
    switch (purpose) {
    case RunPurpose::start:
        return after_start(*service, event.left);
    case RunPurpose::stop:
        return after_stop(*service);
    case RunPurpose::renew:
        return after_renewal(*service, event.left);
    }
}

/// A stop that failed or was killed has not stopped it: the next one that is due is run as well.
void Services::after_stop(Service& service)
{
    if (service.exit == 0)
        service.started = false;
    if (const pid_t pid = pid_from_file(service); pid != 0 && pid != service.main)
        adopt_main(service, pid);
    if (service.main == 0)
        move_to(service, ServiceState::stopped);
}

/// A status or a reload leaves the main process as it was; a restart leaves another one, or none.
void Services::after_renewal(Service& service, pid_t left)
{
    pid_t main = pid_from_file(service);
    if (main == 0 && service.main == 0)
        main = left;
    if (main == 0 && service.main == 0) {
        const bool was_up = service.state == ServiceState::running || service.state == ServiceState::starting;
        if (was_up)
            move_to(service, service.exit == 0 ? ServiceState::stopped : ServiceState::failed);
        return;
    }
    if (main != 0 && main != service.main) {
        adopt_main(service, main);
        service.order = ++starts_;
        service.reason.clear();
    }
    service.started = true;
    move_to(service, ServiceState::running);
}

void Services::after_start(Service& service, pid_t left)
{
    pid_t main = pid_from_file(service);
    if (main == 0)
        main = left;
    if (main != 0) {
        adopt_main(service, main);
        move_to(service, ServiceState::running);
    } else if (service.main == 0) {
        move_to(service, service.exit == 0 ? ServiceState::done : ServiceState::failed);
    } else {
        move_to(service, ServiceState::running);
    }
}

pid_t Services::pid_from_file(Service& service)
{
    for (std::size_t i = 0; i < service.pid_files.size(); ++i) {
        const world::Result<std::string> text = host_.tree.read_file(service.pid_files[i], 64);
        const std::optional<int> pid = text ? model::parse_pid_file(*text) : std::nullopt;
        if (!pid || !host_.processes.is_alive(*pid))
            continue;
        if (i > 0)
            std::swap(service.pid_files[0], service.pid_files[i]);
        return *pid;
    }
    return 0;
}

void Services::adopt_main(Service& service, pid_t pid)
{
    if (service.main == pid)
        return;
    service.main = pid;
    service.main_status.reset();
    host_.processes.watch(pid);
    host_.callers.status_changed();
}

void Services::run_empty(world::RunId run)
{
    Service* service = of_run(run);
    if (!service)
        return;
    std::erase_if(service->runs, [&](const Run& known) { return known.id == run; });
}

void Services::process_ended(const world::ProcessEnded& event)
{
    for (Service& service : services_) {
        const bool by_hand = service.by_hand == event.pid;
        if (!by_hand && service.main != event.pid)
            continue;
        if (by_hand) {
            service.by_hand = 0;
        } else {
            service.main = 0;
            service.main_status = event.status;
        }
        guarded(host_.log, "a service whose process has ended is not looked at anew",
                [&] { settle_without_main(service, by_hand); });
    }
}

void Services::settle_without_main(Service& service, bool after_a_run_by_hand)
{
    const bool script_runs =
        std::any_of(service.runs.begin(), service.runs.end(), [](const Run& r) { return r.script_runs; });
    if (service.main != 0 || script_runs)
        return; // the end of the script settles it
    if (const pid_t pid = pid_from_file(service)) {
        adopt_main(service, pid);
        move_to(service, ServiceState::running);
        service.started = true;
        return;
    }
    if (service.state == ServiceState::stopping) {
        move_to(service, ServiceState::stopped);
        return;
    }
    std::vector<world::RunId> own;
    for (const Run& run : service.runs)
        own.push_back(run.id);
    if (const auto hand = host_.processes.find_run_by_hand(service.name, own)) {
        service.by_hand = hand->pid;
        host_.processes.watch(hand->pid);
        return;
    }
    if (after_a_run_by_hand || !service.main_status || was_asked_to_end(*service.main_status)) {
        move_to(service, ServiceState::stopped);
        return;
    }
    move_to(service, ServiceState::dead);
    host_.log.say(fmt::format("{}: its main process {}; its script is not run again", service.name,
                              describe_status(*service.main_status)));
}

void Services::refresh(Service& service)
{
    if (!service.read)
        return;
    const pid_t pid = pid_from_file(service);
    if (pid == 0 || pid == service.main)
        return;
    adopt_main(service, pid);
    if (service.state != ServiceState::starting && service.state != ServiceState::stopping) {
        move_to(service, ServiceState::running);
        service.started = true;
    }
}

void Services::refresh_all()
{
    for (Service& service : services_)
        guarded(host_.log, "the pid file of a service is not read anew", [&] { refresh(service); });
}

bool Services::is_locked(Service& service)
{
    const std::string lock = std::string(lock_folder) + service.name;
    service.locked = host_.tree.look(lock).kind != world::FileKind::none ||
                     host_.tree.look(lock + ".init").kind != world::FileKind::none;
    return service.locked;
}

void Services::gather_for_stop(const std::string& script_folder)
{
    refresh_all();
    std::string folder{lock_folder};
    folder.pop_back();
    model::Diagnostics complaints;
    std::vector<std::string> locks =
        world::list_or_complain(host_.tree, folder, complaints,
                                "so a service that only its lock tells of is not stopped by its script");
    for (const model::Diagnostic& complaint : complaints)
        host_.log.say(to_string(complaint));
    for (std::string& name : locks) {
        if (name.ends_with(lock_ending))
            name.resize(name.size() - lock_ending.size());
        if (find(name) || host_.tree.look(script_folder + "/" + name).kind != world::FileKind::file)
            continue;
        learn(get(name), script_folder + "/" + name);
    }
    for (Service& service : services_)
        (void)is_locked(service);
}

model::ServiceFacts Services::facts(Service& service, const std::string& link)
{
    const world::FileLook look = host_.tree.look(link);
    model::ServiceFacts facts;
    facts.link_leads_somewhere = look.kind == world::FileKind::file;
    facts.executable = look.executable;
    facts.locked = is_locked(service);
    refresh(service);
    facts.main_lives =
        service.main != 0 && host_.processes.is_alive(service.main); // the word of its end may be on its way
    facts.started = service.started;
    return facts;
}

std::vector<std::string> Services::still_up()
{
    std::vector<const Service*> up;
    for (Service& service : services_)
        if (is_locked(service) || service.main != 0 || service.started)
            up.push_back(&service);
    std::sort(up.begin(), up.end(), [](const Service* a, const Service* b) { return a->order > b->order; });
    std::vector<std::string> names;
    for (const Service* service : up)
        names.push_back(service->name);
    return names;
}

std::vector<model::ServiceStatus> Services::report()
{
    refresh_all();
    const std::vector<world::ProcessLook> processes = host_.processes.processes();
    std::vector<model::ServiceStatus> rows;
    rows.reserve(services_.size());
    for (const Service& service : services_) {
        model::ServiceStatus row;
        row.name = service.name;
        row.state = to_string(service.state);
        row.pid = service.main;
        row.since = service.since;
        row.exit = service.exit;
        if (!service.reason.empty())
            row.reason = service.reason;
        for (const world::ProcessLook& process : processes) {
            const bool ours =
                process.run && std::any_of(service.runs.begin(), service.runs.end(),
                                           [&](const Run& run) { return run.id == *process.run; });
            if (ours || process.pid == service.main)
                ++row.processes;
        }
        rows.push_back(std::move(row));
    }
    return rows;
}

} // namespace init::supervisor
