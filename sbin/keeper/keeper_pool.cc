// SPDX-License-Identifier: MIT
// The pool as the host sees it: runs are asked for, messages and ended children are handed in, orders and
// lines go out.
#include "keeper/keeper_pool.h"

#include "keeper/order.h"
#include "keeper/pool_state.h"
#include "keeper/script_environment.h"
#include "system/file_limit.h"
#include "system/process_title.h"
#include "system/signal_process.h"
#include "system/spawn.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
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
    if (!state->open_pipes() || !state->fork_scribe() || !state->fork_spawner())
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
        for (std::size_t i = 0; i < count; ++i)
            state_->take(messages[i], sink);
        if (count < wanted)
            return false;
        most -= count;
    }
    return true;
}

bool KeeperPool::child_ended(pid_t pid, int status, const EventSink& sink)
{
    State& state = *state_;
    const bool is_script = state.find_script(pid) != nullptr;
    if (!is_script && !is_own(pid) && !state.has_unborn())
        return false;
    while (receive(messages_a_read, sink)) {
    }
    if (pid == state.scribe) {
        state.scribe = 0;
        if (!state.is_closed)
            state.fork_scribe();
        return true;
    }
    if (pid == state.replaced_spawner) {
        state.replaced_spawner = 0;
        return true;
    }
    if (pid == state.spawner) {
        state.spawner = 0;
        state.remake_spawner();
        return true;
    }
    if (State::Keeper* keeper = state.find_process(pid)) {
        if (keeper->is_leaving)
            state.forget_keeper(keeper->number);
        else
            state.keeper_lost(*keeper, sink);
        return true;
    }
    if (const State::Run* run = state.find_script(pid)) {
        const std::uint32_t id = run->id;
        state.tell_direct_start(id, sink);
        state.script_ended(id, status, 0, sink);
        return true;
    }
    return is_script;
}

Result<RunId> KeeperPool::run(const world::ScriptRequest& request)
try {
    State& state = *state_;
    auto order = pack_run(state.last_run + 1, request);
    if (!order)
        return order.error();
    State::Run& run = state.add_run(request.label);
    run.path = request.argv.front();
    if (!state.open_output(run))
        return state.give_up(run, errno);
    if (request.caller >= 0)
        run.caller = system::UniqueFd(::fcntl(request.caller, F_DUPFD_CLOEXEC, 0));
    run.cgroup = state.cgroups.make(run.id);
    if (request.keeper) {
        state.assign(run, std::move(order.value()));
    } else {
        state.start_direct(run, request);
        state.assign(run, pack_reading(run.id, run.label));
    }
    return state.has_keeper(run) ? Result<RunId>(RunId{run.id}) : state.give_up(run, EAGAIN);
} catch (const std::bad_alloc&) {
    return world::errno_code(ENOMEM);
}

Result<std::pair<RunId, system::UniqueFd>> KeeperPool::read_output(const std::string& label)
try {
    State& state = *state_;
    State::Run& run = state.add_run(label);
    run.is_script_over = true;
    if (!state.open_output(run))
        return state.give_up(run, errno).error();
    system::UniqueFd writer = std::move(run.writer);
    state.assign(run, pack_reading(run.id, label));
    if (!state.has_keeper(run))
        return state.give_up(run, EAGAIN).error();
    return std::pair(RunId{run.id}, std::move(writer));
} catch (const std::bad_alloc&) {
    return world::errno_code(ENOMEM);
}

/// The script's process is init's own child; a keeper only reads what it writes, and tells how the start
/// went, so that every event comes out of `receive`.
void KeeperPool::State::start_direct(Run& run, const world::ScriptRequest& request)
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
    spawn.standard[1] = run.writer.get();
    spawn.standard[2] = run.writer.get();
    spawn.session = system::SpawnRequest::Session::session;
    spawn.cgroup_procs = run.cgroup.procs();
    spawn.soft_limit_restored = true;
    const system::Spawned spawned = system::spawn(spawn);
    run.is_direct = true;
    run.script = std::max(spawned.pid, 0);
    run.error = spawned.failure.error;
    run.step = spawned.failure.step;
    run.writer.reset();
    run.cgroup.close_procs();
}

bool KeeperPool::State::has_keeper(const Run& run) noexcept
{
    const Keeper* keeper = find_keeper_of(run.id);
    return run.is_direct || (keeper != nullptr && (keeper->pid != 0 || keeper->is_requested));
}

Result<RunId> KeeperPool::State::give_up(const Run& run, int error) noexcept
{
    if (const Keeper* keeper = find_keeper_of(run.id))
        forget_keeper(keeper->number);
    forget_run(run.id);
    return world::errno_code(error);
}

void KeeperPool::State::order_run(std::uint32_t run, OrderKind kind, pid_t pid) noexcept
{
    const Keeper* keeper = find_keeper_of(run);
    if (keeper == nullptr || !keeper->order.empty())
        return;
    Order order;
    order.kind = kind;
    order.pid = pid;
    send_order(keeper->socket.get(), order);
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

void KeeperPool::watch(RunId run, pid_t pid) noexcept
{
    state_->order_run(number(run), OrderKind::watch, pid);
}

bool KeeperPool::is_own(pid_t pid) const noexcept
{
    return pid > 0 && (pid == state_->scribe || pid == state_->spawner || pid == state_->replaced_spawner ||
                       state_->find_process(pid) != nullptr);
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
    return state_->runs.size();
}

void KeeperPool::say(std::string_view line) noexcept
{
    state_->say(line);
}

void KeeperPool::close() noexcept
{
    State& state = *state_;
    state.report_dropped();
    state.is_closed = true;
    state.spawner_socket.reset();
    for (State::Keeper& keeper : state.keepers)
        if (keeper.run == 0)
            keeper.socket.reset();
    state.line_writer.reset();
    state.line_reader.reset();
}

pid_t KeeperPool::scribe() const noexcept
{
    return state_->scribe;
}

} // namespace init::keeper
