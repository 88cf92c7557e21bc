// SPDX-License-Identifier: MIT
// Carries out what the distribution's rc would: the scripts of one level, side by side where their order
// allows it, each with its time. It is driven from outside: `work` does what can be done now and returns;
// events tell it the rest.
#pragma once

#include "model/rc_layout.h"
#include "model/settings.h"
#include "model/step_schedule.h"
#include "supervisor/services.h"
#include "tree/level_plan.h"
#include "world/host.h"

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace init::supervisor {

/// What the supervisor gives every script and entry: levels, INIT_* variables, and who wraps them.
struct LevelContext {
    model::Runlevel previous;
    model::Runlevel level;
    std::vector<std::string> environment; ///< KEY=VALUE on top of the boot's environment
};

/// The file that wraps every command where it is readable. Source: initscript(5).
inline constexpr const char* initscript_path = "/etc/initscript";

class RcEngine {
public:
    /// Until when a script may hold up the others, that is the first of `scripts` one after another.
    using Share = std::function<world::TimePoint(std::size_t scripts)>;

    RcEngine(world::Host& host, Services& services, const model::Settings& settings) noexcept
        : host_(host), services_(services), settings_(settings)
    {
    }

    void use_layout(model::Layout layout) noexcept { layout_ = layout; }
    [[nodiscard]] model::Layout layout() const noexcept { return layout_; }

    /// Takes up a level's folder. `entry` names the inittab entry, for /etc/initscript.
    void begin(const LevelContext& context, const std::string& entry);
    /// Takes up the stop of one service that no K-link names.
    void begin_stop(const LevelContext& context, const std::string& service, const std::string& script);
    /// Takes up one script that is no service's: rc.sysinit, halt.local. `argv` holds path and arguments; at
    /// `limit` it is ended.
    void begin_script(const LevelContext& context, std::string label, std::vector<std::string> argv,
                      world::TimePoint limit);

    /// Starts what can begin. Call after every event. A script that memory runs out for is passed over.
    void work() noexcept;
    [[nodiscard]] bool is_busy() const noexcept { return !running_.empty() || schedule_.left() != 0; }

    /// While stopping: how long a script may hold up the others, instead of its own limit. It is not ended
    /// then, only overtaken.
    void use_shares(Share share) noexcept;
    /// Drops what has not begun and sends TERM to the scripts that run now. A stop goes on, until its limit
    /// or `until`; what it stops would be stopped anyway. `until` is also when what is deaf to TERM gets
    /// KILL.
    void interrupt(std::optional<world::TimePoint> until = std::nullopt) noexcept;
    /// Drops what has not begun.
    void abandon() noexcept;
    [[nodiscard]] bool script_is_running() const noexcept { return !running_.empty(); }
    /// Scripts that were overtaken or cut off and have not ended by themselves.
    [[nodiscard]] std::size_t unfinished() const noexcept { return overtaken_.size() + running_.size(); }
    /// Those of them that stop a service.
    [[nodiscard]] std::size_t stops_unfinished() const noexcept;
    /// A script that was to stop a service was ended at its limit, or could not be run.
    [[nodiscard]] bool anything_cut_off() const noexcept { return cut_off_; }
    void forget_cut_off() noexcept { cut_off_ = false; }
    /// Notes that this script was due and could not be run.
    void was_not_run(std::string_view service, std::string_view verb) noexcept;
    /// Since `begin`: whether a script ended badly or was cut off. For on-boot-failure.
    [[nodiscard]] bool has_failed() const noexcept { return failed_; }
    /// Since `forget_failures`: a level's folder was there and could not be listed, so none of its scripts
    /// ran.
    [[nodiscard]] bool has_unlisted() const noexcept { return unlisted_; }
    void forget_failures() noexcept { failed_ = unlisted_ = false; }
    /// True when the steps begun last hold this one.
    [[nodiscard]] bool has_step(std::string_view service, std::string_view verb) const noexcept;

    // Events of runs; others' runs are passed over.
    void script_failed(const world::ScriptFailed& event);
    void script_ended(const world::ScriptEnded& event);
    void last_line(const world::LastLine& event);
    void timer_fired(world::Timer timer);

private:
    struct Running {
        world::RunId run{};
        std::optional<std::size_t> step; ///< of the schedule; nothing for a script that is no service's
        std::string name;
        std::string verb;
        bool is_sysinit = false; ///< rc.sysinit, or a script of rcS.d: what it removed is made anew after it
        bool is_reported = false;
        bool told_to_end = false;
        world::TimePoint begun;
        world::TimePoint limit;
    };

    void take(tree::LevelPlan plan);
    [[nodiscard]] bool start(std::size_t step);
    [[nodiscard]] static std::optional<world::RunId> running_stop_of(const Service& service) noexcept;
    [[nodiscard]] bool is_skipped(const model::PlanStep& step, Service& service);
    [[nodiscard]] std::vector<std::string> command_of(const model::PlanStep& step);
    [[nodiscard]] world::TimePoint limit_of(const Running& script);
    [[nodiscard]] bool launch(Running script, world::ScriptRequest request, Service* service);
    [[nodiscard]] Running* find(world::RunId run) noexcept;
    [[nodiscard]] Running remove(const Running& script);
    void finish(const Running& script, bool well, const std::string& how);
    void out_of_time(Running& script);
    void tell_to_end(Running& script, world::TimePoint limit);
    void arm_timers();

    world::Host& host_;
    Services& services_;
    const model::Settings& settings_;
    model::Layout layout_ = model::Layout::plain;
    LevelContext context_;
    std::string entry_;
    std::vector<tree::PlannedStep> steps_;
    model::StepSchedule schedule_;
    std::vector<Running> running_;
    std::vector<world::RunId> overtaken_;
    Share share_;
    bool failed_ = false;
    bool unlisted_ = false;
    bool cut_off_ = false;
};

} // namespace init::supervisor
