// SPDX-License-Identifier: MIT
// What each step of the stop does, and when it is over: the command, the inittab's children, the K-scripts,
// the services without one, then TERM and KILL to what is left. One absolute deadline where the stop came
// from outside; no constant wait anywhere. Which step follows which stands in the rows of the supervisor.
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
    StopSequence(world::Host& host, Runs& runs, Services& services, RcEngine& engine, Entries& entries,
                 ForegroundCommand& command, const model::Settings& settings) noexcept
        : host_(host), runs_(runs), services_(services), engine_(engine), entries_(entries),
          command_(command), settings_(settings)
    {
    }

    /// What the stop is and how long it may take: from here on it ends in time, whatever fails.
    void lay_out(StopCause cause) noexcept;
    /// Says so, and gathers what is up. Needs no memory to come to its end.
    void prepare() noexcept;
    /// A further stop signal, or a stop asked for from inside, while stopping and before the reserve.
    void press(const StopCause& cause);
    void timer_fired(world::Timer timer) noexcept;

    // The steps, in the order of time, and what ends each.
    void end_command() noexcept;
    [[nodiscard]] bool command_is_over() const noexcept { return !command_.is_alive(); }
    void overtake_command() noexcept;

    void end_entries() noexcept;
    [[nodiscard]] bool entries_are_over() const noexcept
    {
        return entries_.leaving() == 0 && !engine_.script_is_running();
    }
    [[nodiscard]] bool script_is_deaf() const noexcept
    {
        return share_is_over() && engine_.script_is_running();
    }
    /// The engine KILLs the script at the end of its own share.
    void wait_for_script() noexcept;

    /// The level of the stop is entered by the supervisor; what runs before it is over.
    void enter_level(const LevelContext& context);
    [[nodiscard]] bool level_is_over() const noexcept
    {
        return entries_.pass_is_done() && !engine_.is_busy();
    }

    /// Takes up what no K-link names.
    void gather_unlinked();
    [[nodiscard]] bool unlinked_step_is_over() const noexcept;
    [[nodiscard]] bool has_unlinked() const noexcept
    {
        return !unlinked_.empty() || by_script_ != nullptr || ending_ != nullptr;
    }
    void next_unlinked();
    [[nodiscard]] bool unlinked_are_over() const noexcept
    {
        return unlinked_step_is_over() && !has_unlinked() && engine_.unfinished() == 0;
    }

    void begin_hook();
    [[nodiscard]] bool hook_is_over() const noexcept { return !engine_.is_busy(); }

    /// Its time has come, or nothing else is to be done.
    [[nodiscard]] bool reserve_is_due() const noexcept { return reserve_is_due_; }
    void begin_reserve() noexcept;
    /// The stop cannot go on as it should: says that everything is ended now.
    void give_up() noexcept;
    /// Counts what is left. Call after every event of the reserve.
    void look_at_rest() noexcept;
    [[nodiscard]] bool rest_is_over() const noexcept { return rest_is_over_; }

    void begin_killing() noexcept;
    /// KILL to what was forked meanwhile. Call after every event of the killing.
    void kill_again() noexcept;
    [[nodiscard]] bool is_any_other_left() noexcept;
    [[nodiscard]] bool is_over() const noexcept { return is_over_; }

    [[nodiscard]] bool share_is_over() const noexcept { return share_is_over_; }
    [[nodiscard]] const StopCause& cause() const noexcept { return cause_; }
    /// The cause's status, or 73 where K-scripts were cut off at the deadline.
    [[nodiscard]] int status() const noexcept;
    [[nodiscard]] std::optional<world::TimePoint> deadline() const noexcept { return budget_.deadline(); }

private:
    struct Unlinked {
        Service* service;
        std::string script; ///< empty: its main process gets TERM
    };

    void say_beginning();
    void share_time() noexcept;
    [[nodiscard]] std::size_t unlinked_to_come() const noexcept;
    [[nodiscard]] bool is_left_to_level(const Service& service) const noexcept;
    [[nodiscard]] bool leaves_scripts() const noexcept;
    void name_those_left();
    [[nodiscard]] std::size_t services_up() const noexcept;
    [[nodiscard]] bool tell_main(Service& service);
    void bound_step(std::size_t steps) noexcept;
    void arm_reserve() noexcept;
    void reserve_may_be_due() noexcept;

    world::Host& host_;
    Runs& runs_;
    Services& services_;
    RcEngine& engine_;
    Entries& entries_;
    ForegroundCommand& command_;
    const model::Settings& settings_;
    StopCause cause_;
    model::StopBudget budget_ = model::StopBudget::without_deadline({}, {});
    LevelContext context_;
    bool level_was_entered_ = false;
    bool is_gathered_ = false; ///< `unlinked_` holds what is to come
    bool share_is_over_ = false;
    bool reserve_is_due_ = false;
    bool rest_is_over_ = false;
    bool is_over_ = false;
    bool cut_off_ = false;
    std::uint32_t starts_before_ = 0; ///< of Services::starts
    world::TimePoint begun_;
    world::TimePoint kill_at_;
    world::TimePoint::duration look_took_{}; ///< the last one at what is left
    world::TimePoint visitors_until_;
    std::vector<Unlinked> unlinked_; ///< the next one last
    Service* by_script_ = nullptr;   ///< the unlinked service whose script runs
    Service* ending_ = nullptr;      ///< the unlinked service that was sent TERM
};

} // namespace init::supervisor
