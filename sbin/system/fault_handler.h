// SPDX-License-Identifier: MIT
// The one signal handler of PID 1: for the faults that the kernel raises in init itself.
#pragma once

#include <initializer_list>

namespace init::system {

/// One line, at most 240 bytes, to stderr. It is lost where stderr cannot take it at once: what is about to
/// leave must not wait for a reader. Async-signal-safe; allocates nothing.
void write_last_words(std::initializer_list<const char*> parts) noexcept;

/// SEGV, BUS, FPE, ILL, ABRT, TRAP and SYS write one line to stderr, from a stack of their own, and leave
/// with 70.
void handle_faults() noexcept;

/// Every other disposition becomes the default: an ignored CHLD, inherited from whoever started init, would
/// lose children's statuses.
void reset_dispositions() noexcept;

} // namespace init::system
