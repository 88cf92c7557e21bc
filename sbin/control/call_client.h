// SPDX-License-Identifier: MIT
// The side of somebody who calls for a service's script: hands the call to init, copies what the script
// writes to its own stdout, and passes on what interrupts it.
#pragma once

#include "control/call_request.h"

#include <chrono>
#include <string>

namespace init::control {

/// Init must have taken a call up within this.
inline constexpr std::chrono::seconds answer_limit{2};

struct CallOutcome {
    enum class Kind {
        no_init, ///< there is no state folder, or nobody listens in it: this is no container of ours
        refused, ///< nothing was run; `why` says why not
        ended,   ///< `exit` is the script's
        lost,    ///< init took it up and then went away
    } kind = Kind::no_init;
    int exit = 0;
    std::string why;
};

/// Calls init at `folder`/control and waits for the end of the script, not of the daemons that keep its
/// output. INT, TERM, HUP and QUIT are blocked meanwhile and passed on to the script. Never returns `refused`
/// for a call that init runs.
CallOutcome call_service(const std::string& folder, const CallRequest& request,
                         std::chrono::milliseconds limit = answer_limit);

/// The caller's own surroundings: what `may_be_handed_on` of the environment, and its soft limits.
CallRequest make_call(std::string service, std::vector<std::string> arguments);

} // namespace init::control
