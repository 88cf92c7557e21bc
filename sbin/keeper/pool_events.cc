// SPDX-License-Identifier: MIT
// What keepers tell, and the events that follow. A sink may call back into the
// pool, so it is called last, with nothing of the tables held across it. Once the reserve of a stop has
// begun, nothing here allocates.
#include "keeper/pool_state.h"
#include "system/signal_process.h"

#include <algorithm>
#include <new>
#include <string_view>
#include <utility>
#include <vector>

namespace init::keeper {

using world::RunId;

namespace {

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
        return keeper_born(message, sink);
    case MessageKind::not_born:
        return keeper_not_born(message, sink);
    case MessageKind::reading:
        return keeper_reads(message.run, sink);
    case MessageKind::started:
        return script_started(message.run, message.pid, sink);
    case MessageKind::failed:
        return script_failed(message.run, message.value, message.get_text(), sink);
    case MessageKind::ended:
        return script_ended(message.run, message.value, message.pid, sink);
    case MessageKind::process_ended:
        return process_ended(message, sink);
    case MessageKind::last_line:
        if (!is_austere)
            sink(world::LastLine{RunId{message.run}, std::string(message.get_text())});
        return;
    case MessageKind::empty:
        if (Keeper* keeper = find_keeper(message.keeper))
            keeper_free(*keeper, message.known != 0);
        if (const Run* const run = find_run(message.run))
            tell_dropped(*run, static_cast<std::uint32_t>(message.value));
        return output_ended(message.run, sink);
    }
}

void KeeperPool::State::keeper_born(const Message& message, const EventSink& sink)
{
    Keeper* const keeper = find_keeper(message.keeper);
    if (keeper == nullptr)
        return;
    spawners_lost = 0;
    keeper->pid = message.pid;
    const std::uint32_t id = keeper->run;
    const int error = send_pending(*keeper);
    if (error != 0)
        keeper->run = 0;
    request_missing();
    if (keeper->run == 0)
        dismiss_spare(); // others may have come back while it was on its way
    if (error != 0)
        run_without_keeper(id, error, "fork", sink);
}

void KeeperPool::State::keeper_reads(std::uint32_t id, const EventSink& sink)
{
    if (Run* const run = find_run(id))
        run->tries = 0;
    tell_direct_start(id, sink);
}

/// A keeper has nothing left under it. Another run may have it; more spare ones than that leave.
void KeeperPool::State::keeper_free(Keeper& keeper, bool waits) noexcept
{
    keeper.run = 0;
    keeper.is_leaving = !waits;
    if (waits)
        dismiss_spare();
}

void KeeperPool::State::keeper_not_born(const Message& message, const EventSink& sink)
{
    const Keeper* keeper = find_keeper(message.keeper);
    if (keeper == nullptr)
        return;
    const std::uint32_t id = keeper->run;
    forget_keeper(message.keeper);
    request_missing();
    run_without_keeper(id, message.value, "fork", sink);
}

void KeeperPool::State::script_started(std::uint32_t id, pid_t script, const EventSink& sink)
{
    Run* run = find_run(id);
    if (run == nullptr || !run->awaits_start())
        return;
    run->script = script;
    run->start_told();
    for (int signo = 1; run->early_signals >> signo != 0 && signo < 64; ++signo)
        if ((run->early_signals >> signo & 1) != 0) [[maybe_unused]]
            const auto sent = system::send_group_signal(script, signo);
    sink(world::ScriptStarted{RunId{id}, script});
}

void KeeperPool::State::script_failed(std::uint32_t id, int error, std::string_view step,
                                      const EventSink& sink)
{
    Run* run = find_run(id);
    if (run == nullptr || run->is_script_over)
        return;
    run->start_told();
    run->is_script_over = true;
    // Where there is no memory for the words the end is told without; from the reserve on nobody says them.
    world::ScriptFailed failed{RunId{id}, error, {}, {}};
    if (!is_austere)
        try {
            failed.step = word_of(step);
            failed.path = path_of(step, run->path);
        } catch (const std::bad_alloc&) {
        }
    sink(std::move(failed));
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
    if (std::exchange(run->is_reopened, false))
        return read_on(id, sink);
    tell_direct_start(id, sink);
    run = find_run(id);
    if (run == nullptr)
        return;
    run->is_output_over = true;
    // A script that is init's own child may have closed its output and go on.
    if (!run->is_script_over)
        return;
    const std::vector<pid_t> watched = std::move(run->watched);
    forget_run(id);
    // Asked for when the keeper had told its last.
    for (const pid_t pid : watched)
        sink(world::ProcessEnded{pid, std::nullopt});
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

/// Each watch has one answer.
void KeeperPool::State::process_ended(const Message& message, const EventSink& sink)
{
    Run* const run = find_run(message.run);
    if (run == nullptr)
        return;
    if (std::erase(run->watched, message.pid) == 0)
        return;
    const auto status = message.known != 0 ? std::optional<int>(message.value) : std::nullopt;
    sink(world::ProcessEnded{message.pid, status});
}

} // namespace init::keeper
