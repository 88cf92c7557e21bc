// SPDX-License-Identifier: MIT
#include "supervisor/supervisor.h"

#include "supervisor/table.h"

#include <fmt/format.h>

namespace init::supervisor {

using model::Runlevel;

namespace {

constexpr int boot_failed_status = 71;
constexpr int cut_off_status = 73;

} // namespace

std::string_view to_string(State state) noexcept
{
    switch (state) {
    case State::boot:
        return "boot";
    case State::sysinit:
        return "sysinit";
    case State::entering:
        return "entering";
    case State::running:
        return "running";
    case State::stopping:
        return "stopping";
    case State::gone:
        return "gone";
    }
    return "unknown";
}

/// In each state the first row that is ready is taken, so a stop stands before everything else.
std::span<const Supervisor::Row> Supervisor::rows() noexcept
{
    using S = Supervisor;
    static constexpr Row table[] = {
        // from             ready                   enter                      to
        {State::boot, &S::stop_is_wanted, &S::begin_stop, State::stopping},
        {State::boot, &S::always, &S::begin_sysinit, State::sysinit},
        {State::sysinit, &S::stop_is_wanted, &S::begin_stop, State::stopping},
        {State::sysinit, &S::table_is_through, &S::enter_first_level, State::entering},
        {State::entering, &S::stop_is_wanted, &S::begin_stop, State::stopping},
        {State::entering, &S::level_is_wanted, &S::enter_wanted_level, State::entering},
        {State::entering, &S::table_is_through, &S::level_is_reached, State::running},
        {State::running, &S::stop_is_wanted, &S::begin_stop, State::stopping},
        {State::running, &S::level_is_wanted, &S::enter_wanted_level, State::entering},
        {State::stopping, &S::stop_is_over, &S::nothing_more, State::gone},
    };
    return table;
}

Supervisor::Supervisor(system::Host& host, model::Settings settings, Options options)
    : host_(host), settings_(settings), options_(std::move(options)), services_(host),
      engine_(host, services_, settings_), calls_(host, services_), entries_(host, *this),
      command_(host, options_.command), stop_(host, services_, engine_, entries_, command_, settings_)
{
}

int Supervisor::run()
{
    settle();
    while (state_ != State::gone) {
        step(host_.next_event());
        settle();
    }
    // The command's end is the container's, unless something of ours went wrong.
    const int own = stop_.status();
    const bool is_fault = own == boot_failed_status || own == cut_off_status;
    return is_fault ? own : command_.last_status().value_or(own);
}

void Supervisor::step(const system::Event& event)
{
    // From the reserve on an event only says that something has changed: nothing is kept, said or allocated.
    if (stop_.phase() >= StopSequence::Phase::reserve) {
        if (const auto* ended = std::get_if<system::ChildEnded>(&event))
            (void)command_.child_ended(*ended);
        return;
    }
    std::visit([this](const auto& e) { on(e); }, event);
}

/// Drives what can be driven now, and moves along the rows until none is ready.
void Supervisor::settle()
{
    for (bool moved = true; moved && state_ != State::gone;) {
        work();
        moved = false;
        for (const Row& row : rows()) {
            if (row.from != state_ || !(this->*row.ready)())
                continue;
            const State before = state_;
            state_ = row.to;
            (this->*row.enter)();
            moved = true;
            if (before != state_ && stop_.phase() < StopSequence::Phase::reserve)
                host_.status_changed();
            break;
        }
    }
}

void Supervisor::work()
{
    if (state_ == State::boot)
        return;
    if (stop_.phase() < StopSequence::Phase::reserve) {
        if (state_ == State::entering && leaving_ && entries_.leaving() == 0 && !engine_.script_is_running())
            start_level_pass();
        engine_.work();
        entries_.work();
        if (state_ == State::sysinit && pass_ == Entries::Pass::sysinit && entries_.pass_is_done() &&
            !engine_.is_busy())
            begin_boot_pass();
    }
    if (state_ != State::stopping)
        return;
    stop_.work();
    if (stop_.wants_level()) {
        stop_.level_entered(context_);
        start_level_pass();
        engine_.work();
        entries_.work();
        stop_.work();
    }
}

bool Supervisor::table_is_through() const
{
    return !leaving_ && pass_ != Entries::Pass::sysinit && entries_.pass_is_done() && !engine_.is_busy();
}

// --- What the rows do -------------------------------------------------------------------------------

void Supervisor::begin_sysinit()
{
    host_.set_title("init boot");
    layout_ = look_for_layout(host_);
    engine_.use_layout(layout_);
    host_.say(fmt::format("rcinit {} boots a {} tree", options_.version, to_string(layout_)));
    system::Result<model::Inittab> table = read_table(host_, layout_);
    model::Inittab used;
    if (table) {
        used = std::move(*table);
    } else {
        host_.say(fmt::format("cannot read /etc/inittab: {}; going on with the built-in entries",
                              table.error().message()));
        model::complete_inittab(used, layout_);
    }
    say_all(used.diagnostics);
    default_level_ = used.default_level.value_or(model::default_level_of(layout_));
    host_.prepare_system();
    context_.level = *Runlevel::from('S');
    refresh_environment();
    entries_.use_context(&context_);
    entries_.take(std::move(used.entries));
    pass_ = Entries::Pass::sysinit;
    entries_.begin(pass_);
    if (!options_.command_waits && command_.is_wanted())
        start_command();
}

void Supervisor::start_command()
{
    command_.start();
    if (command_.status())
        ask_stop({*Runlevel::from('0'), *command_.status(), false, false, command_.describe_end()});
}

void Supervisor::begin_boot_pass()
{
    if (in_rc_sysinit_)
        sysinit_failed_ = sysinit_failed_ || engine_.has_failed();
    in_rc_sysinit_ = false;
    host_.mend_files();
    host_.record_boot();
    pass_ = Entries::Pass::boot;
    entries_.begin(pass_);
    entries_.work();
}

void Supervisor::enter_first_level()
{
    if (sysinit_failed_ && settings_.on_boot_failure == model::BootFailureChoice::stop) {
        stop_wanted_ =
            StopCause{*Runlevel::from('0'), 71, false, false, "rc.sysinit failed, and on-boot-failure=stop"};
        return;
    }
    context_.level = Runlevel::none();
    const Runlevel level = wanted_.value_or(options_.level.value_or(default_level_));
    wanted_.reset();
    enter_level(level);
}

void Supervisor::enter_wanted_level()
{
    const Runlevel level = *wanted_;
    wanted_.reset();
    if (level == context_.level)
        return;
    if (booted_ || leaving_ || !entries_.pass_is_done())
        reload();
    engine_.interrupt();
    entries_.break_off();
    enter_level(level);
}

void Supervisor::enter_level(Runlevel level)
{
    host_.say(fmt::format("entering runlevel: {}", level.letter()));
    context_.previous = context_.level;
    context_.level = level;
    refresh_environment();
    host_.record_runlevel(context_.previous, context_.level);
    host_.set_title(fmt::format("init [{}]", level.letter()));
    leaving_ = true;
    entries_.freeze();
    entries_.leave(level);
}

void Supervisor::start_level_pass()
{
    leaving_ = false;
    engine_.forget_failures();
    pass_ = Entries::Pass::level;
    entries_.begin(pass_);
}

void Supervisor::level_is_reached()
{
    if (!booted_)
        check_boot();
    booted_ = true;
    std::size_t up = 0;
    std::size_t failed = 0;
    for (const Service& service : services_.all()) {
        up += service.state == ServiceState::running ? 1 : 0;
        failed += service.state == ServiceState::failed || service.state == ServiceState::dead ? 1 : 0;
    }
    host_.say(fmt::format("runlevel {} reached: {} services up{}", context_.level.letter(), up,
                          failed != 0 ? fmt::format(", {} failed", failed) : std::string()));
    if (command_.is_wanted() && !stop_wanted_)
        start_command();
}

void Supervisor::check_boot()
{
    if (settings_.on_boot_failure != model::BootFailureChoice::stop)
        return;
    for (const Service& service : services_.all())
        if (service.state == ServiceState::failed)
            ask_stop({*Runlevel::from('0'), 71, false, false,
                      service.name + " failed to start, and on-boot-failure=stop"});
}

void Supervisor::begin_stop()
{
    const StopCause cause = *stop_wanted_;
    stop_wanted_.reset();
    wanted_.reset();
    // A stop before the first level comes from none.
    const bool before_any = pass_ != Entries::Pass::level && !leaving_;
    context_.previous = before_any ? Runlevel::none() : context_.level;
    context_.level = cause.level;
    leaving_ = false;
    refresh_environment();
    host_.record_runlevel(context_.previous, context_.level);
    host_.set_title(fmt::format("init [{}]", cause.level.letter()));
    calls_.interrupt();
    stop_.begin(cause);
}

// --- Requests ---------------------------------------------------------------------------------------

void Supervisor::reload()
{
    if (reread_settings_)
        settings_ = reread_settings_();
    system::Result<model::Inittab> table = read_table(host_, layout_);
    if (!table) {
        host_.say(
            fmt::format("cannot read /etc/inittab again: {}; the old table stands", table.error().message()));
        return;
    }
    say_all(table->diagnostics);
    entries_.clear_throttles();
    entries_.take(std::move(table->entries));
}

void Supervisor::ask_stop(StopCause cause)
{
    if (state_ == State::stopping) {
        stop_.press(cause);
        return;
    }
    if (stop_wanted_ && !cause.from_outside)
        return;
    stop_wanted_ = std::move(cause);
}

void Supervisor::ask_level(char letter)
{
    if (letter == 'q' || letter == 'Q') {
        host_.say("re-reading the inittab and the configuration");
        reload();
        return;
    }
    if (letter == 'u' || letter == 'U') {
        host_.say("re-exec was asked for; this version has none, and nothing changes");
        return;
    }
    if (letter >= 'A' && letter <= 'C')
        letter = static_cast<char>(letter - 'A' + 'a');
    if (letter >= 'a' && letter <= 'c') {
        if (context_.level.letter() != 'S')
            entries_.demand(letter);
        return;
    }
    const std::optional<Runlevel> level = Runlevel::from(letter);
    if (!level)
        return;
    if (level->ends()) {
        ask_stop({*level, level->letter() == '6' ? 133 : 0, false, false, fmt::format("telinit {}", letter)});
        return;
    }
    const bool in_a_level = state_ == State::entering || state_ == State::running;
    if (in_a_level && *level == context_.level && !wanted_)
        return;
    if (state_ == State::stopping)
        host_.say(fmt::format("runlevel {} was asked for while stopping; nothing changes", letter));
    else
        wanted_ = *level;
}

void Supervisor::power(char letter)
{
    using model::Action;
    if (letter == 'O') {
        entries_.run_action(Action::powerokwait);
    } else if (letter == 'L') {
        entries_.run_action(Action::powerfailnow);
    } else {
        entries_.run_action(Action::powerwait);
        entries_.run_action(Action::powerfail);
    }
}

void Supervisor::set_variables(const model::InitctlRequest& request)
{
    constexpr std::size_t slots = 16;
    for (const auto& [name, value] : request.variables) {
        if (!value)
            variables_.erase(name);
        else if (variables_.contains(name) || variables_.size() < slots)
            variables_[name] = *value;
        else
            host_.say(fmt::format("cannot keep {}: all {} INIT_* variables are in use; it is left out", name,
                                  slots));
    }
    refresh_environment();
}

void Supervisor::refresh_environment()
{
    const char level = context_.level.letter();
    const char previous = context_.previous.letter();
    context_.environment = lasting_environment();
    context_.environment.push_back(fmt::format("RUNLEVEL={}", level));
    context_.environment.push_back(fmt::format("PREVLEVEL={}", previous));
    context_.environment.push_back(fmt::format("runlevel={}", level));
    context_.environment.push_back(fmt::format("previous={}", previous));
    if (options_.autoboot)
        context_.environment.emplace_back("AUTOBOOT=YES");
    if (settings_.hostname)
        context_.environment.emplace_back("SET_HOSTNAME=yes");
    for (const auto& [name, value] : variables_)
        context_.environment.push_back(name + "=" + value);
}

/// What a script gets whether a runlevel is being entered or somebody calls for it.
std::vector<std::string> Supervisor::lasting_environment() const
{
    return {"PATH=/sbin:/usr/sbin:/bin:/usr/bin", "SHELL=/bin/sh", "CONSOLE=/dev/console",
            "INIT_VERSION=rcinit-" + options_.version};
}

void Supervisor::say_all(const model::Diagnostics& diagnostics)
{
    for (const model::Diagnostic& diagnostic : diagnostics)
        host_.say(to_string(diagnostic));
}

model::StatusReport Supervisor::report()
{
    model::StatusReport report;
    report.state = to_string(state_);
    const bool early = state_ == State::boot || state_ == State::sysinit;
    report.runlevel = early ? 'N' : context_.level.letter();
    report.previous = early ? 'N' : context_.previous.letter();
    if (const auto deadline = stop_.deadline())
        report.deadline = host_.wall_clock() +
                          std::chrono::duration_cast<std::chrono::seconds>(*deadline - host_.now()).count();
    report.services = services_.report();
    return report;
}

} // namespace init::supervisor
