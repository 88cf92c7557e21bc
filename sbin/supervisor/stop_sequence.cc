// SPDX-License-Identifier: MIT
#include "supervisor/stop_sequence.h"

#include <fmt/format.h>

#include <algorithm>
#include <csignal>

namespace init::supervisor {
namespace {

using namespace std::chrono_literals;

constexpr auto visitors_wait = 200ms; ///< what a `docker exec` shell may cost a stop
constexpr auto visitors_poll = 5ms;   ///< their end sends us nothing: their parent is outside
constexpr auto last_drain = 250ms;    ///< keepers write out what they hold; the deadline is 300 ms after KILL
constexpr int cut_off_status = 73;
constexpr const char* halt_hook = "/sbin/halt.local";

} // namespace

void StopSequence::begin(const StopCause& cause)
{
    cause_ = cause;
    begun_ = host_.now();
    starts_before_ = services_.starts();
    const auto grace = settings_.grace;
    const auto margin = settings_.margin.value_or(
        std::chrono::duration_cast<std::chrono::milliseconds>(model::StopBudget::default_margin(grace)));
    budget_ = cause.from_outside
                  ? model::StopBudget::with_deadline(begun_, grace, settings_.margin, settings_.stop_timeout)
                  : model::StopBudget::without_deadline(settings_.stop_timeout,
                                                        model::StopBudget::reserve_of(grace, grace - margin));
    host_.say(fmt::format(
        "stopping through runlevel {}: {}{}", cause.level.letter(), cause.words,
        cause.from_outside ? fmt::format("; to be gone within {:.1f} s",
                                         std::chrono::duration<double>(*budget_.deadline() - begun_).count())
                           : std::string()));
    arm_reserve();
    if (cause.at_once) {
        begin_reserve();
        return;
    }
    if (cause.from_outside)
        engine_.use_shares([this](std::size_t scripts) { return budget_.share_until(host_.now(), scripts); });
    if (command_.is_alive())
        end_command();
    else
        end_entries();
}

void StopSequence::arm_reserve()
{
    if (const auto at = budget_.reserve_at())
        host_.arm(system::Timer::kill, *at);
}

void StopSequence::enter(Phase phase)
{
    phase_ = phase;
    step_out_of_time_ = false;
}

/// Gives the step at hand its share, counting what comes after it.
void StopSequence::bound_step(std::size_t steps)
{
    host_.arm(system::Timer::stop_step, budget_.share_until(host_.now(), steps));
}

/// It works with the tree, so it ends before it.
void StopSequence::end_command()
{
    enter(Phase::ending_command);
    entries_.break_off();
    entries_.freeze();
    engine_.abandon();
    command_.pass_on(cause_.command_signal);
    command_.pass_on(SIGCONT);
    bound_step(services_.still_up().size() + 3);
}

void StopSequence::end_entries()
{
    enter(Phase::ending_entries);
    entries_.break_off();
    entries_.freeze();
    engine_.interrupt();
    entries_.leave(cause_.level);
    bound_step(services_.still_up().size() + 2);
}

void StopSequence::press(const StopCause& cause)
{
    if (phase_ >= Phase::reserve)
        return;
    if (cause.at_once) {
        cause_.status = cause.status;
        begin_reserve();
        return;
    }
    if (!cause.from_outside) {
        host_.say(fmt::format("{}: already stopping; nothing changes", cause.words));
        return;
    }
    if (!budget_.has_deadline()) {
        // The runtime has begun to wait: its deadline comes with its signal.
        budget_ = model::StopBudget::with_deadline(host_.now(), settings_.grace, settings_.margin,
                                                   settings_.stop_timeout);
        cause_.from_outside = true;
        engine_.use_shares([this](std::size_t scripts) { return budget_.share_until(host_.now(), scripts); });
        host_.say(fmt::format("{}: the stop now has a deadline", cause.words));
        arm_reserve();
        return;
    }
    switch (budget_.press(host_.now())) {
    case model::StopBudget::Effect::none:
        return;
    case model::StopBudget::Effect::halved:
        host_.say(fmt::format("{} again: half of the time that is left is given up", cause.words));
        arm_reserve();
        return;
    case model::StopBudget::Effect::reserve_now:
        host_.say(fmt::format("{} again: ending everything now", cause.words));
        begin_reserve();
        return;
    }
}

void StopSequence::work()
{
    if (phase_ == Phase::ending_command && (!command_.is_alive() || step_out_of_time_)) {
        if (command_.is_alive())
            host_.say("the command has used its share of the time; going on with the tree while it runs");
        end_entries();
    }
    if (phase_ == Phase::ending_entries &&
        ((entries_.leaving() == 0 && !engine_.script_is_running()) || step_out_of_time_)) {
        if (entries_.leaving() != 0)
            entries_.kill_leaving();
        if (!engine_.script_is_running() || !step_out_of_time_)
            enter(Phase::scripts);
        else
            bound_step(2); // the engine KILLs the script at the end of its own share
        step_out_of_time_ = false;
    }
    if (phase_ == Phase::scripts && level_entered_ && entries_.pass_is_done() && !engine_.is_busy() &&
        engine_.unfinished() == 0) {
        gather_unlinked();
        enter(Phase::unlinked);
    }
    if (phase_ == Phase::unlinked && !engine_.is_busy()) {
        const Service* service = ending_.empty() ? nullptr : services_.find(ending_);
        if (!service || service->main == 0 || step_out_of_time_)
            next_unlinked();
    }
    if (phase_ == Phase::hook && !engine_.is_busy())
        begin_reserve();
    if (phase_ == Phase::reserve)
        work_reserve();
    if (phase_ == Phase::killing)
        work_killing();
}

/// Those that a K-script was meant for are left out: it has run. So are those that the S-scripts of this
/// level began: they belong to the stop.
void StopSequence::gather_unlinked()
{
    unlinked_ = services_.still_up();
    std::erase_if(unlinked_, [this](const std::string& name) {
        const Service* const service = services_.find(name);
        return engine_.has_step(name, "stop") ||
               (engine_.has_step(name, "start") && service && service->order > starts_before_);
    });
    std::reverse(unlinked_.begin(), unlinked_.end());
}

/// By its script where it has one in the folder of scripts, as Red Hat's killall does; what has none
/// (rc.local's daemons) gets TERM.
void StopSequence::next_unlinked()
{
    step_out_of_time_ = false;
    ending_.clear();
    while (!unlinked_.empty()) {
        const std::string name = std::move(unlinked_.back());
        unlinked_.pop_back();
        const std::string script = model::script_folder(engine_.layout()) + "/" + name;
        if (host_.look(script).kind == system::FileKind::file) {
            engine_.begin_stop(context_, name, script);
            engine_.work();
            if (engine_.is_busy())
                return;
            continue;
        }
        const Service* service = services_.find(name);
        if (!service || service->main == 0)
            continue;
        host_.say(
            fmt::format("{}: no script stops it; sending TERM to its main process {}", name, service->main));
        host_.signal_process(service->main, SIGTERM);
        host_.signal_process(service->main, SIGCONT);
        ending_ = name;
        bound_step(unlinked_.size() + 1);
        return;
    }
    if (engine_.unfinished() == 0)
        begin_hook();
}

/// What Red Hat's halt runs last before the machine goes; its own work has no place here, the image's hook
/// has.
void StopSequence::begin_hook()
{
    enter(Phase::hook);
    if (!host_.look(halt_hook).executable)
        return;
    const char* program = cause_.level.letter() == '6' ? "/sbin/reboot" : "/sbin/halt";
    engine_.begin_script(context_, "halt.local", {halt_hook, "The container is stopping", program},
                         budget_.share_until(host_.now(), 1));
}

void StopSequence::begin_reserve()
{
    cut_off_ = phase_ < Phase::reserve && !cause_.at_once &&
               ((phase_ == Phase::scripts && (engine_.is_busy() || !entries_.pass_is_done())) ||
                engine_.unfinished() != 0 || phase_ == Phase::ending_entries);
    enter(Phase::reserve);
    engine_.abandon();
    entries_.break_off();
    entries_.freeze();
    reserve_begun_ = host_.now();
    kill_at_ = budget_.kill_at(reserve_begun_);
    visitors_until_ = reserve_begun_ + visitors_wait;
    host_.begin_reserve();
    host_.signal_visitors(SIGHUP);
    host_.signal_rest(SIGTERM);
    host_.signal_rest(SIGCONT);
    host_.arm(system::Timer::kill, kill_at_);
}

void StopSequence::work_reserve()
{
    const system::Population left = host_.population();
    const bool only_visitors = left.under_keepers + left.others == 0;
    if (left.is_empty() || (only_visitors && host_.now() >= visitors_until_) || host_.now() >= kill_at_) {
        begin_killing();
        return;
    }
    if (only_visitors)
        host_.arm(system::Timer::visitors, host_.now() + visitors_poll);
}

void StopSequence::begin_killing()
{
    enter(Phase::killing);
    host_.kill_under_keepers();
    host_.signal_rest(SIGKILL);
    system::TimePoint until = host_.now() + last_drain;
    if (const auto deadline = budget_.deadline(); deadline && until > *deadline)
        until = *deadline;
    kill_at_ = until;
    host_.arm(system::Timer::kill, until);
}

void StopSequence::work_killing()
{
    if (host_.keepers_left() == 0 || host_.now() >= kill_at_)
        phase_ = Phase::over;
}

void StopSequence::timer_fired(system::Timer timer)
{
    if (timer == system::Timer::stop_step) {
        step_out_of_time_ = true;
    } else if (timer == system::Timer::entry_kill) {
        entries_.kill_leaving();
    } else if (timer == system::Timer::kill && phase_ < Phase::reserve && budget_.reserve_at() &&
               host_.now() >= *budget_.reserve_at()) {
        if (phase_ == Phase::scripts && (engine_.is_busy() || engine_.unfinished() != 0))
            host_.say("the time for K-scripts is used up; sending TERM to everything that is left");
        begin_reserve();
    }
}

int StopSequence::status() const noexcept
{
    return cut_off_ || engine_.anything_cut_off() ? cut_off_status : cause_.status;
}

} // namespace init::supervisor
