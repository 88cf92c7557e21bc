// SPDX-License-Identifier: MIT
// The container's log, as init writes to it.
#pragma once

#include <string_view>

namespace init::world {

class Log {
public:
    Log() = default;
    Log(const Log&) = delete;
    Log& operator=(const Log&) = delete;
    virtual ~Log() = default;

    /// One line, whatever bytes the names in it hold; the name of the program stands before it. Never blocks.
    virtual void say(std::string_view line) noexcept = 0;
    /// Only with log=debug.
    virtual void debug(std::string_view line) noexcept = 0;
};

} // namespace init::world
