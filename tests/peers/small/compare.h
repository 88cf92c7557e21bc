// SPDX-License-Identifier: MIT
// How a run of ours is held against a run of the peer.
#pragma once

#include "world.h"

#include <functional>

namespace small_test {

/// Every digit run that is a process id is written as N: what stands in brackets or behind "pid".
std::string without_pids(const std::string& text);
std::string first_line(const std::string& text);

/// Runs `observe` on both and fails where they differ, unless `reason` says why they must: then they fail by
/// being the same, so that the list of reasons stays true. Where the peer is missing, ours alone is observed
/// and that is said once. Gives what ours did.
std::string same_for_both(const std::string& name, const std::function<std::string(Whose)>& observe,
                          const char* reason = nullptr);

/// Which inits the tests hold against a peer.
bool has_peer(const std::string& name);

} // namespace small_test
