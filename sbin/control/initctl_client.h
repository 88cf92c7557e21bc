// SPDX-License-Identifier: MIT
// The client's end of the initctl FIFO: one request, one write, and never more than a few seconds of waiting.
#pragma once

#include "control/initctl_fifo.h"
#include "model/initctl_request.h"

#include <chrono>
#include <string>
#include <vector>

namespace init::control {

struct InitctlRoute {
    std::vector<std::string> paths = initctl_paths();
    std::chrono::milliseconds limit{3000}; ///< in all, as sysvinit's clients wait
};

/// Sends to the first FIFO that somebody reads. Returns an empty text, or why it was not sent: on what, the
/// reason, and what it means.
std::string send_initctl(const model::InitctlRequest& request, const InitctlRoute& route = {});

/// True where this user may write to one of the FIFOs.
bool may_send_initctl(const InitctlRoute& route = {});

} // namespace init::control
