// SPDX-License-Identifier: MIT
// Any text as an inittab, and the same text as a fragment on top of it: every entry must be startable and the
// completed table must have a default level.
#include "model/inittab.h"
#include "model/rc_layout.h"

#include <cstdint>

using namespace init::model;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const std::string_view text{reinterpret_cast<const char*>(data), size};
    Inittab table = parse_inittab(text, "inittab");
    add_inittab_fragment(table, text, "x.tab");
    complete_inittab(table, static_cast<Layout>(size % 3));
    if (!table.default_level || table.default_level->ends())
        __builtin_trap();
    for (const InittabEntry& entry : table.entries) {
        static_cast<void>(parse_rc_call(entry));
        if (entry.id.empty() || command_of(entry).argv.empty())
            __builtin_trap();
    }
    return 0;
}
