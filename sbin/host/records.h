// SPDX-License-Identifier: MIT
// The container's files that init owns: run and lock folders, utmp and wtmp. The channels among them are the
// callers'.
#pragma once

#include "system/prepare.h"
#include "system/utmp.h"
#include "world/log.h"
#include "world/records.h"

#include <cstdint>
#include <functional>

namespace init::host {

/// The channels, as far as they are files that a script may remove.
struct Channels {
    std::function<void()> open;
    std::function<void()> mend;
};

class Records final : public world::Records {
public:
    /// `options` is for the first time, and for the mending without its sweep. `log` outlives it.
    Records(world::Log& log, system::PrepareOptions options, Channels channels, system::UtmpPaths paths = {});

    void prepare_system() override;
    void mend_files() override;
    void remove_file(const std::string& path) noexcept override;
    void record_boot() noexcept override;
    void record_runlevel(model::Runlevel previous, model::Runlevel level) noexcept override;
    void record_process(const std::string& id, pid_t pid, bool alive) noexcept override;

private:
    void mend_records() noexcept;
    [[nodiscard]] const system::UtmpWriter& writer() const noexcept;

    world::Log& log_;
    system::PrepareOptions options_;
    Channels channels_;
    system::UtmpPaths paths_;
    system::UtmpWriter both_;
    system::UtmpWriter utmp_alone_; ///< where wtmp lies with a file server that does not answer
    model::Runlevel previous_;
    model::Runlevel level_;
    bool boot_is_recorded_ = false;
};

} // namespace init::host
