// SPDX-License-Identifier: MIT
// The services: what each init script started, its machine, its main process, and what became of it.
// Ownership is read anew from pid files whenever a run ends or a main process is gone; nothing here decides
// what runs next.
#pragma once

#include "model/runlevel_plan.h"
#include "model/service_machine.h"
#include "model/settings.h"
#include "model/status_report.h"
#include "supervisor/runs.h"
#include "world/host.h"

#include <chrono>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace init::supervisor {

struct Service {
    std::string name;
    std::string script;          ///< the path it was last run by
    world::FileLook script_look; ///< of the file that was read
    model::ServiceState state = model::ServiceState::stopped;
    model::Wanted wanted = model::Wanted::down;
    pid_t main = 0;              ///< 0 when none lives
    pid_t not_meant = 0;         ///< that a stale pid file names, as was said
    pid_t main_at_stop = 0;      ///< when the stop at work began
    bool lost_at_work = false;   ///< since the run at work began its main process has ended, and not as asked
    pid_t by_hand = 0;           ///< somebody's own run of the script, waited for before a death is believed
    bool by_hand_sought = false; ///< such a run is looked for, before a death is believed
    bool started = false;        ///< its start was run, and it was not stopped since
    unsigned steps = 0;        ///< the kinds of step that the level at hand has for it, `RcEngine::StepKind`
    bool stop_not_run = false; ///< its stop was due last, and its script could not be run
    bool locked = false;       ///< had its lock in /var/lock/subsys when it was last looked for
    bool read = false;         ///< `settings` and `pid_files` come from the script
    bool is_outdated = false;  ///< they are read anew before its next run
    std::optional<int> main_status; ///< wait status of the main process that ended last
    std::uint32_t order = 0;        ///< counts up with every start
    std::int64_t since = 0;         ///< of the state, in seconds since 1970
    std::optional<int> exit;        ///< the script's last: its code, or 128 + the signal
    std::optional<std::chrono::milliseconds> start_took, stop_took; ///< when it was last started and stopped
    std::string reason;                                             ///< why it was skipped
    model::ServiceSettings settings;
    std::vector<std::string> pid_files; ///< the one that once named a live process comes first

    /// Locked, living, or started and not stopped since, as far as is known without a look.
    [[nodiscard]] bool is_up() const noexcept { return main != 0 || started || locked; }
};

class Services final : public RunListener {
public:
    Services(world::Host& host, Runs& runs) noexcept : host_(host), runs_(runs) {}

    /// The service of this name, made when it is new; it stays where it is.
    Service& get(std::string_view name);
    Service* find(std::string_view name) noexcept;
    [[nodiscard]] const std::deque<Service>& all() const noexcept { return services_; }

    /// Reads the script's own settings and those of /etc/rcinit.conf.d/NAME.service, and where its pid file
    /// may be. Once for each path and reading of the configuration.
    /// `look` is of that path: what is still the file that was read is not read again by another of its
    /// names.
    void learn(Service& service, const std::string& path, const world::FileLook& look);
    /// The configuration is read again: so are the settings of each service, when they are needed next.
    void outdate_settings() noexcept
    {
        for (Service& service : services_)
            service.is_outdated = true;
    }

    /// Whether its script may be run for this now: `run`, `hold` or, of a stop, `join`. A start waits for any
    /// start, stop or restart of the same service that is at work, a restart likewise; a stop for none.
    model::ServiceAction ask(Service& service, model::RunPurpose purpose) noexcept;
    /// What was held will not be run.
    void withdraw(Service& service, model::RunPurpose purpose) noexcept;
    void skipped(Service& service, std::string reason);
    /// A main process, or somebody's run by hand, has ended.
    void process_ended(const world::ProcessEnded& event);
    /// What was looked for when the main process was gone.
    void run_by_hand_told(const world::RunByHandTold& event);
    /// From now on everything is to end, and nobody asks who else might have ended it.
    void begin_stop() noexcept { is_stopping_ = true; }

    void run_began(const Run& run) override;
    void run_over(const Run& run, const model::RunOutcome& outcome, pid_t left,
                  const std::string& why) override;

    /// Reads ownership anew, for a status, a stop plan, or when something has cast doubt on it: a pid file
    /// that names another live process wins.
    void refresh(Service& service);
    void refresh_all();

    /// `look` is of the link that its script would be run by.
    model::ServiceFacts facts(Service& service, const world::FileLook& look);
    /// When a stop begins: reads ownership anew, and takes up what init never started but has its lock in
    /// /var/lock/subsys and a script in this folder.
    void gather_for_stop(const std::string& script_folder);
    /// Everything that a stop must end: locked, living, or started and not stopped since; in reverse start
    /// order.
    std::vector<Service*> still_up();
    /// How many of them `counts` holds for, as far as is known without looking again. Allocates nothing.
    template <class Counts> [[nodiscard]] std::size_t count_up(Counts&& counts) const noexcept
    {
        std::size_t count = 0;
        for (const Service& service : services_)
            if (service.is_up() && counts(service))
                ++count;
        return count;
    }
    void forget_steps() noexcept
    {
        for (Service& service : services_)
            service.steps = 0;
    }
    /// How many starts were run; a service's `order` is not above it.
    [[nodiscard]] std::uint32_t starts() const noexcept { return starts_; }

    std::vector<model::ServiceStatus> report();

private:
    model::ServiceAction apply(Service& service, model::ServiceEvent event) noexcept;
    void tell_death(const Service& service);
    [[nodiscard]] pid_t pid_from_file(Service& service);
    [[nodiscard]] std::optional<int> pid_in(const std::string& file);
    [[nodiscard]] bool is_meant(Service& service, const std::string& file, pid_t pid);
    /// A living process that is its main one now: that of a pid file, or `otherwise`.
    void look_for_main(Service& service, pid_t otherwise) noexcept;
    void adopt_main(Service& service, pid_t pid);
    void after_start(Service& service, const model::RunOutcome& outcome, pid_t left);
    void after_stop(Service& service, const model::RunOutcome& outcome);
    void after_renewal(Service& service, const model::RunOutcome& outcome, pid_t left);
    [[nodiscard]] static bool was_asked_to_end(const Service& service) noexcept;
    void settle_without_main(Service& service);
    void believe_end(Service& service, bool after_a_run_by_hand);
    [[nodiscard]] bool find_again(Service& service);
    [[nodiscard]] bool is_at_work(const Service& service) const noexcept;
    [[nodiscard]] bool is_locked(Service& service);
    std::vector<std::string> read_locks(model::Diagnostics& complaints);
    void count_processes(std::vector<model::ServiceStatus>& rows);

    world::Host& host_;
    Runs& runs_;
    std::deque<Service> services_;
    std::map<std::string, Service*, std::less<>> by_name_;
    std::uint32_t starts_ = 0;
    bool is_stopping_ = false;
};

} // namespace init::supervisor
