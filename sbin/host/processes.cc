// SPDX-License-Identifier: MIT
#include "host/processes.h"

#include "system/activity.h"
#include "system/file_limit.h"
#include "system/process_table.h"
#include "system/signal_process.h"

#include <algorithm>
#include <csignal>

namespace init::host {
namespace {

constexpr std::size_t messages_at_once = 64;
constexpr std::size_t events_a_run = 3;  ///< its start, its end, and that nothing is left of it
constexpr std::size_t other_events = 32; ///< on their way at the same time

/// Nothing for a zombie.
std::optional<system::ProcessStat> read_living(pid_t pid) noexcept
{
    const std::optional<system::ProcessStat> stat = system::read_process(pid);
    return stat && stat->state != 'Z' && stat->state != 'X' ? stat : std::nullopt;
}

} // namespace

Processes::Processes(Loop& loop, world::Log& log, keeper::KeeperPool& pool, Watches::OpenPidfd open_pidfd)
    : loop_(loop), pool_(pool), sink_([this](world::Event event) {
          if (std::holds_alternative<world::ScriptEnded>(event) ||
              std::holds_alternative<world::ScriptFailed>(event))
              --at_work_;
          if (const auto* ended = std::get_if<world::ProcessEnded>(&event))
              watches_.keeper_said(*ended);
          else
              loop_.push(std::move(event));
      }),
      ownership_(pool), look_aside_(loop, ownership_), launcher_(loop, pool), doubt_(loop, log),
      reaper_(loop, log, [this](pid_t pid, int status) { child_ended(pid, status); }),
      watches_(
          loop, pool, [this] { reaper_.reap(); }, open_pidfd)
{
    loop.add_chore(*this, Loop::Weight::vital);
}

// --- Listening --------------------------------------------------------------------------------------

world::Result<void> Processes::listen()
{
    doubt_.listen();
    return loop_.add_vital(pool_.descriptor(), [this] { read_keepers(); });
}

/// What does not fit now is read at the next wake-up: the descriptor stays readable.
void Processes::read_keepers()
{
    pool_.receive(std::min(loop_.room() / 2, messages_at_once), sink_);
}

void Processes::child_ended(pid_t pid, int status)
{
    if (launcher_.child_ended(pid)) {
        loop_.push(world::ChildEnded{pid, status});
        return;
    }
    if (look_aside_.child_ended(pid) || (tree_ != nullptr && tree_->child_ended(pid)))
        return;
    const bool is_watched = watches_.child_ended(pid, status);
    if (!pool_.child_ended(pid, status, sink_) && !is_watched)
        doubt_.doubt(); // an orphan: somebody has run something by hand
}

void Processes::use_tree(Tree& tree)
{
    tree_ = &tree;
    const auto answers = [&tree](const std::string& path) { return tree.answers(path); };
    doubt_.ask_first(answers);
    launcher_.ask_first(answers);
}

// --- Starting ---------------------------------------------------------------------------------------

world::Result<world::RunId> Processes::run_script(const world::ScriptRequest& request)
{
    // Somebody waits for the end of each run, and must be told of it whatever memory is left by then.
    loop_.reserve_events(other_events + events_a_run * (at_work_ + 1));
    world::Result<world::RunId> run = pool_.run(request);
    at_work_ += run ? 1 : 0;
    if (request.caller >= 0 && pipe_taken_)
        pipe_taken_(request.caller);
    return run;
}

world::Result<pid_t> Processes::launch(const world::ChildRequest& request)
{
    return launcher_.launch(request);
}

bool Processes::is_busy(world::RunId run) noexcept
{
    const pid_t top = pool_.top_of(run);
    return top == 0 || system::is_busy(top);
}

void Processes::begin_stop() noexcept
{
    system::release_kept_files();
    doubt_.begin_stop();
}

// --- Signalling -------------------------------------------------------------------------------------

void Processes::signal_group(pid_t leader, int signo) noexcept
{
    // ESRCH: it has ended, and its end is on its way to us.
    (void)system::send_group_signal(leader, signo);
}

void Processes::signal_process(pid_t pid, int signo) noexcept
{
    (void)system::send_signal(pid, signo);
}

void Processes::signal_rest(int signo) noexcept
{
    // KILL would also end the scribe, which has lines to write, so it goes to each process by itself.
    if (ownership_.is_first() && signo != SIGKILL) {
        (void)system::send_signal_to_all(signo);
        return;
    }
    ownership_.visit_others([signo](const SeenProcess& seen) {
        if (seen.is_living() && seen.whose.owner != Belonging::Owner::stranger)
            (void)system::send_signal(seen.pid, signo);
        return true;
    });
}

void Processes::signal_visitors(int signo) noexcept
{
    ownership_.visit_others([signo](const SeenProcess& seen) {
        if (seen.whose.owner == Belonging::Owner::visitor)
            (void)system::send_signal(seen.pid, signo);
        return true;
    });
}

void Processes::kill_under_keepers() noexcept
{
    pool_.kill_under_keepers();
}

// --- Looking ----------------------------------------------------------------------------------------

bool Processes::is_alive(pid_t pid) noexcept
{
    if (pid <= 1 || pool_.is_own(pid))
        return false;
    if (!system::is_proc_ours())
        return static_cast<bool>(system::send_signal(pid, 0));
    return read_living(pid).has_value();
}

std::vector<world::ProcessLook> Processes::processes()
{
    std::vector<world::ProcessLook> all;
    ownership_.visit_others([&all](const SeenProcess& seen) {
        if (seen.is_living())
            all.push_back({seen.pid, seen.parent, seen.whose.run});
        return true;
    });
    return all;
}

// --- Counting ---------------------------------------------------------------------------------------

/// For a whole count all are looked at, each once. Where the first that is found is enough, the chain above
/// that one is all that is looked at as well.
world::Population Processes::population(Count count) noexcept
{
    world::Population left;
    auto add = [&left, count](const SeenProcess& seen) {
        if (!seen.is_living())
            return true;
        left.under_keepers += seen.whose.owner == Belonging::Owner::keeper ? 1 : 0;
        left.others += seen.whose.owner == Belonging::Owner::init ? 1 : 0;
        left.visitors += seen.whose.owner == Belonging::Owner::visitor ? 1 : 0;
        const bool is_enough = (count == Count::until_ours && left.ours() != 0) ||
                               (count == Count::until_other && left.others != 0);
        return !is_enough;
    };
    const bool is_seen =
        count == Count::until_ours ? ownership_.visit_some(add) : ownership_.visit_others(add);
    if (!is_seen)
        left.under_keepers = pool_.runs_alive();
    reaper_.tell_of_next_batch(!is_seen || !left.is_empty());
    return left;
}

std::size_t Processes::crowd() noexcept
{
    std::size_t count = 0;
    system::visit_processes([](pid_t, void* context) { ++*static_cast<std::size_t*>(context); }, &count);
    return count;
}

} // namespace init::host
