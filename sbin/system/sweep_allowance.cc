// SPDX-License-Identifier: MIT
#include "system/sweep_allowance.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <utility>

namespace init::system {

std::size_t SweepAllowance::left(uid_t owner) const
{
    if (is_ours(owner))
        return std::numeric_limits<std::size_t>::max();
    const auto taken = taken_.find(owner);
    const std::size_t own = limits_.of_owner - (taken == taken_.end() ? 0 : taken->second);
    return std::min(own, limits_.of_others - taken_by_all_);
}

bool SweepAllowance::take(uid_t owner, std::size_t entries)
{
    if (is_ours(owner))
        return true;
    const std::size_t now = std::min(entries, left(owner));
    taken_[owner] += now;
    taken_by_all_ += now;
    return now == entries;
}

std::optional<std::string> SweepAllowance::words_for(uid_t owner)
{
    if (taken_by_all_ == limits_.of_others) {
        if (std::exchange(all_said_, true))
            return std::nullopt;
        return fmt::format("users other than root have more than {} entries", limits_.of_others);
    }
    if (!said_.insert(owner).second)
        return std::nullopt;
    return fmt::format("uid {} has more than {} entries", owner, limits_.of_owner);
}

} // namespace init::system
