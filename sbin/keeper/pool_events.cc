// SPDX-License-Identifier: MIT
// What keepers tell, what the end of one means, and the events that follow. A sink may call back into the
// pool, so it is called last, with nothing of the tables held across it. Once the reserve of a stop has
// begun, nothing here allocates.
#include "keeper/order.h"
#include "keeper/pool_state.h"
#include "system/signal_process.h"

#include <sys/wait.h>

#include <algorithm>
#include <string_view>

namespace init::keeper {

using world::RunId;

namespace {

/// True for a process that init will have to wait for: its child now, running or not yet reaped.
bool is_own_child(pid_t pid) noexcept
{
    siginfo_t info{};
    return ::waitid(P_PID, static_cast<id_t>(pid), &info, WEXITED | WNOHANG | WNOWAIT) == 0;
}

/// What a step was about, where that is not the script.
std::string path_of(std::string_view step, const std::string& script)
{
    const std::size_t slash = step.find('/');
    return slash == std::string_view::npos ? script : std::string(step.substr(slash));
}

std::string word_of(std::string_view step)
{
    return std::string(step.substr(0, step.find(' ')));
}

} // namespace

void KeeperPool::State::take(const Message& message, const EventSink& sink)
{
    if (message.version != protocol_version)
        return;
    switch (message.kind) {
    case MessageKind::born:
        return keeper_born(message);
    case MessageKind::not_born:
        return keeper_not_born(message, sink);
    case MessageKind::reading:
        return tell_direct_start(message.run, sink);
    case MessageKind::started:
        return script_started(message, sink);
    case MessageKind::failed:
        return script_failed(message.run, message.value, message.get_text(), sink);
    case MessageKind::ended:
        return script_ended(message.run, message.value, message.pid, sink);
    case MessageKind::process_ended:
        return sink(world::ProcessEnded{message.pid, message.known != 0 ? std::optional<int>(message.value)
                                                                        : std::nullopt});
    case MessageKind::last_line:
        if (!is_austere)
            sink(world::LastLine{RunId{message.run}, std::string(message.get_text())});
        return;
    case MessageKind::empty:
        if (Keeper* keeper = find_keeper(message.keeper))
            keeper_free(*keeper, message.known != 0);
        dropped += static_cast<std::uint32_t>(message.value);
        return output_ended(message.run, sink);
    }
}

void KeeperPool::State::keeper_born(const Message& message)
{
    Keeper* keeper = find_keeper(message.keeper);
    if (keeper == nullptr) {
        // Asked of a spawner that died; another one has taken its place, and this one leaves by itself.
        if (is_austere && keepers.size() == keepers.capacity())
            return;
        keeper = &keepers.emplace_back();
        keeper->number = message.keeper;
        keeper->is_leaving = true;
    }
    keeper->pid = message.pid;
    send_pending(*keeper);
    request_missing();
}

/// A keeper has nothing left under it. Another run may have it; more spare ones than that leave.
void KeeperPool::State::keeper_free(Keeper& keeper, bool waits) noexcept
{
    keeper.run = 0;
    keeper.is_leaving = !waits;
    if (!waits)
        return;
    dismiss_spare();
}

void KeeperPool::State::keeper_not_born(const Message& message, const EventSink& sink)
{
    const Keeper* keeper = find_keeper(message.keeper);
    if (keeper == nullptr)
        return;
    const std::uint32_t id = keeper->run;
    forget_keeper(message.keeper);
    const Run* run = find_run(id);
    if (run == nullptr)
        return;
    const bool has_script = !run->is_direct && !run->is_script_over && run->script == 0;
    if (has_script)
        script_failed(id, message.value, "fork", sink);
    // Nobody reads the output then; what writes to it gets SIGPIPE rather than a pipe that fills up.
    output_ended(id, sink);
}

void KeeperPool::State::script_started(const Message& message, const EventSink& sink)
{
    Run* run = find_run(message.run);
    if (run == nullptr)
        return;
    run->script = message.pid;
    run->is_start_told = true;
    for (int signo = 1; run->early_signals >> signo != 0 && signo < 64; ++signo)
        if ((run->early_signals >> signo & 1) != 0) [[maybe_unused]]
            const auto sent = system::send_group_signal(message.pid, signo);
    sink(world::ScriptStarted{RunId{message.run}, message.pid});
}

void KeeperPool::State::script_failed(std::uint32_t id, int error, std::string_view step,
                                      const EventSink& sink)
{
    Run* run = find_run(id);
    if (run == nullptr)
        return;
    run->is_start_told = true;
    run->is_script_over = true;
    if (is_austere)
        return sink(world::ScriptFailed{RunId{id}, error, {}, {}}); // nobody says it any more
    sink(world::ScriptFailed{RunId{id}, error, word_of(step), path_of(step, run->path)});
}

void KeeperPool::State::script_ended(std::uint32_t id, std::optional<int> status, pid_t left,
                                     const EventSink& sink)
{
    Run* run = find_run(id);
    if (run == nullptr || run->is_script_over)
        return;
    run->is_script_over = true;
    const bool is_output_over = run->is_output_over;
    sink(world::ScriptEnded{RunId{id}, status, left});
    if (is_output_over)
        output_ended(id, sink);
}

void KeeperPool::State::output_ended(std::uint32_t id, const EventSink& sink)
{
    Run* run = find_run(id);
    if (run == nullptr)
        return;
    tell_direct_start(id, sink);
    run = find_run(id);
    if (run == nullptr)
        return;
    run->is_output_over = true;
    // A script that is init's own child may have closed its output and go on.
    if (!run->is_script_over)
        return;
    forget_run(id);
    sink(world::RunEmpty{RunId{id}});
}

void KeeperPool::State::tell_direct_start(std::uint32_t id, const EventSink& sink)
{
    Run* run = find_run(id);
    if (run == nullptr || !run->is_direct || run->is_start_told)
        return;
    if (run->error != 0)
        return script_failed(id, run->error, run->step, sink);
    run->is_start_told = true;
    sink(world::ScriptStarted{RunId{id}, run->script});
}

/// A keeper was killed. What was under it is init's now; its output is read on by another one, through the
/// same pipe. Once the reserve of a stop has begun, nobody takes its place.
void KeeperPool::State::keeper_lost(Keeper& lost, const EventSink& sink)
{
    const std::uint32_t id = lost.run;
    std::string order = std::move(lost.order);
    forget_keeper(lost.number);
    Run* const run = find_run(id);
    if (run == nullptr)
        return ensure_spare();
    const bool had_begun = order.empty();
    if (is_austere)
        run->is_output_over = true;
    else
        assign(*run, had_begun ? pack_reading(run->id, run->label) : std::move(order));
    if (!had_begun && !is_austere)
        return;
    const bool is_ours = run->is_direct || (run->script > 0 && is_own_child(run->script));
    if (!run->is_script_over && !is_ours)
        script_ended(id, std::nullopt, 0, sink);
    else if (is_austere)
        output_ended(id, sink);
}

} // namespace init::keeper
