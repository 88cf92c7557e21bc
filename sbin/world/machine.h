// SPDX-License-Identifier: MIT
// What the container is made of, besides files and processes.
#pragma once

#include "model/machine_script.h"

#include <string_view>

namespace init::world {

class Machine {
public:
    Machine() = default;
    Machine(const Machine&) = delete;
    Machine& operator=(const Machine&) = delete;
    virtual ~Machine() = default;

    virtual model::MachineFacts machine_facts() = 0;
    virtual unsigned processors() noexcept = 0;  ///< that we may run on, at least 1
    virtual bool has_terminal() = 0;             ///< the container's stdin is a terminal
    virtual void release_console() noexcept = 0; ///< HUP from the kernel: the terminal is lost
    virtual void set_title(std::string_view title) noexcept = 0; ///< `init [3]` in ps
};

} // namespace init::world
