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
    /// A single level character but 0 and 6; `single`, `-s`, `S` give S; `-b`, `emergency` too.
    std::optional<Runlevel> level;
    bool autoboot = false; ///< `-a`, `auto`: AUTOBOOT=YES in the environment of children
    std::vector<std::pair<std::string, std::string>> settings; ///< `--grace 10s` and `--grace=10s`, by key
    bool version = false;
    std::vector<std::string> command; ///< CMD and its words: what follows `--`, or begins with a program
    bool command_waits = true;        ///< false for `--no-wait`
    Diagnostics complaints; ///< words that mean nothing; they are passed over, as the kernel's words are
};

/// `-z WORD` is padding and ignored (OpenVZ starts init so). `--serial` is `--parallel no`. A word that
/// means nothing to init and is a program begins a command, as in `docker run IMAGE /sbin/init bash`;
/// `is_program` tells.
/// Of more than 200 words before a `--` or a command the rest is passed over, with a complaint.
InitArguments parse_init_arguments(std::span<const std::string> arguments,
                                   bool (*is_program)(const std::string& word));

} // namespace init::model
