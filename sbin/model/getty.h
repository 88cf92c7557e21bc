// SPDX-License-Identifier: MIT
// Recognises inittab commands that need a terminal (getty and its kin, display managers, sulogin), so that
// an entry whose device a container has not got is skipped instead of respawned for ever.
#pragma once

#include <optional>
#include <span>
#include <string>

namespace init::model {

struct TerminalNeed {
    std::string device; ///< `/dev/tty1`; empty for "any terminal" (sulogin, sushell)
    bool operator==(const TerminalNeed&) const = default;
};

/// What terminal the command opens; nothing for a command that is none of these.
std::optional<TerminalNeed> terminal_need(std::span<const std::string> argv);

} // namespace init::model
