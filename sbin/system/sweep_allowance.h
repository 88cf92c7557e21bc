// SPDX-License-Identifier: MIT
// How much of others the sweep may still look at: each owner has a share of its own, so that whoever fills
// the run folders with names keeps nobody's pid file in place but its own. Root and init's own user have no
// limit.
#pragma once

#include "system/sweep.h"

#include <unistd.h>

#include <map>
#include <optional>
#include <set>

namespace init::system {

class SweepAllowance {
public:
    explicit SweepAllowance(const SweepLimits& limits) noexcept : limits_(limits) {}

    /// Root's and our own user's.
    [[nodiscard]] bool is_ours(uid_t owner) const noexcept { return owner == 0 || owner == self_; }

    /// How many entries of this owner may be looked at.
    [[nodiscard]] std::size_t left(uid_t owner) const;
    /// Takes that many off; false, and as many as there are, where fewer are left.
    [[nodiscard]] bool take(uid_t owner, std::size_t entries);
    /// What limit was met for this owner, the first time; then nothing, since it has been said.
    [[nodiscard]] std::optional<std::string> words_for(uid_t owner);

private:
    const SweepLimits limits_;
    const uid_t self_ = ::geteuid();
    std::map<uid_t, std::size_t> taken_;
    std::size_t taken_by_all_ = 0;
    std::set<uid_t> said_;
    bool all_said_ = false;
};

} // namespace init::system
