// SPDX-License-Identifier: MIT
// The tiny process from which keepers are cloned. init forks it before it builds any table, so that what
// keepers share with it is small and stays shared.
#pragma once

namespace init::keeper {

class Ledger;

/// Clones a keeper for each order that arrives on `orders`, as a child of init. Runs in a process of its own,
/// right after fork; leaves it by `_exit` when init's end of the socket is closed. `messages` and `lines` are
/// the write ends that keepers get; a keeper's pid stands in its entry of `ledger` before it does anything.
[[noreturn]] void spawner_main(int orders, int messages, int lines, Ledger& ledger) noexcept;

} // namespace init::keeper
