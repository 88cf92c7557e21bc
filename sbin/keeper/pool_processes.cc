// SPDX-License-Identifier: MIT
// The pool's own processes: scribe, spawner and keepers, how they are made, found and made anew.
#include "keeper/order.h"
#include "keeper/pool_state.h"
#include "keeper/scribe.h"
#include "keeper/spawner.h"
#include "system/signal_mask.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>

namespace init::keeper {

namespace {

bool make_pipe(system::UniqueFd& reader, system::UniqueFd& writer) noexcept
{
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0)
        return false;
    reader.reset(ends[0]);
    writer.reset(ends[1]);
    return true;
}

/// Only for a descriptor whose open file is ours alone.
bool make_non_blocking(const system::UniqueFd& fd) noexcept
{
    const int flags = ::fcntl(fd.get(), F_GETFL);
    return flags >= 0 && ::fcntl(fd.get(), F_SETFL, flags | O_NONBLOCK) == 0;
}

bool make_sockets(system::UniqueFd& own, system::UniqueFd& far) noexcept
{
    int ends[2];
    if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0)
        return false;
    own.reset(ends[0]);
    far.reset(ends[1]);
    return true;
}

} // namespace

bool KeeperPool::State::open_pipes() noexcept
{
    return make_pipe(message_reader, message_writer) && make_non_blocking(message_reader) &&
           make_pipe(line_reader, line_writer) && make_non_blocking(line_writer);
}

bool KeeperPool::State::fork_scribe() noexcept
{
    const system::SignalsBlocked blocked;
    scribe = ::fork();
    if (scribe == 0)
        scribe_main(line_reader.get(), output);
    scribe = std::max(scribe, 0);
    return scribe > 0;
}

bool KeeperPool::State::fork_spawner() noexcept
{
    system::UniqueFd far;
    if (!make_sockets(spawner_socket, far))
        return false;
    const system::SignalsBlocked blocked;
    spawner = ::fork();
    if (spawner == 0)
        spawner_main(far.get(), message_writer.get(), line_writer.get());
    spawner = std::max(spawner, 0);
    return spawner > 0;
}

/// What the dead one had not carried out yet is asked of the new one. A keeper that it may still have made
/// finds its socket closed and leaves.
void KeeperPool::State::remake_spawner()
{
    replaced_spawner = spawner; // its end may still be on its way to us
    spawner = 0;
    is_remaking_spawner = true;
    if (is_closed || is_austere || !fork_spawner()) {
        is_remaking_spawner = false;
        return;
    }
    for (Keeper& keeper : keepers)
        if (keeper.pid == 0) {
            keeper.number = ++last_keeper;
            keeper.is_requested = false;
        }
    request_missing();
    is_remaking_spawner = false;
}

std::uint32_t KeeperPool::State::add_keeper()
{
    Keeper& keeper = keepers.emplace_back();
    keeper.number = ++last_keeper;
    request(keeper);
    return keeper.number;
}

void KeeperPool::State::request(Keeper& keeper) noexcept
{
    system::UniqueFd far;
    if (is_closed || !make_sockets(keeper.socket, far))
        return;
    Order order;
    order.kind = OrderKind::clone;
    order.keeper = keeper.number;
    const int descriptor = far.get();
    const std::string_view bytes{reinterpret_cast<const char*>(&order), sizeof order};
    keeper.is_requested = send_order(spawner_socket.get(), bytes, &descriptor, 1);
    // A spawner that has died, and whose end has not been reaped yet, is made anew at once: a run waits for
    // this keeper.
    if (!keeper.is_requested && errno != EAGAIN && !is_remaking_spawner)
        remake_spawner();
}

void KeeperPool::State::request_missing() noexcept
{
    for (Keeper& keeper : keepers)
        if (keeper.pid == 0 && !keeper.is_requested)
            request(keeper);
}

void KeeperPool::State::ensure_spare()
{
    if (is_closed || is_austere)
        return;
    if (spawner == 0)
        remake_spawner();
    const bool has_spare = std::any_of(keepers.begin(), keepers.end(),
                                       [](const Keeper& k) { return k.run == 0 && !k.is_leaving; });
    if (!has_spare)
        add_keeper();
}

/// Sends those away that wait for a run beyond what is needed.
void KeeperPool::State::dismiss_spare() noexcept
{
    const std::size_t most = is_killing || is_closed ? 0 : most_spare;
    std::size_t spare = 0;
    for (Keeper& keeper : keepers) {
        if (keeper.run != 0 || keeper.is_leaving || keeper.pid == 0 || ++spare <= most)
            continue;
        Order order;
        order.kind = OrderKind::leave;
        send_order(keeper.socket.get(), order);
        keeper.is_leaving = true;
    }
}

