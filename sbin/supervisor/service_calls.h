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

class ServiceCalls final : public RunListener {
public:
    ServiceCalls(world::Host& host, Runs& runs, Services& services) noexcept
        : host_(host), runs_(runs), services_(services)
    {
    }

    /// `folder` holds the scripts; `environment` is KEY=VALUE on top of the boot's, without the caller's.
    /// What cannot be run is refused with the reason, and its caller told that it may run it itself. What has
    /// to wait for another run of the script begins when that is over.
    void begin(const world::ServiceCalled& call, const std::string& folder,
               std::vector<std::string> environment, const model::Settings& settings);
    void signalled(const world::CallSignalled& event) noexcept;
    /// A stop has begun: what starts something now would only be stopped.
    void interrupt() noexcept;

    void run_over(const Run& run, const model::RunOutcome& outcome, pid_t left,
                  const std::string& why) override;

private:
    struct Call {
        world::CallId id{};
        world::RunId run{}; ///< none while it is held
        std::string what;   ///< `ssh restart`, for the log
        Run wanted;
        world::ScriptRequest request;
    };

    void refuse(const world::ServiceCalled& call, std::string why);
    [[nodiscard]] bool has_to_wait(const Call& call) noexcept;
    [[nodiscard]] bool try_run(Call& call) noexcept;
    void end(const Call& call, int exit) noexcept;
    void drop(std::size_t index, int signo) noexcept;

    world::Host& host_;
    Runs& runs_;
    Services& services_;
    std::vector<Call> calls_;
};

} // namespace init::supervisor
