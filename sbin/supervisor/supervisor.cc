// SPDX-License-Identifier: MIT
#include "supervisor/supervisor.h"

#include "tree/table.h"
#include "world/guarded.h"

#include <fmt/format.h>

namespace init::supervisor {

using model::Runlevel;

namespace {

using namespace std::chrono_literals;

constexpr int boot_failed_status = 71;
constexpr int cut_off_status = 73;
constexpr int faults_borne = 3;     ///< in a row, before a stop ends everything at once
constexpr auto retry_delay = 100ms; ///< memory may be back by then

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
        {State::running, &S::single_user_is_over, &S::leave_single_user, State::entering},
        {State::stopping, &S::stop_is_over, &S::nothing_more, State::gone},
    };
    return table;
}

Supervisor::Supervisor(world::Host& host, model::Settings settings, Options options)
    : host_(host), settings_(settings), options_(std::move(options)), services_(host),
      engine_(host, services_, settings_), calls_(host, services_), entries_(host, *this, settings_),
      command_(host, options_.command), stop_(host, services_, engine_, entries_, command_, settings_)
{
}

int Supervisor::run()
{
    go_on();
    while (state_ != State::gone) {
        const world::Event event = host_.clock.next_event();
        guarded(host_.log, "an event cannot be answered; going on without it", [&] { step(event); });
        go_on();
    }
    // The command's end is the container's, unless something of ours went wrong.
    const int own = stop_.status();
    const bool is_fault = own == boot_failed_status || own == cut_off_status;
    return is_fault ? own : command_.last_status().value_or(own);
}

/// Settles. What it could not do for want of memory is tried again; a stop tries at once, and not for long.
void Supervisor::go_on() noexcept
{
    while (!guarded(host_.log, "memory has run out; trying again", [this] { settle(); })) {
        if (state_ != State::stopping) {
            host_.clock.arm({world::Timer::Kind::memory}, host_.clock.now() + retry_delay);
            return;
        }
        if (++faults_ >= faults_borne)
            stop_.give_up();
    }
    faults_ = 0;
}

void Supervisor::step(const world::Event& event)
{
    // From the reserve on an event only says that something has changed: nothing is kept, said or allocated.
    if (stop_.phase() >= StopSequence::Phase::reserve) {
        if (const auto* ended = std::get_if<world::ChildEnded>(&event))
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
            move(row);
            moved = true;
            if (before != state_ && stop_.phase() < StopSequence::Phase::reserve)
                host_.callers.status_changed();
            break;
        }
    }
}

/// What could not be entered is entered again; a stop that has begun is not taken back.
void Supervisor::move(const Row& row)
try {
    state_ = row.to;
    (this->*row.enter)();
} catch (...) {
    if (row.to != State::stopping)
        state_ = row.from;
    throw;
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
    host_.machine.set_title("init boot");
    layout_ = tree::look_for_layout(host_.tree);
    engine_.use_layout(layout_);
    host_.log.say(fmt::format("rcinit {} boots a {} tree", options_.version, to_string(layout_)));
    world::Result<model::Inittab> table = tree::read_table(host_.tree, layout_);
    model::Inittab used;
    if (table) {
        used = std::move(*table);
    } else {
        host_.log.say(fmt::format("cannot read /etc/inittab: {}; going on with the built-in entries",
                                  table.error().message()));
        model::complete_inittab(used, layout_);
    }
    say_all(used.diagnostics);
    default_level_ = used.default_level.value_or(model::default_level_of(layout_));
    host_.records.prepare_system();
    context_.level = *Runlevel::from('S');
    refresh_environment();
    entries_.use_context(&context_);
    entries_.take(std::move(used.entries));
    pass_ = Entries::Pass::sysinit;
    entries_.begin(pass_);
    if (!options_.command_waits && command_.is_wanted())
        start_command();
}

void Supervisor::ask_stop_of_command()
{
    StopCause cause{*Runlevel::from('0'), command_.status().value_or(0), false, false, {}};
    say_if_possible(host_.log, [&] { cause.words = command_.describe_end(); });
    ask_stop(std::move(cause));
}

void Supervisor::start_command()
{
    command_.start();
    if (command_.status())
        ask_stop_of_command();
}

void Supervisor::begin_boot_pass()
{
    note_sysinit_failure();
    host_.records.mend_files();
    host_.records.record_boot();
    pass_ = Entries::Pass::boot;
    entries_.begin(pass_);
    entries_.work();
}

