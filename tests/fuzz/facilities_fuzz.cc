// SPDX-License-Identifier: MIT
// Any text as insserv.conf: every facility opens to an end, into names of which each is there once and none
// is a facility, and reading the same file again adds nothing.
#include "model/facilities.h"
#include "model/text_lines.h"
#include "within.h"

#include <algorithm>
#include <cstdint>
#include <set>

using namespace init::model;
using init::fuzz::hold;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const std::string_view text{reinterpret_cast<const char*>(data), size};
    const auto lines = static_cast<unsigned>(std::count(text.begin(), text.end(), '\n') + 1);
    Facilities once;
    for (const Diagnostic& complaint : once.read(text, "insserv.conf"))
        hold(complaint.line >= 1 && complaint.line <= lines);
    Facilities twice;
    twice.read(text, "insserv.conf");
    twice.read(text, "again");
    hold(once.is_empty() == twice.is_empty());
    Facilities both = Facilities::built_in();
    both.read(text, "insserv.conf");

    std::set<std::string_view> names{"$all", "$null", "$network", "$none"};
    for (const std::string_view word : words_of(text))
        if (word.starts_with('$'))
            names.insert(word);
        else
            hold(once.members(word).empty() && once.is_interactive(word) == twice.is_interactive(word));
    for (const std::string_view name : names) {
        const std::vector<Facilities::Member> members = once.members(name);
        std::set<std::string_view> seen;
        for (const Facilities::Member& member : members)
            hold(!member.name.empty() && !member.name.starts_with('$') && seen.insert(member.name).second);
        hold(members.empty() || once.is_known(name));
        hold(members == twice.members(name));
        hold(once.is_interactive(name) == twice.is_interactive(name));
        // What the distributions have stands before it, and takes nothing away.
        std::set<std::string, std::less<>> all;
        for (Facilities::Member& member : both.members(name))
            all.insert(std::move(member.name));
        for (const Facilities::Member& member : members)
            hold(all.contains(member.name));
    }

    init::fuzz::guard_time(text, 256 * 1024, [&](std::string_view large) {
        Facilities facilities;
        facilities.read(large, "x");
        const std::size_t name = std::min(text.find('$'), text.size());
        for (const std::string_view word : words_of(text.substr(name, 16)))
            hold(facilities.members(word).size() <= large.size());
    });
    return 0;
}
