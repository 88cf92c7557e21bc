// SPDX-License-Identifier: MIT
// What the end of a spawner or a keeper means for the runs they had. The messages of the dead were taken
// first; what it had no time to tell stands in the ledger. What had not begun is begun again, by another
// keeper, and only that; what had begun is init's own child now. Once the reserve of a stop has begun,
// nothing is begun again and nothing here allocates.
#include "keeper/pool_state.h"
#include "model/run_outcome.h"

#include <sys/wait.h>

#include <algorithm>
#include <cerrno>
#include <new>

namespace init::keeper {

using world::RunId;

namespace {

constexpr std::chrono::milliseconds try_again_after{100};

/// True for a process that init will have to wait for: its child now, running or not yet reaped.
bool is_own_child(pid_t pid) noexcept
{
    siginfo_t info{};
    return ::waitid(P_PID, static_cast<id_t>(pid), &info, WEXITED | WNOHANG | WNOWAIT) == 0;
}

} // namespace

/// One that dies again and again, before it has made a single keeper, is not made anew for its death's sake;
/// the next run asks for one.
void KeeperPool::State::spawner_lost(const EventSink& sink)
{
    if (++spawners_lost <= tries_limit)
        remake_spawner();
    else
        spawner = 0;
    settle_unborn(sink);
}

/// Keepers that nothing will bring to life any more: nobody is there to make them, or to ask for them.
void KeeperPool::State::settle_unborn(const EventSink& sink)
{
    for (;;) {
        const bool others_come =
            spawner != 0 && std::any_of(keepers.begin(), keepers.end(),
                                        [](const Keeper& k) { return k.is_unborn() && k.is_requested; });
        const auto found = std::find_if(keepers.begin(), keepers.end(), [&](const Keeper& k) {
            const bool is_stuck = spawner == 0 || (!k.is_requested && !others_come);
            return k.is_unborn() && !k.is_cloned() && is_stuck;
        });
        if (found == keepers.end())
            return;
        const std::uint32_t id = found->run;
        forget_keeper(found->number);
        run_without_keeper(id, is_austere ? ECANCELED : EAGAIN, "fork", sink);
    }
}

void KeeperPool::State::keeper_lost(Keeper& lost, const EventSink& sink)
{
    const std::uint32_t id = lost.run;
    const Remains remains = lost.place ? lost.place.entry().remains(id) : Remains{};
    forget_keeper(lost.number);
    if (!is_austere)
        request_missing();
    const Run* const run = find_run(id);
    // A spare one is not replaced until it is missed: whatever kills them all would have us make them for
    // ever.
    if (run == nullptr)
        return;
    if (run->awaits_start() && remains.script == 0)
        return begin_again(id, sink);
    if (run->awaits_start())
        script_started(id, remains.script, sink);
    script_orphaned(id, remains, sink);
    answer_watches(id, remains, sink);
    read_on(id, sink);
}

/// Where there is no memory for the line, the run is given up without it.
void KeeperPool::State::say_of(const Run& run, std::string_view what) noexcept
try {
    say(run.label + std::string(what));
} catch (const std::bad_alloc&) {
}

/// Nothing of the script has run. The pipe is a new one, since init has no write end of the old one left.
void KeeperPool::State::begin_again(std::uint32_t id, const EventSink& sink)
{
    Run* const run = find_run(id);
    if (is_austere)
        return run_without_keeper(id, ECANCELED, "begin", sink);
    if (++run->tries >= tries_limit) {
        say_of(*run, ": not run: its keepers were killed each time; given up");
        return run_without_keeper(id, EOWNERDEAD, "begin", sink);
    }
    if (!run->writer && !open_output(*run))
        return run_without_keeper(id, errno, "pipe", sink);
    int error = ENOMEM;
    try {
        error = assign(*run);
    } catch (const std::bad_alloc&) {
    }
    if (error != 0)
        run_without_keeper(id, error, "fork", sink);
}

/// The output is read by another keeper, through the same pipe.
void KeeperPool::State::read_on(std::uint32_t id, const EventSink& sink)
{
    Run* const run = find_run(id);
    if (run == nullptr)
        return;
    int error = ECANCELED;
    if (!is_austere && !run->output) {
        say_of(*run, ": its keeper was killed where descriptors had run short; what it writes is lost");
    } else if (!is_austere && ++run->tries < tries_limit) {
        try {
            error = assign_reader(*run);
        } catch (const std::bad_alloc&) {
        }
    }
    if (error != 0)
        run_without_keeper(id, error, "fork", sink);
}

/// The script has begun, under a keeper that is dead. It is init's own child, unless its keeper had reaped
/// it; then its status is in the ledger.
void KeeperPool::State::script_orphaned(std::uint32_t id, const Remains& remains, const EventSink& sink)
{
    Run* const run = find_run(id);
    if (run == nullptr || run->is_script_over || run->is_direct || run->is_orphaned)
        return;
    if (remains.status)
        return script_ended(id, remains.status, 0, sink);
    if (!is_own_child(run->script))
        return script_ended(id, std::nullopt, 0, sink);
    run->is_orphaned = true;
}

/// For processes that the keeper reaped and told nobody about. The others are init's own children now, and
/// their ends come to it.
void KeeperPool::State::answer_watches(std::uint32_t id, const Remains& remains, const EventSink& sink)
{
    Run* const run = find_run(id);
    if (run == nullptr)
        return;
    const std::vector<pid_t> watched = std::move(run->watched);
    run->watched.clear();
    for (const pid_t pid : watched) {
        if (is_own_child(pid))
            continue;
        const bool is_last = pid == remains.last_reaped;
        sink(world::ProcessEnded{pid,
                                 is_last ? std::optional<int>(remains.last_reaped_status) : std::nullopt});
    }
}

/// Nobody will do for this run what a keeper does: begin its script, or read its output. What writes gets
/// SIGPIPE then rather than a pipe that fills up; but where no process can be had for now, one will be.
void KeeperPool::State::run_without_keeper(std::uint32_t id, int error, const char* step,
                                           const EventSink& sink)
{
    const Run* const run = find_run(id);
    if (run == nullptr)
        return;
    if (run->awaits_start())
        script_failed(id, error, step, sink);
    else if (!is_austere && run->output && model::is_for_now(error))
        return read_later(id, sink);
    output_ended(id, sink);
}

void KeeperPool::State::read_later(std::uint32_t id, const EventSink& sink)
{
    tell_direct_start(id, sink);
    Run* const run = find_run(id);
    if (run == nullptr)
        return;
    run->misses_reader = true;
    reader_again_at = Clock::now() + try_again_after;
}

void KeeperPool::State::find_readers() noexcept
{
    reader_again_at.reset();
    for (const auto& run : runs) {
        if (!run->misses_reader || is_austere || is_closed)
            continue;
        int error = ENOMEM;
        try {
            error = assign_reader(*run);
        } catch (const std::bad_alloc&) {
        }
        run->misses_reader = error != 0;
        if (error != 0) {
            reader_again_at = Clock::now() + try_again_after;
            return; // the others would have none either
        }
    }
}

/// Its keeper may be dead without our knowing yet.
void KeeperPool::State::child_is_script(pid_t pid, int status, const EventSink& sink)
{
    Run* run = find_script(pid);
    const std::uint32_t id = run->id;
    run->is_orphaned = !run->is_direct;
    tell_direct_start(id, sink);
    run = find_run(id);
    if (run != nullptr && run->awaits_start())
        script_started(id, pid, sink);
    script_ended(id, status, 0, sink);
}

} // namespace init::keeper
