// SPDX-License-Identifier: MIT
#include "supervisor/services.h"

#include "model/exit_status.h"
#include "model/pid_file.h"
#include "tree/service_settings.h"
#include "world/file_lines.h"
#include "world/folder_names.h"
#include "world/guarded.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

namespace init::supervisor {

using model::RunPurpose;
using model::ServiceAction;
using model::ServiceEvent;
using model::ServiceState;

namespace {

constexpr std::size_t script_limit = 256 * 1024;
constexpr std::string_view lock_folder = "/var/lock/subsys/";
constexpr std::string_view lock_ending = ".init"; ///< of the locks that some of Red Hat's scripts make

} // namespace

Service& Services::get(std::string_view name)
{
    if (Service* known = find(name))
        return *known;
    Service& made = services_.emplace_back();
    made.name = name;
    by_name_.emplace(made.name, &made);
    made.since = host_.clock.wall_clock();
    return made;
}

Service* Services::find(std::string_view name) noexcept
{
    const auto at = by_name_.find(name);
    return at == by_name_.end() ? nullptr : at->second;
}

void Services::learn(Service& service, const std::string& path, const world::FileLook& look)
{
    const bool is_known = service.script == path || look.is_still(service.script_look);
    service.script = path;
    if (service.read && is_known && !service.is_outdated)
        return;
    service.script_look = look;
    model::Diagnostics complaints;
    const world::Result<std::string> text =
        world::lines_or_complain(host_.tree, path, script_limit, complaints);
    // Nobody answers for it now: what is known of it stands, and next time it is read.
    service.is_outdated = !text && text.error() == boost::system::errc::timed_out;
    if (std::exchange(service.read, true) && service.is_outdated)
        return;
    if (!text && !service.is_outdated && text.error() != boost::system::errc::no_such_file_or_directory)
        complaints.push_back(
            {path, 0,
             "cannot be read (" + text.error().message() + "), its settings and pid files are not known"});
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

// --- The machine ------------------------------------------------------------------------------------

ServiceAction Services::apply(Service& service, ServiceEvent event) noexcept
{
    const model::ServiceStep step = model::next_step(service.state, service.wanted, event);
    const bool moves = step.state != service.state;
    service.state = step.state;
    service.wanted = step.wanted;
    if (moves)
        service.since = host_.clock.wall_clock();
    if (step.action == ServiceAction::tell_death)
        world::say_if_possible(host_.log, [&] { tell_death(service); });
    host_.callers.status_changed();
    return step.action;
}

void Services::tell_death(const Service& service)
{
    const std::string how = service.main_status
                                ? model::exit_status::describe_wait_status(*service.main_status)
                                : std::string("ended unseen");
    host_.log.say(fmt::format("{}: its main process {}; not restarted", service.name, how));
}

/// A restart may start and stop, and a start that a stop has overtaken may be at work still, so the machine
/// is not asked alone.
ServiceAction Services::ask(Service& service, RunPurpose purpose) noexcept
{
    const auto is_at_work = [&](RunPurpose what) { return runs_.at_work(service, what) != nullptr; };
    const bool starts = is_at_work(RunPurpose::start);
    const bool stops = is_at_work(RunPurpose::stop);
    const bool renews = is_at_work(RunPurpose::renew);
    ServiceAction action = ServiceAction::run;
    if (purpose == RunPurpose::start)
        action = apply(service, ServiceEvent::start_asked);
    else if (purpose == RunPurpose::stop)
        action = apply(service, ServiceEvent::stop_asked);
    if (purpose == RunPurpose::start || purpose == RunPurpose::renew)
        return starts || stops || renews ? ServiceAction::hold : ServiceAction::run;
    // Nobody is held for what no end would be told of.
    return stops ? action : ServiceAction::run;
}

void Services::withdraw(Service& service, RunPurpose purpose) noexcept
{
    if (purpose == RunPurpose::start)
        apply(service, ServiceEvent::start_withdrawn);
}

void Services::skipped(Service& service, std::string reason)
{
    if (service.main != 0 || !runs_.of(service).empty())
        return;
    apply(service, ServiceEvent::start_skipped);
    if (service.state == ServiceState::skipped)
        service.reason = std::move(reason);
}

void Services::run_began(const Run& run)
{
    if (!run.service || (run.purpose != RunPurpose::start && run.purpose != RunPurpose::stop))
        return; // what another does is seen when it has ended
    Service& service = *run.service;
    service.stop_not_run = false;
    service.reason.clear();
    service.main_at_stop = run.purpose == RunPurpose::stop ? service.main : 0;
    service.lost_at_work = false;
    if (run.purpose == RunPurpose::start) {
        service.started = true;
        service.order = ++starts_;
        apply(service, ServiceEvent::start_begun);
    } else {
        apply(service, ServiceEvent::stop_begun);
    }
}

void Services::run_over(const Run& run, const model::RunOutcome& outcome, pid_t left, const std::string&)
{
    if (!run.service)
        return;
    Service& service = *run.service;
    service.exit = outcome.exit;
    switch (run.purpose) {
    case RunPurpose::start:
        // What a script was doing when it was told to end is no daemon, though it may end a moment later.
        return after_start(service, outcome, run.told_to_end ? 0 : left);
    case RunPurpose::stop:
        return after_stop(service, outcome);
    case RunPurpose::renew:
        return after_renewal(service, outcome, left);
    case RunPurpose::look:
        return refresh(service); // a reload may have left another process in the place of the main one
    case RunPurpose::sysinit:
    case RunPurpose::other:
        host_.callers.status_changed();
        return;
    }
}

void Services::after_start(Service& service, const model::RunOutcome& outcome, pid_t left)
{
    look_for_main(service, left);
    if (service.main != 0) {
        apply(service, ServiceEvent::start_left_process);
    } else if (service.lost_at_work) {
        apply(service, ServiceEvent::start_lost_process);
    } else if (outcome.is_success()) {
        apply(service, ServiceEvent::start_left_nothing);
    } else if (outcome.is_failure()) {
        service.started = service.started && outcome.result != model::RunResult::not_run;
        apply(service, ServiceEvent::start_failed);
    } else {
        service.started = false;
        apply(service, ServiceEvent::start_refused);
        service.reason = describe(outcome);
    }
}

/// A stop that failed or was killed has not stopped it, nor has one that a start at work has outrun: the next
/// one that is due is run as well.
void Services::after_stop(Service& service, const model::RunOutcome& outcome)
{
    look_for_main(service, 0);
    const bool is_outrun = service.main != 0 && service.main != service.main_at_stop;
    const bool has_stopped = outcome.is_success() && !is_outrun;
    if (has_stopped)
        service.started = false;
    if (service.main == 0)
        apply(service, ServiceEvent::stop_left_nothing);
    else
        apply(service, has_stopped ? ServiceEvent::stop_lingers : ServiceEvent::stop_failed);
}

/// A reload leaves the main process as it was; a restart leaves another one, or none.
void Services::after_renewal(Service& service, const model::RunOutcome& outcome, pid_t left)
{
    if (outcome.result == model::RunResult::not_run)
        return;
    const pid_t before = service.main;
    look_for_main(service, left);
    if (service.main != 0) {
        if (service.main != before) {
            service.order = ++starts_;
            service.reason.clear();
        }
        service.started = true;
        apply(service, ServiceEvent::renew_left_process);
    } else if (service.main_status && model::ended_by_fault(*service.main_status)) {
        apply(service, ServiceEvent::process_died); // no script ends its daemon so
    } else {
        apply(service, outcome.is_success() ? ServiceEvent::renew_left_nothing : ServiceEvent::renew_failed);
    }
}

// --- Processes --------------------------------------------------------------------------------------

std::optional<int> Services::pid_in(const std::string& file)
{
    const world::Result<std::string> text = host_.tree.read_file(file, 64);
    return text ? model::parse_pid_file(*text) : std::nullopt;
}

pid_t Services::pid_from_file(Service& service)
{
    for (std::size_t i = 0; i < service.pid_files.size(); ++i) {
        const std::optional<int> pid = pid_in(service.pid_files[i]);
        if (!pid || !host_.processes.is_alive(*pid) || !is_meant(service, service.pid_files[i], *pid))
            continue;
        if (i > 0)
            std::swap(service.pid_files[0], service.pid_files[i]);
        return *pid;
    }
    return 0;
}

/// Where memory runs out for the look, what was known stands: the run is over all the same.
void Services::look_for_main(Service& service, pid_t otherwise) noexcept
{
    world::guarded(host_.log, "the pid file of a service is not read", [&] {
        if (const pid_t pid = pid_from_file(service)) {
            adopt_main(service, pid);
            return;
        }
        // The word of its end may be on its way.
        if (service.main != 0 && !host_.processes.is_alive(service.main))
            service.main = 0;
        if (service.main == 0 && otherwise != 0)
            adopt_main(service, otherwise);
    });
}

void Services::adopt_main(Service& service, pid_t pid)
{
    host_.processes.watch(
        pid); // first: one that is not watched would never be told dead; and anew, since whose
              // child it is may have changed
    if (service.main == pid)
        return;
    service.main = pid;
    service.main_status.reset();
    host_.callers.status_changed();
}

bool Services::is_at_work(const Service& service) const noexcept
{
    return runs_.count_at_work([&](const Run& run) {
        return run.service == &service && run.purpose != RunPurpose::look;
    }) != 0;
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
            service.lost_at_work = is_at_work(service) && !was_asked_to_end(service);
        }
        world::guarded(host_.log,
                       "the end of a service's process is not answered in full; its state may be out of date",
                       [&] { by_hand ? believe_end(service, true) : settle_without_main(service); });
    }
}

