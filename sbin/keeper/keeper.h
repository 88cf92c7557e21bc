// SPDX-License-Identifier: MIT
// The small process between init and one run of a script: subreaper, reader of its output, reporter of its
// end. It is born waiting, gets one order that makes it somebody's keeper, and leaves when nothing is left
// under it.
#pragma once

#include <cstdint>

namespace init::keeper {

/// Where spawner and keeper hold what they were given. The order socket is the spawner's own in the spawner.
constexpr int order_fd = 3;
constexpr int message_fd = 4;
constexpr int line_fd = 5;

class LedgerEntry;

/// The life of a keeper, from right after the clone; `socket` is where its orders arrive, `entry` where the
/// traces of its work stay when it is killed. Leaves by `_exit`.
[[noreturn]] void keeper_main(std::uint32_t number, int socket, LedgerEntry& entry) noexcept;

} // namespace init::keeper
