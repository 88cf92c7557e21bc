// SPDX-License-Identifier: MIT
// Who has which run, and what is sent to whom. An order is kept until its script is known to have begun, so
// that another keeper can have it.
#include "keeper/order.h"
#include "keeper/pool_state.h"

#include <algorithm>
#include <cerrno>
#include <new>

namespace init::keeper {

namespace {

/// The other side is dead or dying, and its end will bring the order to another one.
bool is_dying(int error) noexcept
{
    return error == EPIPE || error == ECONNRESET || error == ENOTCONN;
}

} // namespace

/// Gives the run's order to a spare keeper, or to one that is still to be born. It goes out at once where it
/// can.
int KeeperPool::State::assign(Run& run)
{
    const auto is_spare = [](const Keeper& k) { return k.run == 0 && !k.is_leaving; };
    ensure_spare();
    const auto found = std::find_if(keepers.begin(), keepers.end(), is_spare);
    Keeper* const spare = found != keepers.end() ? &*found : add_keeper();
    if (spare == nullptr)
        return EAGAIN;
    if (spare->is_unborn() && !spare->is_requested)
        request(*spare);
    if (spare->is_unborn() && !spare->is_requested) {
        forget_keeper(spare->number);
        return EAGAIN;
    }
    spare->run = run.id;
    spare->is_ordered = false;
    const int error = spare->is_unborn() ? 0 : send_pending(*spare);
    if (error != 0)
        spare->run = 0;
    ensure_spare();
    return error;
}

int KeeperPool::State::assign_reader(Run& run)
{
    run.order = pack_reading(run.id, run.label);
    return assign(run);
}

int KeeperPool::State::send_pending(Keeper& keeper) noexcept
{
    Run* const run = find_run(keeper.run);
    if (run == nullptr || keeper.is_ordered)
        return 0;
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
    add_flags(run->order, flags);
    if (!send_order(keeper.socket.get(), run->order, descriptors, count))
        return is_dying(errno) ? 0 : errno;
    keeper.is_ordered = true;
    // From now on the pipe ends when the script's processes have let go of it.
    run->writer.reset();
    if (is_killing) {
        Order kill;
        kill.kind = OrderKind::kill_all;
        send_order(keeper.socket.get(), kill);
    }
    return 0;
}

/// False when there is no keeper to tell, or no telling it.
bool KeeperPool::State::order_run(std::uint32_t run, OrderKind kind, pid_t pid) noexcept
{
    const Keeper* keeper = find_keeper_of(run);
    if (keeper == nullptr || !keeper->is_ordered)
        return false;
    Order order;
    order.kind = kind;
    order.run = run;
    order.pid = pid;
    return send_order(keeper->socket.get(), order);
}

/// It is listed first: one that is not would have no answer when its keeper is killed.
bool KeeperPool::State::watch(std::uint32_t id, pid_t pid) noexcept
{
    Run* const run = find_run(id);
    if (run == nullptr)
        return false;
    const bool is_listed = std::find(run->watched.begin(), run->watched.end(), pid) != run->watched.end();
    if (!is_listed && is_austere && run->watched.size() == run->watched.capacity())
        return false;
    try {
        if (!is_listed)
            run->watched.push_back(pid);
    } catch (const std::bad_alloc&) {
        return false;
    }
    if (order_run(id, OrderKind::watch, pid))
        return true;
    if (!is_listed)
        run->watched.pop_back();
    return false;
}

} // namespace init::keeper
