// SPDX-License-Identifier: MIT
#include "supervisor/stop_sequence.h"

#include "world/guarded.h"

#include <fmt/format.h>

#include <algorithm>
#include <csignal>

namespace init::supervisor {
namespace {

using namespace std::chrono_literals;

constexpr auto visitors_wait = 200ms; ///< what a `docker exec` shell may cost a stop
constexpr auto visitors_poll = 5ms;   ///< their end sends us nothing: their parent is outside
constexpr auto kill_again = 5ms;      ///< what was forked while KILL went round gets its own
constexpr auto last_drain = 250ms;    ///< keepers write out what they hold; the deadline is 300 ms after KILL
constexpr int cut_off_status = 73;
constexpr const char* halt_hook = "/sbin/halt.local";

} // namespace

void StopSequence::lay_out(StopCause cause) noexcept
{
    cause_ = std::move(cause);
    begun_ = host_.clock.now();
    starts_before_ = services_.starts();
    const auto grace = settings_.grace;
    const auto margin = settings_.margin.value_or(
        std::chrono::duration_cast<std::chrono::milliseconds>(model::StopBudget::default_margin(grace)));
    budget_ = cause_.from_outside
                  ? model::StopBudget::with_deadline(begun_, grace, settings_.margin, settings_.stop_timeout)
                  : model::StopBudget::without_deadline(settings_.stop_timeout,
                                                        model::StopBudget::reserve_of(grace, grace - margin));
    arm_reserve();
    engine_.forget_cut_off();
}

void StopSequence::begin() noexcept
{
    say_if_possible(host_.log, [this] {
        host_.log.say(
            fmt::format("stopping through runlevel {}: {}{}", cause_.level.letter(), cause_.words,
                        cause_.from_outside
                            ? fmt::format("; to be gone within {:.1f} s",
                                          std::chrono::duration<double>(*budget_.deadline() - begun_).count())
                            : std::string()));
    });
    if (cause_.at_once) {
        begin_reserve();
        return;
    }
    guarded(host_.log, "what was started by hand or has only its lock may be left out of the stop",
            [this] { services_.gather_for_stop(model::script_folder(engine_.layout())); });
    if (cause_.from_outside)
        share_time();
    if (command_.is_alive())
        end_command();
    else
        end_entries();
}

/// What comes after the scripts of the level is counted, so that none of them takes its time.
void StopSequence::share_time() noexcept
{
    engine_.use_shares([this](std::size_t scripts) {
        return budget_.share_until(host_.clock.now(), scripts + unlinked_to_come());
    });
}

std::size_t StopSequence::unlinked_to_come() const noexcept
{
    if (phase_ >= Phase::unlinked)
        return unlinked_.size();
    return services_.count_up([this](const Service& service) { return !is_left_to_level(service); });
}

/// A K-script of the level stops it, or has; or an S-script of the level began it, and it belongs to the
/// stop.
bool StopSequence::is_left_to_level(const Service& service) const noexcept
{
    return (engine_.has_step(service.name, "stop") && !service.stop_not_run) ||
           (engine_.has_step(service.name, "start") && service.order > starts_before_);
}

void StopSequence::arm_reserve() noexcept
{
    if (const auto at = budget_.reserve_at())
        host_.clock.arm({world::Timer::Kind::stop_reserve}, *at);
}

void StopSequence::enter(Phase phase) noexcept
{
    phase_ = phase;
    step_out_of_time_ = false;
}

/// Gives the step at hand its share, counting what comes after it.
void StopSequence::bound_step(std::size_t steps) noexcept
{
    host_.clock.arm({world::Timer::Kind::stop_share}, budget_.share_until(host_.clock.now(), steps));
}

/// It works with the tree, so it ends before it.
void StopSequence::end_command() noexcept
{
    enter(Phase::ending_command);
    entries_.break_off();
    entries_.freeze();
    engine_.abandon();
    command_.pass_on(cause_.command_signal);
    command_.pass_on(SIGCONT);
    bound_step(services_.count_up([](const Service&) { return true; }) + 3);
}

void StopSequence::end_entries() noexcept
{
    enter(Phase::ending_entries);
    entries_.break_off();
    entries_.freeze();
    const std::size_t steps = services_.count_up([](const Service&) { return true; }) + 2;
    bound_step(steps);
    engine_.interrupt(budget_.has_deadline() ? std::optional(budget_.share_until(host_.clock.now(), steps))
                                             : std::nullopt);
    entries_.leave(cause_.level);
}

void StopSequence::press(const StopCause& cause)
{
    if (phase_ >= Phase::reserve)
        return;
    if (cause.at_once) {
        cause_.at_once = true;
        cause_.status = cause.status;
        cause_.level = cause.level;
        begin_reserve();
        return;
    }
    const auto say = [&](std::string_view what) {
        say_if_possible(host_.log, [&] { host_.log.say(fmt::format("{}{}", cause.words, what)); });
    };
    if (!cause.from_outside)
        return say(": already stopping; nothing changes");
    if (!budget_.has_deadline()) {
        // The runtime has begun to wait: its deadline comes with its signal.
        budget_ = model::StopBudget::with_deadline(host_.clock.now(), settings_.grace, settings_.margin,
                                                   settings_.stop_timeout);
        cause_.from_outside = true;
        arm_reserve();
        share_time();
        if (phase_ <= Phase::ending_entries || phase_ == Phase::unlinked)
            bound_step(unlinked_to_come() + 2);
        return say(": the stop now has a deadline");
    }
    switch (budget_.press(host_.clock.now())) {
    case model::StopBudget::Effect::none:
        return;
    case model::StopBudget::Effect::halved:
        arm_reserve();
        return say(" again: half of the time that is left is given up");
    case model::StopBudget::Effect::reserve_now:
        say(" again: ending everything now");
        begin_reserve();
        return;
    }
}

void StopSequence::work()
{
    if (phase_ == Phase::ending_command && (!command_.is_alive() || step_out_of_time_)) {
        if (command_.is_alive())
            host_.log.say("the command has used its share of the time; going on with the tree while it runs");
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
    if (phase_ == Phase::scripts && level_entered_ && entries_.pass_is_done() && !engine_.is_busy()) {
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

/// Those that a K-script was meant for are left out: it has run. What has neither a script in the folder of
/// scripts nor a process is not there any more.
void StopSequence::gather_unlinked()
{
    unlinked_.clear();
    for (std::string& name : services_.still_up()) {
        const Service* service = services_.find(name);
        if (is_left_to_level(*service))
            continue;
        std::string script = model::script_folder(engine_.layout()) + "/" + name;
        if (service->stop_not_run || host_.tree.look(script).kind != world::FileKind::file)
            script.clear();
        if (!script.empty() || service->main != 0)
            unlinked_.push_back({std::move(name), std::move(script)});
    }
    std::reverse(unlinked_.begin(), unlinked_.end());
}

/// By its script where it has one, as Red Hat's killall does; what has none (rc.local's daemons), or one that
/// cannot be run, gets TERM.
void StopSequence::next_unlinked()
{
    step_out_of_time_ = false;
    ending_.clear();
    const std::string before = std::move(by_script_);
    by_script_.clear();
    if (const Service* service = services_.find(before);
        service && service->stop_not_run && tell_main(before))
        return;
    while (!unlinked_.empty()) {
        Unlinked next = std::move(unlinked_.back());
        unlinked_.pop_back();
        if (!next.script.empty()) {
            const bool begun =
                guarded(host_.log, "a service's script cannot be run; it gets TERM instead", [&] {
                    engine_.begin_stop(context_, next.name, next.script);
                    engine_.work();
                });
            if (!begun)
                engine_.was_not_run(next.name, "stop");
            if (engine_.is_busy()) {
                by_script_ = std::move(next.name);
                return;
            }
        }
        if (tell_main(next.name))
            return;
    }
    if (engine_.unfinished() == 0)
        begin_hook();
}

/// False where there is nothing to tell.
bool StopSequence::tell_main(const std::string& name)
{
    const Service* service = services_.find(name);
    if (!service || service->main == 0)
        return false;
    ending_ = name;
    say_if_possible(host_.log, [&] {
        host_.log.say(
            fmt::format("{}: no script stops it; sending TERM to its main process {}", name, service->main));
    });
    host_.processes.signal_process(service->main, SIGTERM);
    host_.processes.signal_process(service->main, SIGCONT);
    bound_step(unlinked_.size() + 1);
    return true;
}

/// What Red Hat's halt runs last before the machine goes; its own work has no place here, the image's hook
/// has.
void StopSequence::begin_hook()
{
    enter(Phase::hook);
    if (!host_.tree.look(halt_hook).executable)
        return;
    const char* program = cause_.level.letter() == '6' ? "/sbin/reboot" : "/sbin/halt";
    engine_.begin_script(context_, "halt.local", {halt_hook, "The container is stopping", program},
                         budget_.share_until(host_.clock.now(), 1));
}

/// Whether a service is left whose script has not come to its end.
bool StopSequence::leaves_scripts() const noexcept
{
    if (phase_ <= Phase::ending_entries || engine_.stops_unfinished() != 0)
        return true;
    if (phase_ == Phase::scripts)
        return engine_.is_busy() || !entries_.pass_is_done();
    return std::any_of(unlinked_.begin(), unlinked_.end(),
                       [](const Unlinked& service) { return !service.script.empty(); });
}

void StopSequence::give_up() noexcept
{
    if (phase_ >= Phase::reserve)
        return;
    host_.log.say("the stop cannot go on; sending TERM to everything that is left");
    begin_reserve();
}

void StopSequence::begin_reserve() noexcept
{
    cut_off_ = leaves_scripts();
    enter(Phase::reserve);
    engine_.abandon();
    entries_.break_off();
    entries_.freeze();
    reserve_begun_ = host_.clock.now();
    kill_at_ = budget_.kill_at(reserve_begun_);
    visitors_until_ = reserve_begun_ + visitors_wait;
    host_.clock.begin_reserve();
    host_.processes.signal_visitors(SIGHUP);
    host_.processes.signal_rest(SIGTERM);
    host_.processes.signal_rest(SIGCONT);
    host_.clock.arm({world::Timer::Kind::stop_kill}, kill_at_);
}

void StopSequence::work_reserve()
{
    const world::Population left = host_.processes.population();
    const bool only_visitors = left.under_keepers + left.others == 0;
    if (left.is_empty() || (only_visitors && host_.clock.now() >= visitors_until_) ||
        host_.clock.now() >= kill_at_) {
        begin_killing();
        return;
    }
    if (only_visitors)
        host_.clock.arm({world::Timer::Kind::stop_look}, host_.clock.now() + visitors_poll);
}

void StopSequence::begin_killing()
{
    enter(Phase::killing);
    host_.processes.kill_under_keepers();
    host_.processes.signal_rest(SIGKILL);
    world::TimePoint until = host_.clock.now() + last_drain;
    if (const auto deadline = budget_.deadline(); deadline && until > *deadline)
        until = *deadline;
    kill_at_ = until;
    host_.clock.arm({world::Timer::Kind::stop_kill}, until);
}

void StopSequence::work_killing()
{
    if (host_.clock.now() >= kill_at_) {
        phase_ = Phase::over;
        return;
    }
    if (host_.processes.population().others != 0) {
        host_.processes.signal_rest(SIGKILL);
        host_.clock.arm({world::Timer::Kind::stop_look}, host_.clock.now() + kill_again);
    } else if (host_.processes.keepers_left() == 0) {
        phase_ = Phase::over;
    }
}

void StopSequence::timer_fired(world::Timer timer)
{
    if (timer.kind == world::Timer::Kind::stop_share) {
        step_out_of_time_ = true;
    } else if (timer.kind == world::Timer::Kind::entry_kill) {
        entries_.kill_leaving();
    } else if (timer.kind == world::Timer::Kind::stop_reserve && phase_ < Phase::reserve &&
               budget_.reserve_at() && host_.clock.now() >= *budget_.reserve_at()) {
        if (leaves_scripts())
            host_.log.say("the time for K-scripts is used up; sending TERM to everything that is left");
        begin_reserve();
    }
}

int StopSequence::status() const noexcept
{
    if (cause_.at_once)
        return cause_.status;
    return cut_off_ || engine_.anything_cut_off() ? cut_off_status : cause_.status;
}

} // namespace init::supervisor
