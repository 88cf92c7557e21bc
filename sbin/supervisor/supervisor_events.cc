// SPDX-License-Identifier: MIT
// The supervisor's answers to events, and its choice between the image's rc scripts and init's own engine.
// Moving from state to state is left to the rows.
#include "model/exit_status.h"
#include "supervisor/supervisor.h"
#include "tree/rc_choice.h"
#include "world/guarded.h"

#include <fmt/format.h>

#include <csignal>

namespace init::supervisor {

using model::Runlevel;

namespace {

constexpr const char* power_files[] = {"/var/run/powerstatus", "/etc/powerstatus"};

std::string signal_words(const world::SignalReceived& event)
{
    const std::string signal = model::exit_status::signal_name(event.signo);
    return signal + (event.from_outside ? " from outside" : fmt::format(" from process {}", event.sender));
}

} // namespace

void Supervisor::on(const world::ChildEnded& event)
{
    if (command_.child_ended(event)) {
        if (!is_stopping(state_))
            ask_stop_of_command();
        return;
    }
    const bool was_told = entries_.is_leaving(event.pid);
    guarded(host_.log, "the end of an entry's process is not answered in full",
            [&] { entries_.child_ended(event); });
    const bool in_level = state_ == State::entering || state_ == State::running;
    if (!was_told && in_level && context_.level.letter() == 'S')
        single_user_ended_ = true;
}

void Supervisor::on(const world::ServiceCalled& event)
{
    calls_.begin(event, model::script_folder(layout_), lasting_environment(), settings_);
}

/// Others decide how often they write such files, and how many services there are; a twentieth of the time
/// goes into reading them. A stop asks for those that it is about to stop itself.
void Supervisor::on(const world::OwnershipUnsure&)
{
    if (is_stopping(state_))
        return;
    if (host_.clock.now() < ownership_again_at_)
        host_.clock.arm({world::Timer::Kind::ownership}, ownership_again_at_);
    else
        refresh_ownership();
}

void Supervisor::refresh_ownership()
{
    const world::TimePoint begun = host_.clock.now();
    services_.refresh_all();
    const world::TimePoint over = host_.clock.now();
    ownership_again_at_ = over + 19 * (over - begun);
}

void Supervisor::on(const world::TimerFired& event)
{
    runs_.timer_fired(event.timer);
    engine_.timer_fired(event.timer);
    if (event.timer.kind == world::Timer::Kind::throttle)
        entries_.try_again();
    else if (is_stopping(state_))
        stop_.timer_fired(event.timer);
    else if (event.timer.kind == world::Timer::Kind::ownership)
        refresh_ownership();
    else if (event.timer.kind == world::Timer::Kind::entry_kill)
        entries_.kill_leaving();
    else if (event.timer.kind == world::Timer::Kind::entry_limit)
        entries_.out_of_time();
}

void Supervisor::on(const world::Requested& event)
{
    const model::InitctlRequest& request = event.request;
    if (request.sleeptime)
        entries_.set_sleeptime(*request.sleeptime);
    switch (request.command) {
    case model::InitctlCommand::runlevel:
        ask_level(request.runlevel);
        return;
    case model::InitctlCommand::powerfail:
        power('F');
        return;
    case model::InitctlCommand::powerfailnow:
        power('L');
        return;
    case model::InitctlCommand::powerok:
        power('O');
        return;
    case model::InitctlCommand::setenv:
        set_variables(request);
        return;
    }
}

void Supervisor::stop_signal(const world::SignalReceived& event, char level, int status, bool at_once)
{
    // The image's own halt sends TERM to init; a stop that has begun is not changed from inside.
    if (is_stopping(state_) && !event.from_outside)
        return;
    const bool is_plain = event.signo == SIGINT || event.signo == SIGQUIT;
    StopCause cause{*Runlevel::from(level),          status, event.from_outside, at_once, {},
                    is_plain ? event.signo : SIGTERM};
    say_if_possible(host_.log, [&] { cause.words = signal_words(event); });
    ask_stop(std::move(cause));
}

/// The power entries by the letter in the power daemon's file; false where there is none.
bool Supervisor::power_by_file()
{
    for (const char* path : power_files) {
        const world::Result<std::string> text = host_.tree.read_file(path, 16);
        if (!text)
            continue;
        host_.records.remove_file(path);
        power(text->empty() ? 'F' : text->front());
        return true;
    }
    return false;
}

void Supervisor::on(const world::SignalReceived& event)
{
    const int n = event.signo;
    if (n == SIGTERM || n == SIGQUIT || n == SIGRTMIN + 3 || n == SIGRTMIN + 4) {
        stop_signal(event, '0', 0, false);
    } else if (n == SIGRTMIN + 5) {
        stop_signal(event, '6', model::exit_status::reboot, false);
    } else if (n == SIGRTMIN + 13 || n == SIGRTMIN + 14) {
        stop_signal(event, '0', 0, true);
    } else if (n == SIGRTMIN + 15) {
        stop_signal(event, '6', model::exit_status::reboot, true);
    } else if (n == SIGINT) {
        if (settings_.int_signal == model::IntChoice::stop)
            stop_signal(event, '0', model::exit_status::interrupted, false);
        else if (!entries_.run_action(model::Action::ctrlaltdel))
            stop_signal(event, '6', model::exit_status::reboot, false);
    } else if (n == SIGPWR) {
        bool has_file = false;
        guarded(host_.log, "the power daemon's file is not read", [&] { has_file = power_by_file(); });
        if (!has_file)
            stop_signal(event, '0', 0, false);
    } else if (n == SIGHUP) {
        if (event.from_kernel)
            host_.machine.release_console();
        else
            ask_level('q');
    } else if (n == SIGUSR1 || n == SIGUSR2) {
        host_.callers.control_channel(n == SIGUSR1);
    } else if (n == SIGWINCH && !event.from_kernel) {
        entries_.run_action(model::Action::kbrequest);
    } else if (command_.is_alive()) {
        command_.pass_on(n);
    } else {
        host_.log.debug(fmt::format("{} has no meaning here and is passed over", signal_words(event)));
    }
}

// --- The rc calls of the inittab --------------------------------------------------------------------

bool Supervisor::carry_out(const model::InittabEntry& entry, const model::RcCall& call)
{
    if (call.kind == model::RcCall::Kind::rc_sysinit)
        return carry_out_rc_sysinit(call);
    if (call.kind == model::RcCall::Kind::level && call.level != context_.level)
        return false;
    const tree::RcDecision choice = tree::choose_rc(host_.tree, settings_, call);
    if (!choice.words.empty())
        host_.log.say(choice.words);
    if (!choice.engine)
        return false;
    LevelContext context = context_;
    if (call.kind == model::RcCall::Kind::sysinit_scripts)
        context.level = *Runlevel::from('S');
    engine_.begin(context, entry.id);
    engine_.work();
    return true;
}

bool Supervisor::carry_out_rc_sysinit(const model::RcCall& call)
{
    const tree::SysinitDecision choice = tree::choose_sysinit(host_.tree, settings_, call);
    if (!choice.words.empty())
        host_.log.say(choice.words);
    if (choice.who == tree::SysinitDecision::Who::nobody)
        return true;
    std::vector<std::string> command{call.script};
    if (choice.who == tree::SysinitDecision::Who::builtin)
        command = {"/bin/sh", "-c", std::string(options_.builtin_sysinit), "rc.sysinit"};
    const bool runs = engine_.begin_script(context_, model::RunPurpose::sysinit, "rc.sysinit",
                                           std::move(command), host_.clock.now() + settings_.sysinit_timeout);
    sysinit_failed_ = sysinit_failed_ || !runs;
    return true;
}

} // namespace init::supervisor
