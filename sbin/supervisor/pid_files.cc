// SPDX-License-Identifier: MIT
// Whether a pid file means the process that it names. Numbers come again: one that was left behind by an
// earlier life, by the image's build or by a daemon that was killed names whoever has that number now.
#include "supervisor/services.h"

#include <fmt/format.h>

#include <algorithm>

namespace init::supervisor {
namespace {

/// Files tell the time less exactly than processes, some by two seconds, and here the parts of one are cut
/// off.
constexpr std::int64_t margin = 3;

} // namespace

/// What sits under a keeper of the service's own is its own. Else it is not meant where it began after the
/// file was written, nor where it is what another service's own file names and that one's keeper has it. What
/// somebody has started by hand sits under anybody's keeper, or none, and is meant.
bool Services::is_meant(Service& service, const std::string& file, pid_t pid)
{
    if (pid == service.main)
        return true;
    const world::FileLook look = host_.tree.look(file);
    const bool is_later =
        look.kind != world::FileKind::none && host_.processes.started_at(pid) > look.modified + margin;
    const auto other = std::ranges::find_if(services_, [&](const Service& s) {
        return s.main == pid && !s.pid_files.empty() && s.pid_files.front() != file &&
               pid_in(s.pid_files.front()) == pid;
    });
    if (!is_later && other == services_.end())
        return true;
    const std::optional<world::RunId> run = host_.processes.run_above(pid);
    const Run* const above = run ? runs_.find(*run) : nullptr;
    const Service* const owner = above ? above->service : nullptr;
    if (owner == &service || (!is_later && owner != &*other))
        return true;
    if (service.not_meant != pid)
        host_.log.say(fmt::format("{}: {} names process {}, {}; the file is stale and is passed over",
                                  service.name, file, pid,
                                  owner ? fmt::format("which is {}'s", owner->name)
                                        : std::string("which began after it was written")));
    service.not_meant = pid;
    return false;
}

} // namespace init::supervisor
