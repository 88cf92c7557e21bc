// SPDX-License-Identifier: MIT
// The pool as the host sees it: runs are asked for, messages and ended children are handed in, orders and
// lines go out.
#include "keeper/keeper_pool.h"

#include "keeper/order.h"
#include "keeper/pool_state.h"
#include "keeper/script_environment.h"
#include "system/file_limit.h"
#include "system/process_table.h"
#include "system/process_title.h"
#include "system/signal_process.h"
#include "system/spawn.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstring>
#include <iterator>
#include <new>
#include <utility>

namespace init::keeper {

using world::Result;
using world::RunId;

namespace {

constexpr std::size_t messages_a_read = 16;

std::uint32_t number(RunId run) noexcept
{
    return static_cast<std::uint32_t>(run);
}

std::vector<char*> pointers_to(std::vector<std::string>& strings)
{
    std::vector<char*> pointers;
    pointers.reserve(strings.size() + 1);
    for (std::string& string : strings)
        pointers.push_back(string.data());
    pointers.push_back(nullptr);
    return pointers;
}

} // namespace

KeeperPool::KeeperPool(std::unique_ptr<State> state) noexcept : state_(std::move(state)) {}
KeeperPool::~KeeperPool() = default;

Result<std::unique_ptr<KeeperPool>> KeeperPool::start(const PoolOptions& options)
try {
    system::move_environment();
    system::raise_file_limit();
    if (!prepare_environment())
        return world::errno_code(ENOMEM);
    auto state = std::make_unique<State>(options);
    if (!state->open_pipes() || !state->ledger.open() || !state->fork_scribe() || !state->fork_spawner())
        return world::errno_code();
    state->cgroups = system::CgroupTree::find();
    state->ensure_spare();
    return std::unique_ptr<KeeperPool>(new KeeperPool(std::move(state)));
} catch (const std::bad_alloc&) {
    return world::errno_code(ENOMEM);
}

int KeeperPool::descriptor() const noexcept
{
    return state_->message_reader.get();
}

bool KeeperPool::receive(std::size_t most, const EventSink& sink)
{
    state_->report_dropped();
    while (most > 0) {
        Message messages[messages_a_read];
        const std::size_t wanted = std::min(most, messages_a_read);
        const ssize_t got = ::read(state_->message_reader.get(), messages, wanted * sizeof(Message));
        if (got <= 0)
            return false;
        // Messages are written whole, so they are read whole.
        const std::size_t count = static_cast<std::size_t>(got) / sizeof(Message);
        // One that memory runs out for costs itself, and none of those behind it.
        for (std::size_t i = 0; i < count; ++i) {
            try {
                state_->take(messages[i], sink);
            } catch (...) {
                state_->say("memory has run out for a message of a keeper; it is lost");
            }
        }
        if (count < wanted)
            return false;
        most -= count;
    }
    return true;
}

bool KeeperPool::child_ended(pid_t pid, int status, const EventSink& sink)
{
    State& state = *state_;
    if (state.find_script(pid) == nullptr && !is_own(pid))
        return false;
    while (receive(messages_a_read, sink)) {
    }
    if (pid == state.scribe) {
        state.scribe = 0;
        state.scribe_again_at = {};
        state.remake_scribe();
    } else if (state.is_replaced_spawner(pid)) {
        std::replace(std::begin(state.replaced_spawners), std::end(state.replaced_spawners), pid, 0);
        state.settle_unborn(sink);
    } else if (pid == state.spawner) {
        state.spawner_lost(sink);
        std::replace(std::begin(state.replaced_spawners), std::end(state.replaced_spawners), pid, 0);
    } else if (State::Keeper* keeper = state.find_process(pid)) {
        if (keeper->is_leaving)
            state.forget_keeper(keeper->number);
        else
            state.keeper_lost(*keeper, sink);
    } else if (state.find_script(pid) != nullptr) {
        state.child_is_script(pid, status, sink);
    }
    return true;
}

Result<RunId> KeeperPool::run(const world::ScriptRequest& request)
{
    const std::uint32_t id = state_->last_run + 1;
    try {
        return state_->begin(request);
    } catch (const std::bad_alloc&) {
        return state_->give_up(id, ENOMEM);
    }
}

/// Nothing is thrown once an order has been sent, or a script started.
Result<RunId> KeeperPool::State::begin(const world::ScriptRequest& request)
{
    auto order = pack_run(last_run + 1, request);
    if (!order)
        return order.error();
    Run& run = add_run(request.label);
    run.path = request.argv.front();
    if (!open_output(run))
        return give_up(run.id, errno);
    run.cgroup = cgroups.make(run.id);
    int error = 0;
    if (request.keeper) {
        if (request.caller >= 0)
            run.caller.reset(::fcntl(request.caller, F_DUPFD_CLOEXEC, 0));
        if (request.caller >= 0 && !run.caller)
            return give_up(run.id, errno);
        run.order = std::move(order.value());
        error = assign(run);
    } else {
        // Its reader has the pipe without a write end, and tells how the start went.
        system::UniqueFd writer = std::move(run.writer);
        run.is_direct = true;
        error = assign_reader(run);
        if (error == 0)
            start_direct(run, request, std::move(writer));
    }
    return error == 0 ? Result<RunId>(RunId{run.id}) : give_up(run.id, error);
}

Result<std::pair<RunId, system::UniqueFd>> KeeperPool::read_output(const std::string& label)
{
    State& state = *state_;
    const std::uint32_t id = state.last_run + 1;
    try {
        State::Run& run = state.add_run(label);
        run.is_script_over = true;
        if (!state.open_output(run))
            return state.give_up(id, errno).error();
        system::UniqueFd writer = std::move(run.writer);
        if (const int error = state.assign_reader(run))
            return state.give_up(id, error).error();
        return std::pair(RunId{id}, std::move(writer));
    } catch (const std::bad_alloc&) {
        return state.give_up(id, ENOMEM).error();
    }
}

/// The keeper may have seen the end of it already, and be on its way to say so.
Result<system::UniqueFd> KeeperPool::reopen_output(RunId id) noexcept
{
    State::Run* const run = state_->find_run(number(id));
    if (run == nullptr || !run->output)
        return world::errno_code(ENOENT);
    char path[32] = "/proc/self/fd/";
    *std::to_chars(path + std::strlen(path), std::end(path) - 1, run->output.get()).ptr = '\0';
    system::UniqueFd writer{::open(path, O_WRONLY | O_CLOEXEC)};
    if (!writer)
        return world::errno_code(ENOENT);
    run->is_reopened = true;
    return writer;
}

bool KeeperPool::is_alive(RunId run) const noexcept
{
    return state_->find_run(number(run)) != nullptr;
}

/// The script's process is init's own child; a keeper only reads what it writes, and tells how the start
/// went, so that every event comes out of `receive`.
void KeeperPool::State::start_direct(Run& run, const world::ScriptRequest& request, system::UniqueFd writer)
{
    std::vector<std::string> words = request.argv;
    std::vector<std::string> changes = request.environment;
    changes.push_back(service_variable(request.label));
    std::vector<std::string> variables = environment_with(changes);
    const std::vector<char*> argv = pointers_to(words);
    const std::vector<char*> environment = pointers_to(variables);
    system::SpawnRequest spawn;
    spawn.path = argv[0];
    spawn.argv = argv.data();
    spawn.environment = environment.data();
    spawn.standard[1] = writer.get();
    spawn.standard[2] = writer.get();
    spawn.session = system::SpawnRequest::Session::session;
    spawn.cgroup_procs = run.cgroup.procs();
    spawn.soft_limit_restored = true;
    const system::Spawned spawned = system::spawn(spawn);
    run.script = std::max(spawned.pid, 0);
    run.error = spawned.failure.error;
    run.step = spawned.failure.step;
    run.cgroup.close_procs();
}

/// A keeper that has its order has to carry it out, and is free again then; one that has not is free now.
Result<RunId> KeeperPool::State::give_up(std::uint32_t id, int error) noexcept
{
    Keeper* const keeper = find_keeper_of(id);
    if (keeper != nullptr && !keeper->is_ordered)
        keeper->run = 0;
    forget_run(id);
    return world::errno_code(error);
}

void KeeperPool::expect(std::size_t runs) noexcept
{
    state_->most_spare = std::max(runs + 1, State::least_spare);
    state_->dismiss_spare();
}

void KeeperPool::ask_last_line(RunId run) noexcept
{
    state_->order_run(number(run), OrderKind::ask_last_line);
}

bool KeeperPool::wake(RunId run) noexcept
{
    State::Keeper* const keeper = state_->find_keeper_of(number(run));
    const bool keeper_was =
        keeper != nullptr && state_->wake_helper("keeper", keeper->process(), keeper->woken_at);
    const bool spawner_was = state_->wake_helper("spawner", state_->spawner, state_->spawner_woken_at);
    const bool scribe_was = state_->wake_helper("scribe", state_->scribe, state_->scribe_woken_at);
    return keeper_was || spawner_was || scribe_was;
}

void KeeperPool::signal_script(RunId run, int signo) noexcept
{
    State::Run* known = state_->find_run(number(run));
    // Once the script is over its number may be somebody else's.
    if (known == nullptr || known->is_script_over)
        return;
    if (known->script == 0) {
        known->early_signals |= std::uint64_t{1} << signo;
        return;
    }
    [[maybe_unused]] const auto sent = system::send_group_signal(known->script, signo);
}

void KeeperPool::begin_reserve() noexcept
{
    state_->is_austere = true;
}

void KeeperPool::kill_under_keepers() noexcept
{
    state_->is_austere = true;
    state_->is_killing = true;
    for (const State::Keeper& keeper : state_->keepers)
        state_->order_run(keeper.run, OrderKind::kill_all);
}

bool KeeperPool::watch(RunId run, pid_t pid) noexcept
{
    return state_->watch(number(run), pid);
}

bool KeeperPool::is_own(pid_t pid) const noexcept
{
    return pid > 0 && (pid == state_->scribe || pid == state_->spawner || state_->is_replaced_spawner(pid) ||
                       state_->find_process(pid) != nullptr);
}

void KeeperPool::visit_each(Visit visit, void* context) const noexcept
{
    for (const pid_t pid : {state_->scribe, state_->spawner})
        if (pid != 0)
            visit(pid, std::nullopt, context);
    for (const pid_t pid : state_->replaced_spawners)
        if (pid != 0)
            visit(pid, std::nullopt, context);
    for (const State::Keeper& keeper : state_->keepers)
        if (const pid_t pid = keeper.process(); pid != 0)
            visit(pid, keeper.run != 0 ? std::optional(RunId{keeper.run}) : std::nullopt, context);
}

std::optional<RunId> KeeperPool::run_of_keeper(pid_t keeper) const noexcept
{
    const State::Keeper* known = state_->find_process(keeper);
    if (known == nullptr || known->run == 0)
        return std::nullopt;
    return RunId{known->run};
}

pid_t KeeperPool::keeper_of(RunId run) const noexcept
{
    const State::Keeper* keeper = state_->find_keeper_of(number(run));
    return keeper != nullptr ? keeper->pid : 0;
}

pid_t KeeperPool::top_of(RunId run) const noexcept
{
    const State::Run* const known = state_->find_run(number(run));
    return known != nullptr && known->is_direct ? known->script : keeper_of(run);
}

std::vector<pid_t> KeeperPool::keepers() const
{
    std::vector<pid_t> pids;
    for (const State::Keeper& keeper : state_->keepers)
        if (keeper.pid != 0)
            pids.push_back(keeper.pid);
    return pids;
}

std::size_t KeeperPool::runs_alive() const noexcept
{
    return static_cast<std::size_t>(std::count_if(state_->runs.begin(), state_->runs.end(),
                                                  [](const auto& run) { return !run->misses_reader; }));
}

void KeeperPool::say(std::string_view line) noexcept
{
    state_->say(line);
}

void KeeperPool::close() noexcept
{
    State& state = *state_;
    state.report_dropped();
    state.remake_scribe();
    if (state.scribe != 0)
        (void)system::send_signal(state.scribe, SIGCONT); // nobody is left who would look at it
    state.is_closed = true;
    state.spawner_socket.reset();
    for (State::Keeper& keeper : state.keepers)
        if (keeper.run == 0)
            keeper.socket.reset();
    state.line_writer.reset();
    state.line_reader.reset();
    state.own_writer.reset();
    state.own_reader.reset();
}

std::optional<world::TimePoint> KeeperPool::due() const noexcept
{
    std::optional<world::TimePoint> first;
    if (state_->is_closed)
        return first;
    if (!state_->is_austere)
        first = state_->reader_again_at;
    if (state_->scribe == 0)
        first = std::min(first.value_or(state_->scribe_again_at), state_->scribe_again_at);
    return first;
}

void KeeperPool::work(world::TimePoint now) noexcept
{
    if (state_->scribe == 0 && state_->scribe_again_at <= now)
        state_->remake_scribe();
    if (state_->reader_again_at && *state_->reader_again_at <= now)
        state_->find_readers();
}

pid_t KeeperPool::scribe() const noexcept
{
    return state_->scribe;
}

} // namespace init::keeper
