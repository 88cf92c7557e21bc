// SPDX-License-Identifier: MIT
// The one signal handler of PID 1: for the faults that the kernel raises in init itself.
#pragma once

namespace init::system {

/// SEGV, BUS, FPE, ILL, ABRT, TRAP and SYS write one line to stderr, from a stack of their own, and leave
/// with 70.
void handle_faults() noexcept;

/// Every other disposition becomes the default: an ignored CHLD, inherited from whoever started init, would
/// lose children's statuses.
void reset_dispositions() noexcept;

} // namespace init::system
