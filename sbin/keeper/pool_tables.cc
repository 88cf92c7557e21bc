// SPDX-License-Identifier: MIT
// Who is who: keepers and runs by number and by process.
#include "keeper/pool_state.h"

#include <algorithm>

namespace init::keeper {

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

/// Also one that has not announced itself.
KeeperPool::State::Keeper* KeeperPool::State::find_process(pid_t pid) noexcept
{
    const auto found =
        std::find_if(keepers.begin(), keepers.end(), [pid](const Keeper& k) { return k.process() == pid; });
    return pid > 0 && found != keepers.end() ? &*found : nullptr;
}

void KeeperPool::State::forget_keeper(std::uint32_t number) noexcept
{
    std::erase_if(keepers, [number](const Keeper& k) { return k.number == number; });
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

/// They stand in the order of their numbers, which only grow.
KeeperPool::State::Run* KeeperPool::State::find_run(std::uint32_t id) noexcept
{
    const auto found = std::lower_bound(
        runs.begin(), runs.end(), id, [](const auto& run, std::uint32_t wanted) { return run->id < wanted; });
    return found != runs.end() && (*found)->id == id ? found->get() : nullptr;
}

/// The run whose script this child of init is.
KeeperPool::State::Run* KeeperPool::State::find_script(pid_t pid) noexcept
{
    const auto found =
        std::find_if(runs.begin(), runs.end(), [&](const auto& run) { return is_script_of(*run, pid); });
    return pid > 0 && found != runs.end() ? found->get() : nullptr;
}

/// A script under a keeper is a child of init's only when that keeper is dead, be it that init has not heard
/// of it yet: one that the keeper has reaped was another process of that number.
bool KeeperPool::State::is_script_of(const Run& run, pid_t pid) noexcept
{
    if (run.is_script_over)
        return false;
    if (run.is_direct || run.is_orphaned)
        return run.script == pid;
    const Keeper* const keeper = find_keeper_of(run.id);
    return keeper != nullptr && keeper->place && keeper->place.entry().living_script(run.id) == pid;
}

void KeeperPool::State::forget_run(std::uint32_t id) noexcept
{
    std::erase_if(runs, [id](const auto& run) { return run->id == id; });
}

bool KeeperPool::State::is_replaced_spawner(pid_t pid) const noexcept
{
    return pid > 0 && std::find(std::begin(replaced_spawners), std::end(replaced_spawners), pid) !=
                          std::end(replaced_spawners);
}

} // namespace init::keeper