/// Before anything else is begun in the engine, which would forget it.
void Supervisor::note_sysinit_failure() noexcept
{
    sysinit_failed_ = sysinit_failed_ || (in_rc_sysinit_ && engine_.has_failed());
    in_rc_sysinit_ = false;
}

void Supervisor::enter_first_level()
{
    host_.records.mend_files();
    if (sysinit_failed_ && settings_.on_boot_failure == model::BootFailureChoice::stop) {
        stop_wanted_ =
            StopCause{*Runlevel::from('0'), 71, false, false, "rc.sysinit failed, and on-boot-failure=stop"};
        return;
    }
    context_.level = Runlevel::none();
    if (options_.level && options_.level->ends()) {
        host_.log.say(fmt::format("runlevel {} of the command line would end what has not begun; entering {}",
                                  options_.level->letter(), default_level_.letter()));
        options_.level.reset();
    }
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
        guarded(host_.log, "the table cannot be read again; the old one stands", [this] { reload(); });
    engine_.interrupt();
    entries_.break_off();
    enter_level(level);
}

void Supervisor::enter_level(Runlevel level)
{
    say_if_possible(host_.log, [&] { host_.log.say(fmt::format("entering runlevel: {}", level.letter())); });
    move_to(context_.level, level);
    single_user_ended_ = false;
    leaving_ = true;
    entries_.freeze();
    entries_.leave(level);
}

/// The levels that scripts, records and ps are told.
void Supervisor::move_to(Runlevel previous, Runlevel level) noexcept
{
    context_.previous = previous;
    context_.level = level;
    guarded(host_.log, "scripts get the environment of the level before", [this] { refresh_environment(); });
    host_.records.record_runlevel(previous, level);
    const char title[] = {'i', 'n', 'i', 't', ' ', '[', level.letter(), ']'};
    host_.machine.set_title({title, sizeof title});
}

bool Supervisor::single_user_is_over() const
{
    return single_user_ended_ && context_.level.letter() == 'S' && default_level_.letter() != 'S' &&
           entries_.alive() == 0;
}

void Supervisor::leave_single_user()
{
    host_.log.say("single-user mode has ended");
    wanted_ = default_level_;
    enter_wanted_level();
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
    host_.log.say(fmt::format("runlevel {} reached: {} services up{}{}", context_.level.letter(), up,
                              failed != 0 ? fmt::format(", {} failed", failed) : std::string(),
                              engine_.has_unlisted() ? ", and its scripts could not be listed" : ""));
    if (command_.is_wanted() && !stop_wanted_)
        start_command();
}

void Supervisor::check_boot()
{
    if (settings_.on_boot_failure != model::BootFailureChoice::stop)
        return;
    if (engine_.has_unlisted())
        ask_stop({*Runlevel::from('0'), 71, false, false,
                  "a level's scripts could not be listed, and on-boot-failure=stop"});
    for (const Service& service : services_.all())
        if (service.state == ServiceState::failed)
            ask_stop({*Runlevel::from('0'), 71, false, false,
                      service.name + " failed to start, and on-boot-failure=stop"});
}

void Supervisor::begin_stop()
{
    const Runlevel level = stop_wanted_->level;
    stop_.lay_out(std::move(*stop_wanted_)); // first of all: from here on it ends in time, whatever fails
    stop_wanted_.reset();
    wanted_.reset();
    // A stop before the first level comes from none.
    const bool before_any = pass_ != Entries::Pass::level && !leaving_;
    leaving_ = false;
    move_to(before_any ? Runlevel::none() : context_.level, level);
    guarded(host_.log, "what somebody's call runs goes on until it is ended with the rest",
            [this] { calls_.interrupt(); });
    stop_.begin();
}

void Supervisor::say_all(const model::Diagnostics& diagnostics)
{
    for (const model::Diagnostic& diagnostic : diagnostics)
        host_.log.say(to_string(diagnostic));
}

model::StatusReport Supervisor::report()
{
    model::StatusReport report;
    report.state = to_string(state_);
    const bool early = state_ == State::boot || state_ == State::sysinit;
    report.runlevel = early ? 'N' : context_.level.letter();
    report.previous = early ? 'N' : context_.previous.letter();
    if (const auto deadline = stop_.deadline())
        report.deadline =
            host_.clock.wall_clock() +
            std::chrono::duration_cast<std::chrono::seconds>(*deadline - host_.clock.now()).count();
    report.services = services_.report();
    return report;
}

} // namespace init::supervisor