/// One that nobody saw end was not: unknown is no success.
bool Services::was_asked_to_end(const Service& service) noexcept
{
    return service.main_status && model::ended_as_asked(*service.main_status);
}

/// True where the end needs no answer: the end of a script at work settles it, or another process has come.
bool Services::find_again(Service& service)
{
    if (service.main != 0 || is_at_work(service))
        return true;
    const pid_t pid = pid_from_file(service);
    if (pid == 0)
        return false;
    adopt_main(service, pid);
    service.started = true;
    apply(service, ServiceEvent::process_found);
    return true;
}

/// Somebody may have ended it with a script of his own, and brings it up again in a moment.
void Services::settle_without_main(Service& service)
{
    const bool is_fault = service.main_status && model::ended_by_fault(*service.main_status);
    const bool is_expected = service.state == ServiceState::ending || is_stopping_;
    if (!is_expected && !is_fault && !find_again(service)) {
        const std::vector<world::RunId> own = runs_.of(service);
        service.by_hand_sought = static_cast<bool>(host_.processes.look_for_run_by_hand(service.name, own));
        if (service.by_hand_sought)
            return;
    }
    believe_end(service, false);
}

void Services::run_by_hand_told(const world::RunByHandTold& event)
{
    Service* const service = find(event.service);
    if (!service || !std::exchange(service->by_hand_sought, false))
        return;
    const bool is_there = event.pid != 0 && model::purpose_of(event.verb) != RunPurpose::look;
    if (service->main != 0 || !is_there)
        return believe_end(*service, false);
    service->by_hand = event.pid;
    host_.processes.watch(event.pid);
}

