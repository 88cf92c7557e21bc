// SPDX-License-Identifier: MIT
// What the container is made of, and what of it init shows to others: its terminal and its own title.
#pragma once

#include "world/log.h"
#include "world/machine.h"

#include <optional>

namespace init::host {

class Machine final : public world::Machine {
public:
    /// `set_hostname`: the facts say that the name may be set, where the kernel lets us. `log` outlives it.
    Machine(world::Log& log, bool set_hostname) noexcept;

    model::MachineFacts machine_facts() override; ///< probed once
    unsigned processors() noexcept override;
    bool has_terminal() override { return has_terminal_; }
    void release_console() noexcept override;
    void set_title(std::string_view title) noexcept override;

private:
    world::Log& log_;
    bool set_hostname_;
    bool has_terminal_;
    std::optional<model::MachineFacts> facts_;
};

} // namespace init::host
