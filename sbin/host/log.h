// SPDX-License-Identifier: MIT
// init's own lines, on their way to the scribe.
#pragma once

#include "keeper/keeper_pool.h"
#include "model/settings.h"
#include "world/log.h"

namespace init::host {

class Log final : public world::Log {
public:
    /// `pool` outlives it.
    Log(keeper::KeeperPool& pool, model::LogChoice choice) noexcept : pool_(pool), choice_(choice) {}

    void say(std::string_view line) noexcept override { pool_.say(line); }
    void debug(std::string_view line) noexcept override
    {
        if (choice_ == model::LogChoice::debug)
            pool_.say(line);
    }
    void use_choice(model::LogChoice choice) noexcept { choice_ = choice; }

private:
    keeper::KeeperPool& pool_;
    model::LogChoice choice_;
};

} // namespace init::host
