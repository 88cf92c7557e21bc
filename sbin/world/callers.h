// SPDX-License-Identifier: MIT
// Those who speak to init over its FIFOs, its socket and its state files.
#pragma once

#include "world/events.h"

#include <string>

namespace init::world {

/// What a caller is told: first that its call is taken up or why it is not, then how the script ended.
struct CallAnswer {
    enum class Kind { taken, refused, ended } kind = Kind::taken;
    int exit = 0;    ///< of `ended`: the script's exit code, or 128 + the signal
    std::string why; ///< of `refused`
};

class Callers {
public:
    Callers() = default;
    Callers(const Callers&) = delete;
    Callers& operator=(const Callers&) = delete;
    virtual ~Callers() = default;

    /// False where the caller has gone. A call that was not `taken` must not be run: its caller does that.
    /// Only `refused` needs memory.
    virtual bool answer_call(CallId call, const CallAnswer& answer) = 0;
    virtual void control_channel(bool open) noexcept = 0; ///< USR1 reopens the initctl FIFO, USR2 closes it
    virtual void status_changed() noexcept = 0;           ///< the state files are to be written anew, soon
};

} // namespace init::world
