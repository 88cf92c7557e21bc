// SPDX-License-Identifier: MIT
// Any bytes as an init script and as a pid file: candidates are absolute paths, and a pid is one that may be
// signalled.
#include "model/pid_file.h"

#include <cstdint>

using namespace init::model;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const std::string_view text{reinterpret_cast<const char*>(data), size};
    for (const std::string& path : pid_file_candidates(text, "service"))
        if (!path.starts_with('/') || path.find('\n') != std::string::npos)
            __builtin_trap();
    if (const auto pid = parse_pid_file(text); pid && *pid <= 1)
        __builtin_trap();
    return 0;
}
