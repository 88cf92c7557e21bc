// SPDX-License-Identifier: MIT
// What may follow `init` on the command line when it boots: sysvinit's words and our options. Source:
// init(8).
#pragma once

#include "model/diagnostic.h"
#include "model/runlevel.h"

#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace init::model {

struct InitArguments {
    std::optional<Runlevel>
        level; ///< a single level character but 0 and 6; `single`, `-s`, `S` give S; `-b`, `emergency` too
    bool autoboot = false; ///< `-a`, `auto`: AUTOBOOT=YES in the environment of children
    std::vector<std::pair<std::string, std::string>> settings; ///< `--grace 10s` and `--grace=10s`, by key
    bool version = false;
    Diagnostics complaints; ///< words that mean nothing; they are passed over, as the kernel's words are
};

/// `-z WORD` is padding and ignored (OpenVZ starts init so). `--serial` is `--parallel no`. Words after `--`
/// are left out here with a complaint.
InitArguments parse_init_arguments(std::span<const std::string> arguments);

} // namespace init::model
