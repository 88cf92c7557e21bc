// SPDX-License-Identifier: MIT
// The soft value of one resource limit, as a caller hands it on to what is run for it.
#pragma once

#include <cstdint>

namespace init::world {

/// The hard limit stays as it is. Source: setrlimit(2).
struct SoftLimit {
    int resource = 0;
    std::uint64_t value = 0;

    bool operator==(const SoftLimit&) const = default;
};

} // namespace init::world
