// SPDX-License-Identifier: MIT
// The pool's own processes: scribe, spawner and keepers, how they are made, made anew and sent away.
#include "keeper/pool_state.h"
#include "keeper/scribe.h"
#include "keeper/spawner.h"
#include "system/signal_mask.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <iterator>
#include <new>
#include <string_view>
#include <utility>

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

bool KeeperPool::State::open_output(Run& run) noexcept
{
    return make_pipe(run.output, run.writer) && make_non_blocking(run.output);
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
        spawner_main(far.get(), message_writer.get(), line_writer.get(), ledger);
    spawner = std::max(spawner, 0);
    return spawner > 0;
}

/// What the dead one had not carried out yet is asked of the new one; what it had made by then stands in the
/// ledger.
void KeeperPool::State::remake_spawner()
{
    if (spawner != 0) {
        std::move_backward(std::begin(replaced_spawners), std::end(replaced_spawners) - 1,
                           std::end(replaced_spawners));
        replaced_spawners[0] = spawner;
    }
    spawner = 0;
    if (is_closed || is_austere || !fork_spawner())
        return;
    is_remaking_spawner = true;
    for (Keeper& keeper : keepers)
        if (keeper.is_unborn() && !keeper.is_cloned())
            keeper.is_requested = false;
    request_missing();
    is_remaking_spawner = false;
}

/// nullptr where there is no place for one more.
KeeperPool::State::Keeper* KeeperPool::State::add_keeper()
{
    Ledger::Place place = ledger.take();
    if (!place)
        return nullptr;
    Keeper& keeper = keepers.emplace_back();
    keeper.number = ++last_keeper;
    keeper.place = std::move(place);
    request(keeper);
    return &keeper;
}

void KeeperPool::State::request(Keeper& keeper) noexcept
{
    system::UniqueFd far;
    if (is_closed || !make_sockets(keeper.socket, far))
        return;
    Order order;
    order.kind = OrderKind::clone;
    order.keeper = keeper.number;
    order.place = keeper.place.number();
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
        if (keeper.is_unborn() && !keeper.is_requested)
            request(keeper);
}

/// One that cannot be had now is no loss yet.
void KeeperPool::State::ensure_spare() noexcept
try {
    if (is_closed || is_austere)
        return;
    if (spawner == 0)
        remake_spawner();
    const bool has_spare = std::any_of(keepers.begin(), keepers.end(),
                                       [](const Keeper& k) { return k.run == 0 && !k.is_leaving; });
    if (!has_spare)
        add_keeper();
} catch (const std::bad_alloc&) {
}

/// Sends those away that wait for a run beyond what is needed.
void KeeperPool::State::dismiss_spare() noexcept
{
    const std::size_t most = is_killing || is_closed ? 0 : most_spare;
    std::size_t spare = 0;
    for (Keeper& keeper : keepers) {
        if (keeper.run != 0 || keeper.is_leaving || keeper.is_unborn() || ++spare <= most)
            continue;
        Order order;
        order.kind = OrderKind::leave;
        if (!send_order(keeper.socket.get(), order))
            keeper.socket.reset(); // says the same
        keeper.is_leaving = true;
    }
}

} // namespace init::keeper
