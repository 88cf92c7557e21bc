// SPDX-License-Identifier: MIT
// The pool's own processes: scribe, spawner and keepers, how they are made, made anew and sent away.
#include "keeper/pool_state.h"
#include "keeper/scribe.h"
#include "keeper/spawner.h"
#include "system/process_table.h"
#include "system/signal_mask.h"
#include "system/signal_process.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <iterator>
#include <new>
#include <string_view>
#include <utility>

namespace init::keeper {

namespace {

using namespace std::chrono_literals;

constexpr auto stopped_again_within = 20s;
constexpr auto remake_after = 100ms;

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
    desk = map_desk();
    return desk && make_pipe(message_reader, message_writer) && make_non_blocking(message_reader) &&
           make_pipe(line_reader, line_writer) && make_non_blocking(line_writer) &&
           make_pipe(own_reader, own_writer) && make_non_blocking(own_writer);
}

bool KeeperPool::State::open_output(Run& run) noexcept
{
    while (!make_pipe(run.output, run.writer) || !has_slack(run.writer.get())) {
        const int error = run.writer ? EMFILE : errno;
        run.output.reset();
        run.writer.reset();
        if (!is_short_of_descriptors(error) || !let_go_of_outputs()) {
            errno = error;
            return false;
        }
    }
    return make_non_blocking(run.output);
}

bool KeeperPool::State::fork_scribe() noexcept
{
    const system::SignalsBlocked blocked;
    scribe = ::fork();
    if (scribe == 0)
        scribe_main({line_reader.get(), own_reader.get()}, output, *desk);
    scribe = std::max(scribe, 0);
    return scribe > 0;
}

/// The pipes and the desk keep what was written until there is one.
void KeeperPool::State::remake_scribe() noexcept
{
    if (scribe != 0 || is_closed || fork_scribe())
        return;
    const char* const why = ::strerrordesc_np(errno);
    if (scribe_again_at == Clock::time_point{})
        (void)say_parts(
            {"cannot make another scribe: ", why != nullptr ? why : "unknown error", "; trying again"});
    scribe_again_at = Clock::now() + remake_after;
}

/// Lines of init's own find no room: the scribe may have been stopped. One look a second is enough.
void KeeperPool::State::look_at_scribe() noexcept
{
    const Clock::time_point now = Clock::now();
    if (now - scribe_looked_at < 1s)
        return;
    scribe_looked_at = now;
    wake_helper("scribe", scribe, scribe_woken_at);
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

/// True when it was stopped. Whoever stops it again, soon after it was woken, would do so for ever; its end
/// is put right as any other.
bool KeeperPool::State::wake_helper(std::string_view what, pid_t pid, Clock::time_point& woken_at) noexcept
{
    const auto process = pid > 0 ? system::read_process(pid) : std::nullopt;
    if (!process || process->state != 'T')
        return false;
    const Clock::time_point now = Clock::now();
    const bool is_again = now - woken_at < stopped_again_within;
    woken_at = now;
    if (is_again)
        (void)say_parts({"a ", what, " was stopped again after CONT; another one takes its place"});
    (void)system::send_signal(pid, is_again ? SIGKILL : SIGCONT);
    return true;
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
    while (is_closed || !make_sockets(keeper.socket, far))
        if (is_closed || !is_short_of_descriptors(errno) || !let_go_of_outputs())
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
    const std::size_t wanted = is_short ? least_spare : most_spare;
    const std::size_t most = is_killing || is_closed ? 0 : wanted;
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
