// SPDX-License-Identifier: MIT
// The one process that writes to the container's stdout. It may block there for ever; nobody waits for it.
#pragma once

namespace init::keeper {

/// Carries whole lines from the pipe `source` to `output`, until the pipe has no writer left. Runs in a
/// process of its own, right after fork, and leaves it by `_exit`.
[[noreturn]] void scribe_main(int source, int output) noexcept;

} // namespace init::keeper
