// SPDX-License-Identifier: MIT
// Runs of services' scripts that somebody asked for and waits for: `service NAME VERB`. Each is a run like
// those of a boot, with the boot's environment and a keeper of its own; nothing here has a time limit, since
// whoever waits can interrupt.
#pragma once

#include "supervisor/services.h"
#include "world/host.h"

#include <string>
#include <vector>

namespace init::supervisor {

class ServiceCalls {
public:
    ServiceCalls(world::Host& host, Services& services) noexcept : host_(host), services_(services) {}

    /// `folder` holds the scripts; `environment` is KEY=VALUE on top of the boot's, without the caller's.
    /// What cannot be run is refused with the reason, and its caller told that it may run it itself.
    void begin(const world::ServiceCalled& call, const std::string& folder,
               std::vector<std::string> environment, const model::Settings& settings);
    void signalled(const world::CallSignalled& event) noexcept;
    /// A stop has begun: what starts something now would only be stopped.
    void interrupt();

    // Events of runs; others' runs are passed over.
    void script_failed(const world::ScriptFailed& event);
    void script_ended(const world::ScriptEnded& event);

private:
    struct Call {
        world::CallId id{};
        world::RunId run{};
        std::string what; ///< `ssh restart`, for the log
        bool stops = false;
    };

    void refuse(const world::ServiceCalled& call, std::string why);
    void end(world::RunId run, int exit);

    world::Host& host_;
    Services& services_;
    std::vector<Call> calls_;
};

} // namespace init::supervisor
