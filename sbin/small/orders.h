// SPDX-License-Identifier: MIT
// What the words after a small init's name and its variables ask for.
#pragma once

#include "small/teller.h"

#include <bitset>
#include <cstring>

namespace init::small {

/// As main gets them. Reading options may put the words in another order.
struct Invocation {
    int argc;
    char** argv;
    char** envp;
};

constexpr int rewritable = 31; ///< the highest signal that can be rewritten

struct Orders {
    char** command = nullptr; ///< null for a pause program
    bool own_session = false;
    bool group = false; ///< signals go to the child's group
    bool subreaper = false;
    bool warn_reaped = false;
    int parent_death = 0;                  ///< a signal, or 0
    signed char rewritten[rewritable + 1]; ///< what a signal becomes: 0 nothing, -1 itself
    std::bitset<256> to_zero;              ///< exit codes that become 0

    Orders() noexcept { std::memset(rewritten, -1, sizeof rewritten); }
};

constexpr int go_on = -1;

/// Reads both. `go_on`, or the status to leave with: 0 after a page that was asked for, 1 after a mistake;
/// either has been shown by then.
int read_orders(const Personality& who, const Invocation& call, Teller& teller, Orders& orders) noexcept;

} // namespace init::small
