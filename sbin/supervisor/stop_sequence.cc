// SPDX-License-Identifier: MIT
#include "supervisor/stop_sequence.h"

#include "model/exit_status.h"
#include "world/guarded.h"

#include <fmt/format.h>

#include <algorithm>
#include <csignal>
#include <span>
#include <utility>

namespace init::supervisor {
namespace {

using namespace std::chrono_literals;
using Kind = world::Timer::Kind;

constexpr auto visitors_wait = 200ms; ///< what a `docker exec` shell may cost a stop
constexpr auto visitors_poll = 5ms;   ///< their end sends us nothing: their parent is outside
constexpr auto kill_again_in = 5ms;   ///< what was forked while KILL went round gets its own
constexpr auto last_drain = 250ms;    ///< keepers write out what they hold; the deadline is 300 ms after KILL
constexpr std::size_t names_in_a_line = 20;
constexpr const char* halt_hook = "/sbin/halt.local";

} // namespace

// --- Laying it out ----------------------------------------------------------------------------------

void StopSequence::lay_out(StopCause cause) noexcept
{
    cause_ = std::move(cause);
    begun_ = host_.clock.now();
    starts_before_ = services_.starts();
    host_.processes.begin_stop();
    services_.begin_stop();
    const auto grace = settings_.grace;
    const auto margin = settings_.margin.value_or(
        std::chrono::duration_cast<std::chrono::milliseconds>(model::StopBudget::default_margin(grace)));
    budget_ = cause_.from_outside
                  ? model::StopBudget::with_deadline(begun_, grace, settings_.margin, settings_.stop_timeout)
                  : model::StopBudget::without_deadline(settings_.stop_timeout,
                                                        model::StopBudget::reserve_of(grace, grace - margin));
    budget_.leave_time_for(host_.processes.crowd());
    reserve_is_due_ = cause_.at_once;
    arm_reserve();
    engine_.forget_cut_off();
}

void StopSequence::prepare() noexcept
{
    world::say_if_possible(host_.log, [this] { say_beginning(); });
    if (cause_.at_once)
        return;
    world::guarded(host_.log, "what was started by hand or has only its lock may be left out of the stop",
                   [this] { services_.gather_for_stop(model::script_folder(engine_.layout())); });
    if (cause_.from_outside)
        share_time();
}

void StopSequence::say_beginning()
{
    std::string until;
    if (cause_.at_once)
        until = "; ending at once, no K-scripts are run";
    else if (cause_.from_outside)
        until = fmt::format("; to be gone within {:.1f} s",
                            std::chrono::duration<double>(*budget_.deadline() - begun_).count());
    host_.log.say(
        fmt::format("stopping through runlevel {}: {}{}", cause_.level.letter(), cause_.words, until));
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
    if (is_gathered_)
        return unlinked_.size();
    return services_.count_up([this](const Service& service) { return !is_left_to_level(service); });
}

/// A K-script of the level stops it, or has; or an S-script of the level began it, and it belongs to the
/// stop.
bool StopSequence::is_left_to_level(const Service& service) const noexcept
{
    return ((service.steps & RcEngine::stops_it) != 0 && !service.stop_not_run) ||
           ((service.steps & RcEngine::starts_it) != 0 && service.order > starts_before_);
}

std::size_t StopSequence::services_up() const noexcept
{
    return services_.count_up([](const Service&) { return true; });
}

void StopSequence::arm_reserve() noexcept
{
    if (const auto at = budget_.reserve_at())
        host_.clock.arm({Kind::stop_reserve}, *at);
}

/// Gives the step at hand its share, counting what comes after it.
void StopSequence::bound_step(std::size_t steps) noexcept
{
    share_is_over_ = false;
    host_.clock.arm({Kind::stop_share}, budget_.share_until(host_.clock.now(), steps));
}

void StopSequence::press(const StopCause& cause)
{
    const auto say = [&](std::string_view what) {
        world::say_if_possible(host_.log, [&] { host_.log.say(fmt::format("{}{}", cause.words, what)); });
    };
    if (cause.at_once) {
        cause_.at_once = true;
        cause_.status = cause.status;
        cause_.level = cause.level;
        reserve_is_due_ = true;
        return;
    }
    if (!cause.from_outside)
        return say(": already stopping; nothing changes");
    if (!budget_.has_deadline()) {
        // The runtime has begun to wait: its deadline comes with its signal.
        budget_ = model::StopBudget::with_deadline(host_.clock.now(), settings_.grace, settings_.margin,
                                                   settings_.stop_timeout);
        budget_.leave_time_for(host_.processes.crowd());
        cause_.from_outside = true;
        arm_reserve();
        share_time();
        if (!level_was_entered_ || is_gathered_)
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
        reserve_is_due_ = true;
        return say(" again: ending everything now");
    }
}

void StopSequence::timer_fired(world::Timer timer) noexcept
{
    if (timer.kind == Kind::stop_share) {
        share_is_over_ = true;
    } else if (timer.kind == Kind::entry_kill) {
        entries_.kill_leaving();
    } else if (timer.kind == Kind::stop_reserve) {
        reserve_may_be_due();
    }
}

/// Those whose end time was left for may have gone since.
void StopSequence::reserve_may_be_due() noexcept
{
    budget_.leave_time_for(host_.processes.crowd());
    if (!budget_.reserve_at())
        return;
    if (host_.clock.now() < *budget_.reserve_at())
        return arm_reserve();
    if (leaves_scripts())
        host_.log.say("the time for K-scripts is used up; sending TERM to everything that is left");
    reserve_is_due_ = true;
}

// --- The command and the inittab's children ---------------------------------------------------------

/// It works with the tree, so it ends before it.
void StopSequence::end_command() noexcept
{
    entries_.break_off();
    entries_.freeze();
    engine_.abandon();
    command_.pass_on(cause_.command_signal);
    command_.pass_on(SIGCONT);
    bound_step(services_up() + 3);
}

void StopSequence::overtake_command() noexcept
{
    host_.log.say("the command has used its share of the time; going on with the tree while it runs");
    end_entries();
}

void StopSequence::end_entries() noexcept
{
    entries_.break_off();
    entries_.freeze();
    const std::size_t steps = services_up() + 2;
    bound_step(steps);
    engine_.interrupt(budget_.has_deadline() ? std::optional(budget_.share_until(host_.clock.now(), steps))
                                             : std::nullopt);
    entries_.leave(cause_.level);
}

void StopSequence::wait_for_script() noexcept
{
    entries_.kill_leaving();
    bound_step(2);
}

void StopSequence::enter_level(const LevelContext& context)
{
    if (entries_.leaving() != 0)
        entries_.kill_leaving();
    context_ = context;
    level_was_entered_ = true;
}

// --- Services without a K-link ----------------------------------------------------------------------

/// Those that a K-script was meant for are left out: it has run. What has neither a script in the folder of
/// scripts nor a process is not there any more.
void StopSequence::gather_unlinked()
{
    unlinked_.clear();
    for (Service* service : services_.still_up()) {
        if (is_left_to_level(*service))
            continue;
        std::string script = model::script_folder(engine_.layout()) + "/" + service->name;
        if (service->stop_not_run || host_.tree.look(script).kind != world::FileKind::file)
            script.clear();
        if (!script.empty() || service->main != 0)
            unlinked_.push_back({service, std::move(script)});
    }
    std::reverse(unlinked_.begin(), unlinked_.end());
    is_gathered_ = true;
}

bool StopSequence::unlinked_step_is_over() const noexcept
{
    if (engine_.is_busy())
        return false;
    return !ending_ || ending_->main == 0 || share_is_over_;
}

/// By its script where it has one, as Red Hat's killall does; what has none (rc.local's daemons), or one that
/// cannot be run, gets TERM.
void StopSequence::next_unlinked()
{
    ending_ = nullptr;
    Service* const before = std::exchange(by_script_, nullptr);
    if (before && before->stop_not_run && tell_main(*before))
        return;
    if (unlinked_.empty())
        return;
    const Unlinked next = std::move(unlinked_.back());
    unlinked_.pop_back();
    if (!next.script.empty()) {
        const bool begun =
            world::guarded(host_.log, "a service's script cannot be run; it gets TERM instead", [&] {
                engine_.begin_stop(context_, next.service->name, next.script);
                engine_.work();
            });
        if (!begun)
            engine_.was_not_run(next.service->name, "stop");
        if (engine_.is_busy()) {
            by_script_ = next.service;
            return;
        }
    }
    (void)tell_main(*next.service);
}

/// False where there is nothing to tell.
bool StopSequence::tell_main(Service& service)
{
    if (service.main == 0)
        return false;
    ending_ = &service;
    world::say_if_possible(host_.log, [&] {
        host_.log.say(fmt::format("{}: no script stops it; sending TERM to its main process {}", service.name,
                                  service.main));
    });
    host_.processes.signal_process(service.main, SIGTERM);
    host_.processes.signal_process(service.main, SIGCONT);
    bound_step(unlinked_.size() + 1);
    return true;
}

/// What Red Hat's halt runs last before the machine goes; its own work has no place here, the image's hook
/// has.
void StopSequence::begin_hook()
{
    if (!host_.tree.look(halt_hook).executable)
        return;
    const char* program = cause_.level.letter() == '6' ? "/sbin/reboot" : "/sbin/halt";
    engine_.begin_script(context_, model::RunPurpose::other, "halt.local",
                         {halt_hook, "The container is stopping", program},
                         budget_.share_until(host_.clock.now(), 1));
}

// --- The reserve and the end ------------------------------------------------------------------------

/// Whether a service is left whose script has not come to its end.
bool StopSequence::leaves_scripts() const noexcept
{
    const bool stops =
        runs_.count_at_work([](const Run& run) { return run.purpose == model::RunPurpose::stop; }) != 0;
    if (!level_was_entered_ || stops)
        return true;
    if (!is_gathered_)
        return !level_is_over();
    return std::any_of(unlinked_.begin(), unlinked_.end(),
                       [](const Unlinked& next) { return !next.script.empty(); });
}

void StopSequence::give_up() noexcept
{
    host_.log.say("the stop cannot go on; sending TERM to everything that is left");
    reserve_is_due_ = true;
}

/// Whose stop has not begun, for whoever reads what became of them. In Red Hat's layout a script is run
/// only for what is up.
void StopSequence::name_those_left()
{
    runs_.each_at_work([this](const Run& run) {
        if (run.purpose == model::RunPurpose::stop)
            host_.log.say(fmt::format("{}: {} has not ended after {:.1f} s; it is cut off", run.name,
                                      run.verb, seconds_of(host_.clock.now() - run.begun)));
    });
    std::vector<std::string> names = engine_.left_to_stop();
    if (engine_.layout() == model::Layout::red_hat)
        std::erase_if(names, [this](const std::string& name) {
            const Service* const service = services_.find(name);
            return !service || !service->is_up();
        });
    if (!is_gathered_)
        for (const Service& service : services_.all())
            if (service.is_up() && (!level_was_entered_ || !is_left_to_level(service)))
                names.push_back(service.name);
    for (auto next = unlinked_.rbegin(); next != unlinked_.rend(); ++next)
        if (!next->script.empty())
            names.push_back(next->service->name);
    for (std::size_t at = 0; at < names.size(); at += names_in_a_line) {
        const std::span line =
            std::span(names).subspan(at).first(std::min(names_in_a_line, names.size() - at));
        host_.log.say(fmt::format("no time is left for the stop scripts of {}", fmt::join(line, ", ")));
    }
}

void StopSequence::begin_reserve() noexcept
{
    cut_off_ = leaves_scripts();
    if (cut_off_ && !cause_.at_once)
        world::say_if_possible(host_.log, [this] { name_those_left(); });
    engine_.abandon();
    entries_.break_off();
    entries_.freeze();
    const world::TimePoint now = host_.clock.now();
    budget_.leave_time_for(host_.processes.crowd()); // there may be more of them by now
    kill_at_ = budget_.kill_at(now);
    visitors_until_ = now + visitors_wait;
    host_.clock.begin_reserve();
    host_.processes.signal_visitors(SIGHUP);
    host_.processes.signal_rest(SIGTERM);
    // A stopped process keeps TERM pending, so wake it after the signal.
    host_.processes.signal_rest(SIGCONT);
    host_.clock.arm({Kind::stop_kill}, kill_at_);
}

void StopSequence::look_at_rest() noexcept
{
    const world::Population left = host_.processes.population(world::Processes::Count::until_ours);
    const world::TimePoint now = host_.clock.now();
    const bool only_visitors = left.ours() == 0;
    rest_is_over_ = left.is_empty() || (only_visitors && now >= visitors_until_) || now >= kill_at_;
    if (only_visitors && !rest_is_over_)
        host_.clock.arm({Kind::stop_look}, now + visitors_poll);
}

void StopSequence::begin_killing() noexcept
{
    host_.processes.kill_under_keepers();
    host_.processes.signal_rest(SIGKILL);
    kill_at_ = host_.clock.now() + last_drain;
    if (const auto deadline = budget_.deadline(); deadline && kill_at_ > *deadline)
        kill_at_ = *deadline;
    host_.clock.arm({Kind::stop_kill}, kill_at_);
}

/// Where there are many, a look takes time.
bool StopSequence::is_any_other_left() noexcept
{
    const world::TimePoint begun = host_.clock.now();
    const std::size_t others = host_.processes.population(world::Processes::Count::until_other).others;
    look_took_ = host_.clock.now() - begun;
    return others != 0;
}

void StopSequence::kill_again() noexcept
{
    const world::TimePoint now = host_.clock.now();
    if (now >= kill_at_) {
        is_over_ = true;
    } else if (now + look_took_ >= kill_at_) {
        return; // there is no time for another look: the end of init ends what is left
    } else if (is_any_other_left()) {
        host_.processes.signal_rest(SIGKILL);
        host_.clock.arm({Kind::stop_look},
                        host_.clock.now() + std::max<world::TimePoint::duration>(kill_again_in, look_took_));
    } else {
        is_over_ = host_.processes.keepers_left() == 0;
    }
}

int StopSequence::status() const noexcept
{
    if (cause_.at_once)
        return cause_.status;
    return cut_off_ || engine_.anything_cut_off() ? model::exit_status::cut_off : cause_.status;
}

} // namespace init::supervisor
