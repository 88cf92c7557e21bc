// SPDX-License-Identifier: MIT
// The state machine that is PID 1. It is told events and asks the host for effects; the transitions stand as
// rows in one table, and `run` is the only way out.
//
//   boot      Nothing has run. Left when the run and lock folders stand and the table is read.
//   sysinit   The inittab's sysinit entries, then its boot entries. Left when all that is waited for has
//   ended. entering  What does not belong to the new level ends, then its entries run: K- and S-scripts among
//   them. Left for `running`
//             when nothing is waited for any more; another level asked for meanwhile begins `entering` anew.
//   running   Respawns, requests, deaths. Left when another level is asked for.
//   stopping  Entered from every state before it, at any instant; see StopSequence. Left when nothing is
//   left, or at the deadline. gone      Nothing happens any more; `run` returns the container's exit status.
#pragma once

#include "model/settings.h"
#include "model/status_report.h"
#include "supervisor/entries.h"
#include "supervisor/rc_engine.h"
#include "supervisor/service_calls.h"
#include "supervisor/services.h"
#include "supervisor/stop_sequence.h"
#include "world/host.h"

#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace init::supervisor {

enum class State { boot, sysinit, entering, running, stopping, gone };
std::string_view to_string(State state) noexcept;

struct Options {
    std::optional<model::Runlevel> level; ///< from the command line, instead of initdefault
    bool autoboot = false;
    std::string_view builtin_sysinit; ///< the text of our own rc.sysinit, for /bin/sh
    std::string version;
    std::vector<std::string> command{}; ///< CMD, to run in the foreground; empty: none
    bool command_waits = true;          ///< until the first runlevel is reached
};

class Supervisor final : RcCalls {
public:
    Supervisor(world::Host& host, model::Settings settings, Options options);

    /// Boots, runs and stops. Returns the container's exit status.
    int run();

    model::StatusReport report();
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
        bool (Supervisor::*ready)() const;
        void (Supervisor::*enter)();
        State to;
    };
    static std::span<const Row> rows() noexcept;

private:
    void step(const world::Event& event);
    void go_on() noexcept;
    void settle();
    void move(const Row& row);
    void work();

    // What the rows ask.
    [[nodiscard]] bool always() const { return true; }
    [[nodiscard]] bool stop_is_wanted() const { return stop_wanted_.has_value(); }
    [[nodiscard]] bool table_is_through() const;
    [[nodiscard]] bool level_is_wanted() const { return wanted_.has_value(); }
    [[nodiscard]] bool stop_is_over() const { return stop_.is_over(); }
    [[nodiscard]] bool single_user_is_over() const;
    // What the rows do.
    void begin_sysinit();
    void enter_first_level();
    void enter_wanted_level();
    void level_is_reached();
    void leave_single_user();
    void start_command();
    void ask_stop_of_command();
    void begin_stop();
    void nothing_more() {}

    void enter_level(model::Runlevel level);
    void move_to(model::Runlevel previous, model::Runlevel level) noexcept;
    void note_sysinit_failure() noexcept;
    void start_level_pass();
    void begin_boot_pass();
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

    void on(const world::ChildEnded& event);
    void on(const world::ProcessEnded& event);
    void on(const world::ScriptStarted& event);
    void on(const world::ScriptFailed& event);
    void on(const world::ScriptEnded& event);
    void on(const world::RunEmpty& event);
    void on(const world::LastLine& event);
    void on(const world::SignalReceived& event);
    void on(const world::Requested& event);
    void on(const world::ServiceCalled& event);
    void on(const world::CallSignalled& event) { calls_.signalled(event); }
    void on(const world::TimerFired& event);
    void on(const world::OrphansReaped&) {}
    void on(const world::OwnershipUnsure&) { services_.refresh_all(); }
    void stop_signal(const world::SignalReceived& event, char level, int status, bool at_once);

    world::Host& host_;
    model::Settings settings_;
    Options options_;
    std::function<model::Settings()> reread_settings_;
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
    Entries::Pass pass_ = Entries::Pass::none;
    bool leaving_ = false; ///< entering: what does not belong to the new level has not ended yet
    bool booted_ = false;  ///< the first level was reached
    bool sysinit_failed_ = false;
    bool in_rc_sysinit_ = false;
    bool single_user_ended_ = false; ///< a process of level S has ended in this stay there
    int faults_ = 0;                 ///< in a row, while stopping
    std::optional<model::Runlevel> wanted_;
    std::optional<StopCause> stop_wanted_;
    std::map<std::string, std::string> variables_; ///< INIT_*, by FIFO
};

} // namespace init::supervisor
