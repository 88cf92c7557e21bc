// SPDX-License-Identifier: MIT
// The state machine that is PID 1. It is told events and asks the host for effects; its states and their
// prose stand beside this, the transitions stand as rows in one table, and `run` is the only way out.
#pragma once

#include "model/settings.h"
#include "model/status_report.h"
#include "supervisor/entries.h"
#include "supervisor/rc_engine.h"
#include "supervisor/runs.h"
#include "supervisor/service_calls.h"
#include "supervisor/services.h"
#include "supervisor/state.h"
#include "supervisor/stop_sequence.h"
#include "world/host.h"

#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace init::supervisor {

struct Options {
    std::optional<model::Runlevel> level; ///< from the command line, instead of initdefault
    bool autoboot = false;
    std::string_view builtin_sysinit; ///< the text of our own rc.sysinit, for /bin/sh
    std::string version;
    std::vector<std::string> command{}; ///< CMD, to run in the foreground; empty: none
    bool command_waits = true;          ///< until the first runlevel is reached
};

class Supervisor final : RcCalls, RunListener {
public:
    Supervisor(world::Host& host, model::Settings settings, Options options);

    /// Boots, runs and stops. Returns the container's exit status.
    int run();

    /// `anew`: whose each process is, is read from the pid files first.
    model::StatusReport report(bool anew);
    /// True when the stop was through runlevel 6.
    [[nodiscard]] bool reboot_was_asked() const noexcept { return stop_.cause().level.letter() == '6'; }
    /// What the stop itself came to, whatever a command ended with.
    [[nodiscard]] int stop_status() const noexcept { return stop_.status(); }
    [[nodiscard]] const model::Settings& settings() const noexcept { return settings_; }
    /// Of a stop that came from outside.
    [[nodiscard]] std::optional<world::TimePoint> deadline() const noexcept { return stop_.deadline(); }
    /// HUP and `telinit q` re-read the configuration through this; it returns what to use from now on.
    void on_reload(std::function<model::Settings()> reader) { reread_settings_ = std::move(reader); }

    /// A row of the machine: in `from`, as soon as `ready` holds, `enter` is called and the state is `to`.
    struct Row {
        State from;
        bool (*ready)(const Supervisor&);
        void (*enter)(Supervisor&);
        State to;
    };
    /// In each state the first row that is ready is taken.
    static std::span<const Row> rows() noexcept;

private:
    void step(const world::Event& event);
    void go_on() noexcept;
    void settle();
    void drive();
    void move(const Row& row);

    // What the rows ask.
    [[nodiscard]] bool pass_is_over() const { return entries_.pass_is_done() && !engine_.is_busy(); }
    [[nodiscard]] bool sysinit_ends_it() const;
    [[nodiscard]] bool level_is_wanted() const { return wanted_.has_value(); }
    [[nodiscard]] bool nothing_leaves() const
    {
        return entries_.leaving() == 0 && !engine_.script_is_running();
    }
    [[nodiscard]] bool single_user_is_over() const;
    // What the rows do.
    void begin_sysinit();
    void begin_boot_entries();
    void end_with_sysinit();
    void enter_first_level();
    void enter_wanted_level();
    void begin_level_pass();
    void level_is_reached();
    void leave_single_user();
    void begin_stop();

    void start_command();
    void ask_stop_of_command();
    void enter_level(model::Runlevel level);
    void move_to(model::Runlevel previous, model::Runlevel level) noexcept;
    void reload();
    void check_boot();
    void ask_stop(StopCause cause);
    void ask_level(char letter);
    void power(char letter);
    [[nodiscard]] bool power_by_file();
    void set_variables(const model::InitctlRequest& request);
    void refresh_environment();
    [[nodiscard]] std::vector<std::string> lasting_environment() const;
    void say_all(const model::Diagnostics& diagnostics);

    bool carry_out(const model::InittabEntry& entry, const model::RcCall& call) override;
    [[nodiscard]] bool rc_is_busy() const override { return engine_.is_busy(); }
    bool carry_out_rc_sysinit(const model::RcCall& call);
    void run_over(const Run& run, const model::RunOutcome& outcome, pid_t left,
                  const std::string& why) override;

    void on(const world::ChildEnded& event);
    void on(const world::ProcessEnded& event) { services_.process_ended(event); }
    void on(const world::RunByHandTold& event) { services_.run_by_hand_told(event); }
    void on(const world::ScriptStarted& event) { runs_.script_started(event); }
    void on(const world::ScriptFailed& event) { runs_.script_failed(event); }
    void on(const world::ScriptEnded& event) { runs_.script_ended(event); }
    void on(const world::RunEmpty& event) { runs_.run_empty(event); }
    void on(const world::LastLine& event) { runs_.last_line(event); }
    void on(const world::SignalReceived& event);
    void on(const world::Requested& event);
    void on(const world::ServiceCalled& event);
    void on(const world::CallSignalled& event) { calls_.signalled(event); }
    void on(const world::TimerFired& event);
    void on(const world::OrphansReaped&) {}
    void on(const world::OwnershipUnsure& event);
    void refresh_ownership();
    void stop_signal(const world::SignalReceived& event, char level, int status, bool at_once);

    world::Host& host_;
    model::Settings settings_;
    Options options_;
    std::function<model::Settings()> reread_settings_;
    world::TimePoint ownership_again_at_{}; ///< not before, so that much of the time is left for the rest
    Runs runs_;
    Services services_;
    RcEngine engine_;
    ServiceCalls calls_;
    Entries entries_;
    ForegroundCommand command_;
    StopSequence stop_;

    State state_ = State::boot;
    model::Layout layout_ = model::Layout::plain;
    model::Runlevel default_level_;
    LevelContext context_;
    bool level_was_entered_ = false;
    bool booted_ = false; ///< the first level was reached
    bool sysinit_failed_ = false;
    bool single_user_ended_ = false; ///< a process of level S has ended in this stay there
    int faults_ = 0;                 ///< in a row, while stopping
    std::optional<model::Runlevel> wanted_;
    std::optional<StopCause> stop_wanted_;
    std::map<std::string, std::string> variables_; ///< INIT_*, by FIFO
};

} // namespace init::supervisor