void Services::believe_end(Service& service, bool after_a_run_by_hand)
{
    if (find_again(service))
        return;
    const bool is_fault = service.main_status && model::ended_by_fault(*service.main_status);
    const bool ended = was_asked_to_end(service) || (after_a_run_by_hand && !is_fault);
    apply(service, ended ? ServiceEvent::process_ended : ServiceEvent::process_died);
}

void Services::refresh(Service& service)
{
    if (!service.read)
        return;
    const pid_t pid = pid_from_file(service);
    if (pid == 0 || pid == service.main)
        return;
    adopt_main(service, pid);
    if (is_at_work(service))
        return; // the end of the script settles it
    service.started = true;
    apply(service, ServiceEvent::process_found);
}

void Services::refresh_all()
{
    for (Service& service : services_)
        world::guarded(host_.log, "the pid file of a service cannot be read; its state may be out of date",
                       [&] { refresh(service); });
}

// --- For levels and the stop ------------------------------------------------------------------------

bool Services::is_locked(Service& service)
{
    const std::string lock = std::string(lock_folder) + service.name;
    service.locked = host_.tree.look(lock).kind != world::FileKind::none ||
                     host_.tree.look(lock + std::string(lock_ending)).kind != world::FileKind::none;
    return service.locked;
}

/// Who has a lock now, from one reading of the folder; one by one where it cannot be read. The names in it.
std::vector<std::string> Services::read_locks(model::Diagnostics& complaints)
{
    std::string folder{lock_folder};
    folder.pop_back();
    std::vector<std::string> names =
        world::list_or_complain(host_.tree, folder, complaints,
                                "so a service that only its lock tells of is not stopped by its script");
    const auto is_there = [&names](const std::string& name) {
        return std::ranges::binary_search(names, name);
    };
    for (Service& service : services_)
        if (complaints.empty())
            service.locked = is_there(service.name) || is_there(service.name + std::string(lock_ending));
        else
            (void)is_locked(service);
    return names;
}

