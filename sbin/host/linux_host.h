// SPDX-License-Identifier: MIT
// The real answers to what the supervisor asks, made in the order in which they need each other.
#pragma once

#include "host/callers.h"
#include "host/log.h"
#include "host/loop.h"
#include "host/machine.h"
#include "host/processes.h"
#include "host/records.h"
#include "host/signals.h"
#include "host/tree.h"
#include "host/upkeep.h"
#include "keeper/keeper_pool.h"
#include "model/settings.h"
#include "world/host.h"

#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace init::host {

/// What PID 1 cannot be without, opened before anything is started.
struct Senses {
    system::UniqueFd events;  ///< for the loop
    system::UniqueFd signals; ///< a signalfd
    std::string fault;        ///< what could not be had and why; empty when all is there

    static Senses open();
};

class LinuxHost {
public:
    /// `senses` are whole. `pool` was started before anything else. Signals are blocked.
    LinuxHost(Senses senses, std::unique_ptr<keeper::KeeperPool> pool, const model::Settings& settings);
    LinuxHost(const LinuxHost&) = delete;
    LinuxHost& operator=(const LinuxHost&) = delete;
    ~LinuxHost() = default;

    /// From now on signals and keepers are heard. What is wrong, empty when all is well: with a fault init is
    /// deaf, and must not start anything.
    [[nodiscard]] std::string listen();
    /// For the supervisor.
    [[nodiscard]] world::Host& parts() noexcept { return all_; }
    [[nodiscard]] world::Log& log() noexcept { return log_; }

    /// Who answers a status request; without one the channel says so.
    void on_status(std::function<model::StatusReport(bool anew)> report)
    {
        callers_.on_status(std::move(report));
    }
    void use_log_choice(model::LogChoice choice) noexcept { log_.use_choice(choice); }
    /// After the supervisor has come to its end: the scribe writes out what it holds, until `deadline` at
    /// most, then everything is ended.
    void finish(std::optional<world::TimePoint> deadline) noexcept;

private:
    void hear_of_losses();

    std::unique_ptr<keeper::KeeperPool> pool_;
    Log log_;
    Loop loop_;
    Processes processes_;
    Tree tree_;
    Signals signals_;
    Callers callers_;
    Records records_;
    Upkeep upkeep_;
    Machine machine_;
    world::Host all_{loop_, processes_, callers_, records_, machine_, tree_, log_};
};

} // namespace init::host
