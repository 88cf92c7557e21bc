// SPDX-License-Identifier: MIT
#include "model/facilities.h"

#include "model/text_lines.h"

#include <fmt/format.h>

#include <algorithm>
#include <span>
#include <unordered_set>
#include <utility>

namespace init::model {
namespace {

struct BuiltIn {
    std::string_view facility;
    std::string_view members;
};

/// Debian's names as in its insserv.conf; Red Hat's as its own scripts are called.
constexpr BuiltIn built_ins[] = {
    {"$local_fs", "mountall mountall-bootclean mountoverflowtmp umountfs"},
    {"$network", "network networking ifupdown NetworkManager"},
    {"$named", "named bind9 dnsmasq lwresd unbound pdns-recursor $network"},
    {"$portmap", "portmap rpcbind"},
    {"$remote_fs", "$local_fs mountnfs mountnfs-bootclean umountnfs sendsigs netfs nfs"},
    {"$syslog", "rsyslog syslog sysklogd syslog-ng dsyslog inetutils-syslogd"},
    {"$time", "hwclock ntp ntpd ntpdate chrony chronyd openntpd"},
};

/// Lines with those that a backslash continues, each with the number of its first.
template <class Visit> void for_each_joined_line(std::string_view text, Visit&& visit)
{
    std::string joined;
    unsigned first = 0;
    for_each_line(text, [&](std::string_view line, unsigned number) {
        line = line.substr(0, line.find('#'));
        line = trimmed(line);
        if (first == 0)
            first = number;
        const bool continues = line.ends_with('\\');
        if (continues)
            line.remove_suffix(1);
        joined.append(joined.empty() ? "" : " ").append(line);
        if (continues)
            return;
        visit(std::string_view(joined), first);
        joined.clear();
        first = 0;
    });
    if (first != 0)
        visit(std::string_view(joined), first);
}

} // namespace

Facilities Facilities::built_in()
{
    Facilities facilities;
    for (const BuiltIn& row : built_ins) {
        std::vector<Member>& members = facilities.defined_[std::string(row.facility)];
        for (const std::string_view name : words_of(row.members))
            members.push_back({std::string(name), true});
    }
    return facilities;
}

Diagnostics Facilities::read(std::string_view text, std::string_view file)
{
    Diagnostics complaints;
    for_each_joined_line(text, [&](std::string_view line, unsigned number) {
        const std::vector<std::string_view> words = words_of(line);
        if (words.empty())
            return;
        if (words[0] == "<interactive>") {
            for (const std::string_view name : std::span(words).subspan(1))
                interactive_.emplace(name.starts_with('+') ? name.substr(1) : name);
            return;
        }
        if (words[0].size() < 2 || words[0][0] != '$') {
            complain(complaints, {std::string(file), number,
                                  fmt::format("\"{}\" is neither a $facility nor <interactive>, line ignored",
                                              words[0])});
            return;
        }
        std::vector<Member>& members = defined_[std::string(words[0])];
        for (const std::string_view name : std::span(words).subspan(1)) {
            Member member{std::string(name.starts_with('+') ? name.substr(1) : name), name.starts_with('+')};
            if (!member.name.empty())
                members.push_back(std::move(member));
        }
    });
    return complaints;
}

bool Facilities::is_known(std::string_view facility) const
{
    return facility == "$all" || facility == "$null" || defined_.contains(facility);
}

std::vector<Facilities::Member> Facilities::members(std::string_view facility) const
{
    struct Opened {
        const std::vector<Member>* members;
        std::size_t next;
        bool optional;
    };
    std::vector<Member> found;
    std::unordered_set<std::string_view> seen{facility};
    std::vector<Opened> opened;
    const auto open = [&](std::string_view name, bool optional) {
        if (const auto at = defined_.find(name); at != defined_.end())
            opened.push_back({&at->second, 0, optional});
    };
    open(facility, false);
    // Depth first, as the lines stand. No recursion: a file may nest as deep as it has lines.
    while (!opened.empty()) {
        Opened& last = opened.back();
        if (last.next == last.members->size()) {
            opened.pop_back();
            continue;
        }
        const Member& member = (*last.members)[last.next++];
        const bool may_miss = last.optional || member.optional;
        if (!seen.insert(member.name).second)
            continue;
        if (member.name.starts_with('$'))
            open(member.name, may_miss);
        else
            found.push_back({member.name, may_miss});
    }
    return found;
}

bool Facilities::is_interactive(std::string_view name) const
{
    return interactive_.contains(name);
}

} // namespace init::model
