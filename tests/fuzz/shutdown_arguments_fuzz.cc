// SPDX-License-Identifier: MIT
// Any words as shutdown's command line: it is refused in words, or has a time that can be counted.
#include "model/shutdown_arguments.h"
#include "model/text_lines.h"

#include <cstdint>
#include <vector>

using namespace init::model;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const auto views = words_of({reinterpret_cast<const char*>(data), size});
    const std::vector<std::string> words{views.begin(), views.end()};
    const ShutdownArguments read = parse_shutdown_arguments(words);
    if (!read.error.empty() || read.cancel)
        return 0;
    const auto left = parse_shutdown_time(read.time, 23, 59);
    if (!left || left->count() < 0)
        __builtin_trap();
    return 0;
}
