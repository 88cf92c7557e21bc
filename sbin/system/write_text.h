// SPDX-License-Identifier: MIT
// Writes a whole text to a descriptor that may wait: a file, or the output of a program that is not PID 1.
// What must never wait has its own way to write.
#pragma once

#include "world/result.h"

#include <string_view>

namespace init::system {

/// Goes on after short writes and interruptions. Errors: errno of write(2); the head of the text may have
/// been written then. EAGAIN is one of them, so it is for descriptors without O_NONBLOCK.
world::Result<void> write_text(int fd, std::string_view text) noexcept;

} // namespace init::system
