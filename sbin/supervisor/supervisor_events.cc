// SPDX-License-Identifier: MIT
// The supervisor's answers to events, and its choice between the image's rc scripts and init's own engine.
// Moving from state to state is left to the rows.
#include "supervisor/supervisor.h"
#include "tree/rc_choice.h"
#include "world/guarded.h"

#include <fmt/format.h>

#include <csignal>

namespace init::supervisor {

using model::Runlevel;

namespace {

constexpr std::string_view failed_answer = "the end of a script is not answered in full";
constexpr const char* power_files[] = {"/var/run/powerstatus", "/etc/powerstatus"};

std::string signal_words(const world::SignalReceived& event)
{
    const char* name = ::sigabbrev_np(event.signo);
    const std::string signal =
        name ? fmt::format("SIG{}", name) : fmt::format("SIGRTMIN+{}", event.signo - SIGRTMIN);
    return signal + (event.from_outside ? " from outside" : fmt::format(" from process {}", event.sender));
}

} // namespace

void Supervisor::on(const world::ChildEnded& event)
{
    if (command_.child_ended(event)) {
        if (state_ != State::stopping)
            ask_stop_of_command();
        return;
    }
    const bool was_told = entries_.is_leaving(event.pid);
    guarded(host_.log, "the end of an entry's process is not answered in full",
            [&] { entries_.child_ended(event); });
    if (!was_told && !leaving_ && context_.level.letter() == 'S' && pass_ == Entries::Pass::level)
        single_user_ended_ = true;
}

void Supervisor::on(const world::ProcessEnded& event)
{
    services_.process_ended(event);
}

void Supervisor::on(const world::ScriptStarted& event)
{
    services_.script_started(event);
}

void Supervisor::on(const world::ScriptFailed& event)
{
    guarded(host_.log, failed_answer, [&] { services_.script_failed(event); });
    guarded(host_.log, failed_answer, [&] { engine_.script_failed(event); });
    guarded(host_.log, failed_answer, [&] { calls_.script_failed(event); });
}

void Supervisor::on(const world::ScriptEnded& event)
{
    guarded(host_.log, failed_answer, [&] { services_.script_ended(event); });
    guarded(host_.log, failed_answer, [&] { engine_.script_ended(event); });
    guarded(host_.log, failed_answer, [&] { calls_.script_ended(event); });
}

void Supervisor::on(const world::RunEmpty& event)
{
    services_.run_empty(event.run);
}

void Supervisor::on(const world::LastLine& event)
{
    engine_.last_line(event);
}

void Supervisor::on(const world::ServiceCalled& event)
{
    calls_.begin(event, model::script_folder(layout_), lasting_environment(), settings_);
}

void Supervisor::on(const world::TimerFired& event)
{
    engine_.timer_fired(event.timer);
    if (state_ == State::stopping)
        stop_.timer_fired(event.timer);
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
    if (state_ == State::stopping && !event.from_outside)
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
        stop_signal(event, '6', 133, false);
    } else if (n == SIGRTMIN + 13 || n == SIGRTMIN + 14) {
        stop_signal(event, '0', 0, true);
    } else if (n == SIGRTMIN + 15) {
        stop_signal(event, '6', 133, true);
    } else if (n == SIGINT) {
        if (settings_.int_signal == model::IntChoice::stop)
            stop_signal(event, '0', 130, false);
        else if (!entries_.run_action(model::Action::ctrlaltdel))
            stop_signal(event, '6', 133, false);
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
    note_sysinit_failure();
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
    in_rc_sysinit_ = true;
    std::vector<std::string> command{call.script};
    if (choice.who == tree::SysinitDecision::Who::builtin)
        command = {"/bin/sh", "-c", std::string(options_.builtin_sysinit), "rc.sysinit"};
    engine_.begin_script(context_, "rc.sysinit", std::move(command),
                         host_.clock.now() + settings_.sysinit_timeout);
    return true;
}

} // namespace init::supervisor
