// SPDX-License-Identifier: MIT
// Carries out what the distribution's rc would: the scripts of one level, side by side where their order
// allows it, each with its time. It is driven from outside: `work` does what can be done now and returns;
// what becomes of its runs it is told by them.
#pragma once

#include "model/rc_layout.h"
#include "model/settings.h"
#include "model/step_schedule.h"
#include "supervisor/runs.h"
#include "supervisor/script_slots.h"
#include "supervisor/services.h"
#include "tree/level_plan.h"
#include "world/host.h"

#include <functional>
#include <optional>
#include <string>
#include <string_view>
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

class RcEngine final : public RunListener {
public:
    /// Until when a script may hold up the others, that is the first of `scripts` one after another.
    using Share = std::function<world::TimePoint(std::size_t scripts)>;

    RcEngine(world::Host& host, Runs& runs, Services& services, const model::Settings& settings) noexcept
        : host_(host), runs_(runs), services_(services), settings_(settings)
    {
    }

    void use_layout(model::Layout layout) noexcept { layout_ = layout; }
    [[nodiscard]] model::Layout layout() const noexcept { return layout_; }

    /// Takes up a level's folder. `entry` names the inittab entry, for /etc/initscript.
    void begin(const LevelContext& context, const std::string& entry);
    /// Takes up the stop of one service that no K-link names.
    void begin_stop(const LevelContext& context, const std::string& service, const std::string& script);
    /// Takes up one script that is no service's: rc.sysinit, halt.local. `argv` holds path and arguments; at
    /// `limit` it is ended. False where it cannot be run.
    bool begin_script(const LevelContext& context, model::RunPurpose purpose, std::string label,
                      std::vector<std::string> argv, world::TimePoint limit);

    /// Starts what can begin. Call after every event. A script that memory runs out for is left out.
    void work() noexcept;
    [[nodiscard]] bool is_busy() const noexcept { return script_is_running() || schedule_.left() != 0; }
    /// A script runs, or waits until another run of its service is over.
    [[nodiscard]] bool script_is_running() const noexcept { return !waited_for_.empty() || !held_.empty(); }

    /// While stopping: how long a script may hold up the others, instead of its own limit. It is not ended
    /// then, only overtaken.
    void use_shares(Share share) noexcept;
    /// Drops what has not begun and sends TERM to the scripts that run now. A stop goes on, until its limit
    /// or `until`; what it stops would be stopped anyway. `until` is also when what is deaf to TERM gets
    /// KILL.
    void interrupt(std::optional<world::TimePoint> until = std::nullopt) noexcept;
    /// Drops what has not begun.
    void abandon() noexcept;
    /// The services whose K-scripts have not begun, or are held, in the order of the level.
    [[nodiscard]] std::vector<std::string> left_to_stop() const;
    /// Scripts that were overtaken or are waited for and have not ended.
    [[nodiscard]] std::size_t unfinished() const noexcept;
    /// A script that was to stop a service was ended at its limit, could not be run, or ended unseen.
    [[nodiscard]] bool anything_cut_off() const noexcept { return cut_off_; }
    void forget_cut_off() noexcept { cut_off_ = false; }
    /// Notes that this script was due and could not be run.
    void was_not_run(std::string_view service, std::string_view verb) noexcept;
    /// Since `forget_unlisted`: a level's folder was there and could not be listed, so none of its scripts
    /// ran.
    [[nodiscard]] bool has_unlisted() const noexcept { return unlisted_; }
    void forget_unlisted() noexcept { unlisted_ = false; }
    /// What the steps begun last hold for a service, in its `steps`.
    enum StepKind : unsigned { starts_it = 1, stops_it = 2 };

    void run_over(const Run& run, const model::RunOutcome& outcome, pid_t left,
                  const std::string& why) override;
    void run_out_of_time(Run& run) override;
    void timer_fired(world::Timer timer) noexcept;

private:
    /// A run that holds up the others.
    struct WaitedFor {
        world::RunId run{};
        std::optional<std::size_t> step; ///< of the schedule; nothing for a script that is no service's
    };
    /// A step that waits, no longer than its own time: until another run of its service is over, or until
    /// there is room for one more process.
    struct Held {
        std::size_t step = 0;
        world::TimePoint until;
        int no_room = 0; ///< errno of the last try; 0 for one that waits for another run
    };
    enum class Begun { no, runs, held };

    void take(tree::LevelPlan plan);
    Begun try_step(std::size_t step) noexcept;
    [[nodiscard]] Begun start(std::size_t step);
    [[nodiscard]] Begun hold(std::size_t step, const Service& service, int no_room);
    [[nodiscard]] bool may_try_again(std::size_t step, const Service& service, int error);
    [[nodiscard]] Begun answer_refusal(std::size_t step, const Service& service, int error);
    void let_go(std::size_t step) noexcept;
    void drop_held(std::size_t step) noexcept;
    [[nodiscard]] bool is_skipped(const model::PlanStep& step, Service& service, const world::FileLook& look);
    [[nodiscard]] std::vector<std::string> command_of(const model::PlanStep& step,
                                                      const world::FileLook& look);
    [[nodiscard]] world::TimePoint limit_of(std::size_t step, const Service& service);
    [[nodiscard]] world::Result<void> launch(Run run, const world::ScriptRequest& request,
                                             std::optional<std::size_t> step);
    void say_not_launched(std::string_view name, std::string_view verb, const std::string& path,
                          const boost::system::error_code& error);
    void join(Run& run, std::size_t step);
    template <class Meant> void try_held(Meant&& is_meant) noexcept;
    void give_up_held(world::TimePoint now) noexcept;
    [[nodiscard]] bool is_tried_again(const Run& run, const model::RunOutcome& outcome) noexcept;
    [[nodiscard]] std::size_t count_waiting() noexcept;
    [[nodiscard]] std::size_t in_a_row(std::size_t step) const noexcept
    {
        return schedule_.in_a_row(step, slots_.side_by_side());
    }
    [[nodiscard]] std::optional<std::size_t> remove(world::RunId run) noexcept;
    [[nodiscard]] bool is_waited_for(world::RunId run) const noexcept;
    void finish(const Run& run, const model::RunOutcome& outcome, const std::string& why);
    void overtake(Run& run);

    world::Host& host_;
    Runs& runs_;
    Services& services_;
    const model::Settings& settings_;
    model::Layout layout_ = model::Layout::plain;
    LevelContext context_;
    std::string entry_;
    bool is_wrapped_ = false; ///< by `initscript_path`
    std::vector<tree::PlannedStep> steps_;
    model::StepSchedule schedule_;
    ScriptSlots slots_{host_.clock};
    std::vector<WaitedFor> waited_for_;
    std::vector<Held> held_;
    std::vector<std::optional<world::TimePoint>> refused_until_; ///< of each step that had no room
    bool is_room_missed_ = false;                                ///< and it was said, once for these steps
    Share share_;
    bool unlisted_ = false;
    bool cut_off_ = false;
};

} // namespace init::supervisor
