// SPDX-License-Identifier: MIT
// What happens where descriptors run short. A run costs init two: the socket of its keeper, and a read end of
// its output, which serves only to put another keeper in the place of one that was killed. So the read ends
// of services that are up are what can be let go of: where the limit is 1,024 some 900 services can be up
// instead of half of that, and each of them can be stopped by its script.
#include "keeper/pool_state.h"

#include <fcntl.h>
#include <sys/resource.h>

#include <algorithm>
#include <cerrno>

namespace init::keeper {

namespace {

constexpr std::size_t let_go_at_once = 8;
/// For what init opens for a moment: a table, a script's head, a file of /proc.
constexpr std::size_t most_slack = 8;

} // namespace

bool is_short_of_descriptors(int error) noexcept
{
    return error == EMFILE || error == ENFILE;
}

/// Whether what init opens for a moment still finds room. Tried only where the limit may be near: `latest`
/// was opened last, and a number comes into use when all below it are.
bool KeeperPool::State::has_slack(int latest) noexcept
{
    highest_descriptor = std::max(highest_descriptor, latest);
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0 ||
        static_cast<rlim_t>(highest_descriptor) < limit.rlim_cur / 2)
        return true;
    system::UniqueFd probes[most_slack];
    const auto wanted = std::min<std::size_t>(most_slack, limit.rlim_cur / 8);
    return std::all_of(probes, probes + wanted, [this](system::UniqueFd& probe) {
        probe.reset(::fcntl(message_reader.get(), F_DUPFD_CLOEXEC, 0));
        return static_cast<bool>(probe);
    });
}

/// Lets go of some read ends, in the order of their keepers; false where there is none left. The script of
/// the run is over, and its keeper has an end of its own.
bool KeeperPool::State::let_go_of_outputs() noexcept
{
    std::size_t count = 0;
    for (const Keeper& keeper : keepers) {
        Run* const run = keeper.is_ordered && !keeper.is_leaving ? find_run(keeper.run) : nullptr;
        if (run == nullptr || !run->is_script_over || run->writer || !run->output)
            continue;
        run->output.reset();
        if (++count == let_go_at_once)
            break;
    }
    if (count != 0 && !is_short) {
        is_short = true;
        say("the limit of open files is near: a service that is up whose keeper is killed now loses its "
            "output");
    }
    return count != 0;
}

} // namespace init::keeper
