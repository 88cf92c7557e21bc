// SPDX-License-Identifier: MIT
// Who is who: keepers and runs by number and by process.
#include "keeper/pool_state.h"

#include <algorithm>

namespace init::keeper {

namespace {

/// Where the one with this number is, or would be: they stand in the order of their numbers, which only grow.
template <class Rows, class Number>
auto place_of(Rows& rows, std::uint32_t number, Number&& number_of) noexcept
{
    return std::lower_bound(rows.begin(), rows.end(), number,
                            [&](const auto& row, std::uint32_t wanted) { return number_of(row) < wanted; });
}

constexpr auto number_of_keeper = [](const auto& keeper) { return keeper.number; };
constexpr auto number_of_run = [](const auto& run) { return run->id; };

} // namespace

KeeperPool::State::Keeper* KeeperPool::State::find_keeper(std::uint32_t number) noexcept
{
    const auto at = place_of(keepers, number, number_of_keeper);
    return at != keepers.end() && at->number == number ? &*at : nullptr;
}

KeeperPool::State::Keeper* KeeperPool::State::find_keeper_of(std::uint32_t run) noexcept
{
    const auto found = std::find_if(keepers.begin(), keepers.end(),
                                    [run](const Keeper& k) { return k.run == run && !k.is_leaving; });
    return run != 0 && found != keepers.end() ? &*found : nullptr;
}

/// Also one that has not announced itself.
KeeperPool::State::Keeper* KeeperPool::State::find_process(pid_t pid) noexcept
{
    const auto found =
        std::find_if(keepers.begin(), keepers.end(), [pid](const Keeper& k) { return k.process() == pid; });
    return pid > 0 && found != keepers.end() ? &*found : nullptr;
}

void KeeperPool::State::forget_keeper(std::uint32_t number) noexcept
{
    const auto at = place_of(keepers, number, number_of_keeper);
    if (at != keepers.end() && at->number == number)
        keepers.erase(at);
}

KeeperPool::State::Run& KeeperPool::State::add_run(const std::string& label)
{
    const std::uint32_t id = ++last_run;
    auto run = std::make_unique<Run>();
    run->id = id;
    run->label = label;
    runs.push_back(std::move(run));
    return *runs.back();
}

KeeperPool::State::Run* KeeperPool::State::find_run(std::uint32_t id) noexcept
{
    const auto at = place_of(runs, id, number_of_run);
    return at != runs.end() && (*at)->id == id ? at->get() : nullptr;
}

/// The run whose script this child of init is. A script under a keeper is one only when that keeper is
/// dead, be it that init has not heard of it yet: one that the keeper has reaped was another process of
/// that number. It is asked at each end of a child, so each run and each keeper is looked at once.
KeeperPool::State::Run* KeeperPool::State::find_script(pid_t pid) noexcept
{
    if (pid <= 0)
        return nullptr;
    for (const auto& run : runs)
        if (run->is_child_of_init() && run->script == pid)
            return run.get();
    for (const Keeper& keeper : keepers) {
        if (keeper.is_leaving || !keeper.place || keeper.place.entry().living_script(keeper.run) != pid)
            continue;
        Run* const run = find_run(keeper.run);
        if (run != nullptr && !run->is_script_over && !run->is_child_of_init())
            return run;
    }
    return nullptr;
}

void KeeperPool::State::forget_run(std::uint32_t id) noexcept
{
    const auto at = place_of(runs, id, number_of_run);
    if (at != runs.end() && (*at)->id == id)
        runs.erase(at);
}

bool KeeperPool::State::is_replaced_spawner(pid_t pid) const noexcept
{
    return pid > 0 && std::find(std::begin(replaced_spawners), std::end(replaced_spawners), pid) !=
                          std::end(replaced_spawners);
}

} // namespace init::keeper
