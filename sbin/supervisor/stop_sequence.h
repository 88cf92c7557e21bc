// SPDX-License-Identifier: MIT
// How the container ends: interrupt what is starting, end the inittab's children, the K-scripts, the services
// without one, then TERM and KILL to what is left. One absolute deadline where the stop came from outside; no
// constant wait anywhere.
#pragma once

#include "model/settings.h"
#include "model/stop_budget.h"
#include "supervisor/entries.h"
#include "supervisor/foreground_command.h"
#include "supervisor/rc_engine.h"
#include "supervisor/services.h"
#include "world/host.h"

#include <csignal>
#include <optional>
#include <string>
#include <vector>

namespace init::supervisor {

/// Why the container stops, and with which status it will end when every K-script comes to its end.
struct StopCause {
    model::Runlevel level; ///< 0 or 6
    int status = 0;
    bool from_outside = false;    ///< the runtime waits, so there is a deadline
    bool at_once = false;         ///< RTMIN+13..15: no K-scripts
    std::string words;            ///< "SIGTERM from outside", "telinit 0"
    int command_signal = SIGTERM; ///< what a command in the foreground gets
};

class StopSequence {
public:
    /// In the order of time. From `reserve` on nothing is allocated.
    enum class Phase {
        idle,
        ending_command,
        ending_entries,
        scripts,
        unlinked,
        hook,
        reserve,
        killing,
        over
    };

    StopSequence(world::Host& host, Services& services, RcEngine& engine, Entries& entries,
                 ForegroundCommand& command, const model::Settings& settings) noexcept
        : host_(host), services_(services), engine_(engine), entries_(entries), command_(command),
          settings_(settings)
    {
    }

    /// What the stop is and how long it may take; then `begin` begins it. Neither needs memory to come to its
    /// end.
    void lay_out(StopCause cause) noexcept;
    void begin() noexcept;
    /// The stop cannot go on as it should: ends everything now.
    void give_up() noexcept;
    /// A further stop signal, or a stop asked for from inside, while stopping.
    void press(const StopCause& cause);
    /// The K-scripts' level may be entered: the supervisor starts the pass when it sees this, and says so
    /// with `level_entered`.
    [[nodiscard]] bool wants_level() const noexcept { return phase_ == Phase::scripts && !level_entered_; }
    void level_entered(const LevelContext& context)
    {
        context_ = context;
        level_entered_ = true; // last: where memory runs out for the copy, it is entered again
    }

    /// Moves on as far as possible. Call after every event.
    void work();
    void timer_fired(world::Timer timer);

    [[nodiscard]] bool is_over() const noexcept { return phase_ == Phase::over; }
    [[nodiscard]] Phase phase() const noexcept { return phase_; }
    [[nodiscard]] const StopCause& cause() const noexcept { return cause_; }
    /// The cause's status, or 73 where K-scripts were cut off at the deadline.
    [[nodiscard]] int status() const noexcept;
    [[nodiscard]] std::optional<world::TimePoint> deadline() const noexcept { return budget_.deadline(); }

private:
    struct Unlinked {
        std::string name;
        std::string script; ///< empty: its main process gets TERM
    };

    void enter(Phase phase) noexcept;
    void end_command() noexcept;
    void end_entries() noexcept;
    void share_time() noexcept;
    [[nodiscard]] std::size_t unlinked_to_come() const noexcept;
    [[nodiscard]] bool is_left_to_level(const Service& service) const noexcept;
    [[nodiscard]] bool leaves_scripts() const noexcept;
    void gather_unlinked();
    void next_unlinked();
    [[nodiscard]] bool tell_main(const std::string& name);
    void begin_hook();
    void begin_reserve() noexcept;
    void begin_killing();
    void work_reserve();
    void work_killing();
    void bound_step(std::size_t steps) noexcept;
    void arm_reserve() noexcept;

    world::Host& host_;
    Services& services_;
    RcEngine& engine_;
    Entries& entries_;
    ForegroundCommand& command_;
    const model::Settings& settings_;
    Phase phase_ = Phase::idle;
    StopCause cause_;
    model::StopBudget budget_ = model::StopBudget::without_deadline({}, {});
    bool level_entered_ = false;
    LevelContext context_;
    bool step_out_of_time_ = false;
    bool cut_off_ = false;
    std::uint32_t starts_before_ = 0; ///< of Services::starts
    world::TimePoint begun_;
    world::TimePoint reserve_begun_;
    world::TimePoint kill_at_;
    world::TimePoint visitors_until_;
    std::vector<Unlinked> unlinked_; ///< the next one last
    std::string by_script_;          ///< the unlinked service whose script runs
    std::string ending_;             ///< the unlinked service that was sent TERM
};

} // namespace init::supervisor
