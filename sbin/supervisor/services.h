// SPDX-License-Identifier: MIT
// The services: what each init script started, its main process, its runs, and what became of it. Ownership
// is read anew from pid files whenever a run ends or a main process is gone; nothing here decides what runs
// next.
#pragma once

#include "model/runlevel_plan.h"
#include "model/settings.h"
#include "model/status_report.h"
#include "world/host.h"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace init::supervisor {

enum class ServiceState { stopped, starting, running, stopping, done, failed, dead, skipped };
std::string_view to_string(ServiceState state) noexcept;

/// What a run is to bring about. `renew` may end in either: restart, reload, status and what else an init
/// script answers to.
enum class RunPurpose { start, stop, renew };

/// One run of a script, from its launch until nothing is left under its keeper.
struct Run {
    world::RunId id{};
    pid_t script = 0; ///< 0 until it was started
    bool script_runs = true;
    RunPurpose purpose = RunPurpose::renew;
};

struct Service {
    std::string name;
    std::string script; ///< the path it was last run by
    ServiceState state = ServiceState::stopped;
    pid_t main = 0;            ///< 0 when none lives
    pid_t by_hand = 0;         ///< somebody's own run of the script, waited for before a death is believed
    bool started = false;      ///< its start was run, and it was not stopped since
    bool stop_not_run = false; ///< its stop was due last, and its script could not be run
    bool locked = false;       ///< had its lock in /var/lock/subsys when it was last looked for
    bool read = false;         ///< `settings` and `pid_files` come from the script
    std::optional<int> main_status; ///< wait status of the main process that ended last
    std::uint32_t order = 0;        ///< counts up with every start
    std::int64_t since = 0;         ///< of the state, in seconds since 1970
    std::optional<int> exit;        ///< the script's last: its code, or 128 + the signal
    std::optional<std::chrono::milliseconds> start_took, stop_took; ///< when it was last started and stopped
    std::string reason;                                             ///< why it was skipped
    std::vector<Run> runs;
    model::ServiceSettings settings;
    std::vector<std::string> pid_files; ///< the one that once named a live process comes first
};

/// 0-255: the exit code, or 128 + the signal.
int exit_code_of(int wait_status) noexcept;
/// "ended with status 1", "was killed by signal 11 (SIGSEGV)".
std::string describe_status(int wait_status);

class Services {
public:
    explicit Services(world::Host& host) noexcept : host_(host) {}

    /// The service of this name, made when it is new.
    Service& get(std::string_view name);
    Service* find(std::string_view name) noexcept;
    Service* of_run(world::RunId run) noexcept;
    [[nodiscard]] const std::vector<Service>& all() const noexcept { return services_; }

    /// Reads the script's own settings and those of /etc/rcinit.conf.d/NAME.service, and where its pid file
    /// may be. Once for each path.
    void learn(Service& service, const std::string& path);

    void skipped(Service& service, std::string reason);
    void run_begins(Service& service, world::RunId run, std::string_view verb);
    void script_started(const world::ScriptStarted& event) noexcept;
    /// The script could not be started; its run is over.
    void script_failed(const world::ScriptFailed& event);
    void script_ended(const world::ScriptEnded& event);
    void run_empty(world::RunId run);
    /// A main process, or somebody's run by hand, has ended.
    void process_ended(const world::ProcessEnded& event);

    /// Reads ownership anew, for a status, a stop plan, or when something has cast doubt on it: a pid file
    /// that names another live process wins.
    void refresh(Service& service);
    void refresh_all();

    model::ServiceFacts facts(Service& service, const std::string& link);
    /// When a stop begins: reads ownership anew, and takes up what init never started but has its lock in
    /// /var/lock/subsys and a script in this folder.
    void gather_for_stop(const std::string& script_folder);
    /// Everything that a stop must end: locked, living, or started and not stopped since; in reverse start
    /// order.
    std::vector<std::string> still_up();
    /// How many of them `counts` holds for, as far as is known without looking again. Allocates nothing.
    template <class Counts> [[nodiscard]] std::size_t count_up(Counts&& counts) const noexcept
    {
        std::size_t count = 0;
        for (const Service& service : services_)
            if ((service.main != 0 || service.started || service.locked) && counts(service))
                ++count;
        return count;
    }
    /// How many starts were run; a service's `order` is not above it.
    [[nodiscard]] std::uint32_t starts() const noexcept { return starts_; }

    std::vector<model::ServiceStatus> report();

private:
    [[nodiscard]] pid_t pid_from_file(Service& service);
    void adopt_main(Service& service, pid_t pid);
    void move_to(Service& service, ServiceState state);
    void after_start(Service& service, pid_t left);
    void after_stop(Service& service);
    void after_renewal(Service& service, pid_t left);
    void settle_without_main(Service& service, bool after_a_run_by_hand);
    [[nodiscard]] bool is_locked(Service& service);

    world::Host& host_;
    std::vector<Service> services_;
    std::uint32_t starts_ = 0;
};

} // namespace init::supervisor
