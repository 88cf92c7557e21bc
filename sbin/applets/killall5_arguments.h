// SPDX-License-Identifier: MIT
// The command line of killall5: which signal, and who is left out. Source: killall5(8).
#pragma once

#include <sys/types.h>

#include <span>
#include <string>
#include <vector>

namespace init::applets {

struct Killall5Arguments {
    int signo = 9;
    std::vector<pid_t> omitted;
    std::string error; ///< why the line cannot be used; empty otherwise
};

/// `[-SIG] [-o pid[,pid...]]...`; SIG is a number or a name with or without SIG.
Killall5Arguments parse_killall5_arguments(std::span<const std::string> words);

} // namespace init::applets