/// Gives the run to a spare keeper, or to one that is still to be born. The order goes out at once where it
/// can.
void KeeperPool::State::assign(Run& run, std::string order)
{
    ensure_spare();
    auto spare = std::find_if(keepers.begin(), keepers.end(),
                              [](const Keeper& k) { return k.run == 0 && !k.is_leaving; });
    if (spare == keepers.end())
        spare = keepers.begin() + (find_keeper(add_keeper()) - keepers.data());
    spare->run = run.id;
    spare->order = std::move(order);
    if (spare->pid != 0)
        send_pending(*spare);
    ensure_spare();
}

void KeeperPool::State::send_pending(Keeper& keeper) noexcept
{
    Run* const run = find_run(keeper.run);
    if (run == nullptr || keeper.order.empty())
        return;
    int descriptors[order_descriptors] = {run->output.get()};
    std::size_t count = 1;
    std::uint16_t flags = 0;
    if (run->writer)
        descriptors[count++] = run->writer.get();
    if (run->writer && run->cgroup.procs() >= 0) {
        descriptors[count++] = run->cgroup.procs();
        flags |= with_cgroup;
    }
    if (run->writer && run->caller) {
        descriptors[count++] = run->caller.get();
        flags |= with_caller;
    }
    add_flags(keeper.order, flags);
    if (!send_order(keeper.socket.get(), keeper.order, descriptors, count))
        return; // it is dying; its end brings the order to another one
    keeper.order.clear();
    // From now on the pipe ends when the script's processes have let go of it.
    run->writer.reset();
    run->caller.reset();
    run->cgroup.close_procs();
    if (is_killing) {
        Order kill;
        kill.kind = OrderKind::kill_all;
        send_order(keeper.socket.get(), kill);
    }
}

KeeperPool::State::Keeper* KeeperPool::State::find_keeper(std::uint32_t number) noexcept
{
    const auto found = std::find_if(keepers.begin(), keepers.end(),
                                    [number](const Keeper& k) { return k.number == number; });
    return found != keepers.end() ? &*found : nullptr;
}

KeeperPool::State::Keeper* KeeperPool::State::find_keeper_of(std::uint32_t run) noexcept
{
    const auto found = std::find_if(keepers.begin(), keepers.end(),
                                    [run](const Keeper& k) { return k.run == run && !k.is_leaving; });
    return run != 0 && found != keepers.end() ? &*found : nullptr;
}

KeeperPool::State::Keeper* KeeperPool::State::find_process(pid_t pid) noexcept
{
    const auto found =
        std::find_if(keepers.begin(), keepers.end(), [pid](const Keeper& k) { return k.pid == pid; });
    return pid > 0 && found != keepers.end() ? &*found : nullptr;
}

void KeeperPool::State::forget_keeper(std::uint32_t number) noexcept
{
    std::erase_if(keepers, [number](const Keeper& k) { return k.number == number; });
}

bool KeeperPool::State::has_unborn() const noexcept
{
    return std::any_of(keepers.begin(), keepers.end(), [](const Keeper& k) { return k.pid == 0; });
}

KeeperPool::State::Run& KeeperPool::State::add_run(const std::string& label)
{
    auto run = std::make_unique<Run>();
    run->id = ++last_run;
    run->label = label;
    runs.push_back(std::move(run));
    return *runs.back();
}

bool KeeperPool::State::open_output(Run& run) noexcept
{
    return make_pipe(run.output, run.writer) && make_non_blocking(run.output);
}

KeeperPool::State::Run* KeeperPool::State::find_run(std::uint32_t id) noexcept
{
    const auto found =
        std::find_if(runs.begin(), runs.end(), [id](const auto& run) { return run->id == id; });
    return found != runs.end() ? found->get() : nullptr;
}

KeeperPool::State::Run* KeeperPool::State::find_script(pid_t pid) noexcept
{
    const auto found = std::find_if(runs.begin(), runs.end(), [pid](const auto& run) {
        return run->script == pid && !run->is_script_over;
    });
    return pid > 0 && found != runs.end() ? found->get() : nullptr;
}

void KeeperPool::State::forget_run(std::uint32_t id) noexcept
{
    std::erase_if(runs, [id](const auto& run) { return run->id == id; });
}

} // namespace init::keeper
