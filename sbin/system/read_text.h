// SPDX-License-Identifier: MIT
// Reads a whole small file into memory, with a limit. For files of /proc and for configuration; what the text
// means is left to its parser.
#pragma once

#include "world/result.h"

#include <string>

namespace init::system {

/// At most `limit` bytes from the file's begin; a longer file is cut there. `folder` is an open directory
/// that a relative `path` starts from. A FIFO or device is refused with EINVAL, so that it cannot hold up the
/// caller; with `follow` false a link is refused with ELOOP. Errors: errno of open or read.
world::Result<std::string> read_text(const std::string& path, std::size_t limit);
world::Result<std::string> read_text_at(int folder, const char* path, std::size_t limit, bool follow);

} // namespace init::system
