// SPDX-License-Identifier: MIT
#include "system/activity.h"

#include "system/process_table.h"

#include <span>

namespace init::system {

bool is_busy(pid_t top) noexcept
{
    if (!is_proc_ours())
        return true;
    pid_t seen[most_looked_at + 1] = {top};
    std::size_t count = 1;
    for (std::size_t at = 0; at < count; ++at) {
        const std::optional<ProcessStat> stat = read_process(seen[at]);
        if (!stat && at == 0)
            return true;
        if (stat && (stat->state == 'R' || stat->state == 'D'))
            return true;
        if (!stat || stat->state == 'Z')
            continue;
        const auto below = first_children(seen[at], std::span(seen).subspan(count));
        if (!below)
            return true;
        count += *below;
        if (count > most_looked_at)
            return true;
    }
    return false;
}

} // namespace init::system