void Services::gather_for_stop(const std::string& script_folder)
{
    refresh_all();
    model::Diagnostics complaints;
    std::vector<std::string> locks = read_locks(complaints);
    for (const model::Diagnostic& complaint : complaints)
        host_.log.say(to_string(complaint));
    for (std::string& name : locks) {
        if (name.ends_with(lock_ending))
            name.resize(name.size() - lock_ending.size());
        const std::string script = script_folder + "/" + name;
        const world::FileLook look = find(name) ? world::FileLook{} : host_.tree.look(script);
        if (look.kind != world::FileKind::file)
            continue;
        Service& service = get(name);
        learn(service, script, look);
        service.locked = true;
    }
}

model::ServiceFacts Services::facts(Service& service, const world::FileLook& look)
{
    model::ServiceFacts facts;
    // What nobody answers for may be a script, and who runs it has the time to wait.
    facts.link_leads_somewhere =
        look.kind == world::FileKind::file || look.kind == world::FileKind::unanswered;
    facts.executable = look.executable;
    facts.locked = is_locked(service);
    refresh(service);
    facts.main_lives =
        service.main != 0 && host_.processes.is_alive(service.main); // the word of its end may be on its way
    facts.started = service.started;
    return facts;
}

std::vector<Service*> Services::still_up()
{
    model::Diagnostics told; // when the stop began
    (void)read_locks(told);
    std::vector<Service*> up;
    for (Service& service : services_)
        if (service.is_up())
            up.push_back(&service);
    std::sort(up.begin(), up.end(), [](const Service* a, const Service* b) { return a->order > b->order; });
    return up;
}

/// Each process is that of the service whose run it is under, and that of the one whose main process it is.
void Services::count_processes(std::vector<model::ServiceStatus>& rows)
{
    std::map<const Service*, std::size_t> row_of;
    std::map<pid_t, const Service*> main_of;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        row_of.emplace(&services_[i], i);
        if (services_[i].main != 0)
            main_of.emplace(services_[i].main, &services_[i]);
    }
    for (const world::ProcessLook& process : host_.processes.processes()) {
        const Run* const run = process.run ? runs_.find(*process.run) : nullptr;
        const Service* const above = run ? run->service : nullptr;
        const auto main = main_of.find(process.pid);
        if (above)
            ++rows[row_of.at(above)].processes;
        if (main != main_of.end() && main->second != above)
            ++rows[row_of.at(main->second)].processes;
    }
}

std::vector<model::ServiceStatus> Services::report()
{
    std::vector<model::ServiceStatus> rows;
    rows.reserve(services_.size());
    for (const Service& service : services_) {
        model::ServiceStatus& row = rows.emplace_back();
        row.name = service.name;
        row.state = to_string(service.state);
        row.pid = service.main;
        row.since = service.since;
        row.exit = service.exit;
        if (!service.reason.empty())
            row.reason = service.reason;
    }
    count_processes(rows);
    return rows;
}

} // namespace init::supervisor
