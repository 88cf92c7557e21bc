// SPDX-License-Identifier: MIT
#include "supervisor/supervisor.h"

#include "model/exit_status.h"
#include "tree/table.h"
#include "world/guarded.h"

#include <fmt/format.h>

namespace init::supervisor {

using model::Runlevel;

namespace {

using namespace std::chrono_literals;

constexpr int faults_borne = 3;     ///< in a row, before a stop ends everything at once
constexpr auto retry_delay = 100ms; ///< memory may be back by then

} // namespace

std::string_view to_string(State state) noexcept
{
    switch (state) {
    case State::boot:
        return "boot";
    case State::sysinit:
    case State::boot_entries:
        return "sysinit";
    case State::leaving:
    case State::entering:
        return "entering";
    case State::running:
        return "running";
    case State::stopping:
    case State::ending_command:
    case State::ending_entries:
    case State::stopping_level:
    case State::stopping_unlinked:
    case State::stop_hook:
    case State::reserve:
    case State::killing:
        return "stopping";
    case State::gone:
        return "gone";
    }
    return "unknown";
}

Supervisor::Supervisor(world::Host& host, model::Settings settings, Options options)
    : host_(host), settings_(settings), options_(std::move(options)), runs_(host), services_(host, runs_),
      engine_(host, runs_, services_, settings_), calls_(host, runs_, services_),
      entries_(host, *this, settings_), command_(host, options_.command),
      stop_(host, runs_, services_, engine_, entries_, command_, settings_)
{
    // What became of a service is known before those who wait for its run ask.
    for (RunListener* listener : std::initializer_list<RunListener*>{&services_, &engine_, &calls_, this})
        runs_.add(*listener);
}

int Supervisor::run()
{
    go_on();
    while (state_ != State::gone) {
        const world::Event event = host_.clock.next_event();
        world::guarded(host_.log, "an event cannot be answered; going on without it", [&] { step(event); });
        go_on();
    }
    // The command's end is the container's, unless something of ours went wrong.
    const int own = stop_.status();
    const bool is_fault = own == model::exit_status::boot_failed || own == model::exit_status::cut_off;
    return is_fault ? own : command_.last_status().value_or(own);
}

/// Settles. What it could not do for want of memory is tried again; a stop tries at once, and not for long.
void Supervisor::go_on() noexcept
{
    while (!world::guarded(host_.log, "memory has run out; trying again", [this] { settle(); })) {
        if (!is_stopping(state_)) {
            host_.clock.arm({world::Timer::Kind::memory}, host_.clock.now() + retry_delay);
            return;
        }
        if (++faults_ >= faults_borne && !is_reserve(state_)) {
            stop_.give_up();
            stop_.begin_reserve();
            state_ = State::reserve;
        }
    }
    faults_ = 0;
}

void Supervisor::step(const world::Event& event)
{
    // From the reserve on an event only says that something has changed.
    if (is_reserve(state_)) {
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
        drive();
        moved = false;
        for (const Row& row : rows()) {
            if (row.from != state_ || !row.ready(*this))
                continue;
            move(row);
            moved = true;
            if (row.from != row.to && !is_reserve(state_))
                host_.callers.status_changed();
            break;
        }
    }
}

/// What could not be entered is entered again.
void Supervisor::move(const Row& row)
try {
    state_ = row.to;
    row.enter(*this);
} catch (...) {
    state_ = row.from;
    throw;
}

void Supervisor::drive()
{
    switch (state_) {
    case State::boot:
    case State::gone:
        return;
    case State::reserve:
        return stop_.look_at_rest();
    case State::killing:
        return stop_.kill_again();
    default:
        if (command_.is_to_be_tried() && !is_stopping(state_))
            start_command();
        engine_.work();
        entries_.work();
    }
}

// --- What the rows do -------------------------------------------------------------------------------

void Supervisor::begin_sysinit()
{
    host_.machine.set_title("init boot");
    layout_ = tree::look_for_layout(host_.tree);
    engine_.use_layout(layout_);
    runs_.use_layout(layout_);
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
    entries_.begin(Entries::Pass::sysinit);
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

void Supervisor::begin_boot_entries()
{
    host_.records.mend_files();
    host_.records.record_boot();
    entries_.begin(Entries::Pass::boot);
}

void Supervisor::run_over(const Run& run, const model::RunOutcome& outcome, pid_t, const std::string&)
{
    if (run.purpose == model::RunPurpose::sysinit && outcome.is_failure())
        sysinit_failed_ = true;
}

bool Supervisor::sysinit_ends_it() const
{
    return sysinit_failed_ && settings_.on_boot_failure == model::BootFailureChoice::stop && pass_is_over();
}

void Supervisor::end_with_sysinit()
{
    host_.records.mend_files();
    stop_wanted_ = StopCause{*Runlevel::from('0'), model::exit_status::boot_failed, false, false,
                             "rc.sysinit failed, and on-boot-failure=stop"};
}

void Supervisor::enter_first_level()
{
    host_.records.mend_files();
    context_.level = Runlevel::none();
    if (options_.level && options_.level->ends()) {
        host_.log.say(fmt::format("runlevel {} on the command line would stop at once; entering {}",
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
    world::guarded(host_.log, "the table cannot be read again; the old one stands", [this] { reload(); });
    engine_.interrupt();
    entries_.break_off();
    enter_level(level);
}

void Supervisor::enter_level(Runlevel level)
{
    say_if_possible(host_.log, [&] { host_.log.say(fmt::format("entering runlevel: {}", level.letter())); });
    move_to(context_.level, level);
    single_user_ended_ = false;
    level_was_entered_ = true;
    entries_.freeze();
    entries_.leave(level);
}

/// The levels that scripts, records and ps are told.
void Supervisor::move_to(Runlevel previous, Runlevel level) noexcept
{
    context_.previous = previous;
    context_.level = level;
    guarded(host_.log, "cannot set RUNLEVEL and PREVLEVEL; scripts see the old ones",
            [this] { refresh_environment(); });
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

void Supervisor::begin_level_pass()
{
    engine_.forget_unlisted();
    entries_.begin(Entries::Pass::level);
}

void Supervisor::level_is_reached()
{
    if (!booted_)
        check_boot();
    booted_ = true;
    std::size_t up = 0;
    std::size_t failed = 0;
    for (const Service& service : services_.all()) {
        using S = model::ServiceState;
        up += service.state == S::running || service.state == S::ready ? 1 : 0;
        failed += service.state == S::failed || service.state == S::dead ? 1 : 0;
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
        ask_stop({*Runlevel::from('0'), model::exit_status::boot_failed, false, false,
                  "a level's scripts could not be listed, and on-boot-failure=stop"});
    for (const Service& service : services_.all())
        if (service.state == model::ServiceState::failed)
            ask_stop({*Runlevel::from('0'), model::exit_status::boot_failed, false, false,
                      service.name + " failed to start, and on-boot-failure=stop"});
}

void Supervisor::begin_stop()
{
    const Runlevel level = stop_wanted_->level;
    stop_.lay_out(std::move(*stop_wanted_)); // first of all: from here on it ends in time, whatever fails
    stop_wanted_.reset();
    wanted_.reset();
    // A stop before the first level comes from none.
    move_to(level_was_entered_ ? context_.level : Runlevel::none(), level);
    calls_.interrupt();
    stop_.prepare();
}

void Supervisor::say_all(const model::Diagnostics& diagnostics)
{
    for (const model::Diagnostic& diagnostic : diagnostics)
        host_.log.say(to_string(diagnostic));
}

model::StatusReport Supervisor::report(bool anew)
{
    if (anew)
        services_.refresh_all();
    model::StatusReport report;
    report.state = to_string(state_);
    const bool early = state_ <= State::boot_entries;
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
