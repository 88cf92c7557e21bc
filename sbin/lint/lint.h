// SPDX-License-Identifier: MIT
// Looks for the faults of an image's rc tree, without running anything of it.
#pragma once

#include "lint/finding.h"
#include "model/diagnostic.h"
#include "model/machine_script.h"
#include "model/settings.h"
#include "world/tree.h"

#include <array>
#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace init::lint {

struct Report {
    std::string failure; ///< why nothing could be looked at; empty otherwise
    std::vector<Finding> findings;
    std::size_t scripts = 0;             ///< that were judged
    std::array<std::size_t, 3> counts{}; ///< by severity

    [[nodiscard]] std::size_t count(Severity severity) const noexcept
    {
        return counts[static_cast<std::size_t>(severity)];
    }
    /// A warning or an error; notes are none.
    [[nodiscard]] bool has_fault() const noexcept
    {
        return count(Severity::warning) + count(Severity::error) > 0;
    }
};

/// `complaints`: of the configuration, for its rule. `grace`: how long the container's runtime waits, where
/// times are to be judged. Every file is read once, and the cost is linear in scripts and links.
Report lint(world::Tree& tree, const model::Settings& settings, const model::MachineFacts& facts,
            const model::Diagnostics& complaints, std::optional<std::chrono::milliseconds> grace);

} // namespace init::lint
