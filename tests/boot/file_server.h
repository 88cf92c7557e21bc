// SPDX-License-Identifier: MIT
// A file server for the tests inside a container, on the kernel's own FUSE protocol: it shows a file, or a
// folder of files, read-only at another place, and falls silent when it is told.
#pragma once

#include <string>

namespace boot {

/// Mounts `source` on `point` and comes back in the caller, with 0 where that worked; the server goes on in a
/// process of its own. Where a file `silence` exists it answers nobody any more. `deaf`: it ignores TERM.
int serve_files(const std::string& point, const std::string& source, const std::string& silence, bool deaf);

} // namespace boot
