// SPDX-License-Identifier: MIT
// Any bytes as an rc.sysinit: normalising twice changes nothing more, and a machine's line lies within the
// text.
#include "model/shell_commands.h"
#include "model/stock_script.h"

#include <algorithm>
#include <cstdint>

using namespace init::model;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const std::string_view text{reinterpret_cast<const char*>(data), size};
    const std::string once = normalised_script(text);
    if (normalised_script(once) != once)
        __builtin_trap();
    static_cast<void>(is_stock_rc(text) || is_stock_rc_sysinit(text));
    const auto lines = static_cast<unsigned>(std::count(text.begin(), text.end(), '\n')) + 1;
    for (const ShellCommand& command : shell_commands(text))
        if (command.words.empty() || command.line == 0 || command.line > lines)
            __builtin_trap();
    static_cast<void>(find_machine_line(text));
    return 0;
}
