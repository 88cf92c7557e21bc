// SPDX-License-Identifier: MIT
// The three layouts, the built-in entries that complete a bare table, and the entries that call an rc.
#define BOOST_TEST_MODULE rc_layout
#include <boost/test/unit_test.hpp>

#include "model/rc_layout.h"

using namespace init::model;

namespace {

/// `id:levels:action:process` of each entry, a built-in one in brackets.
std::string shape(const Inittab& table)
{
    std::string text;
    for (const InittabEntry& entry : table.entries)
        text += (text.empty() ? "" : " ") + (entry.file.empty() ? "[" + entry.id + "]" : entry.id);
    return text;
}

Inittab completed(std::string_view text, Layout layout)
{
    Inittab table = parse_inittab(text, "inittab");
    complete_inittab(table, layout);
    return table;
}

constexpr std::string_view all_levels = "[l0] [l1] [l2] [l3] [l4] [l5] [l6]";

std::string with_levels(std::string_view before, std::string_view after = "")
{
    std::string text{before};
    text += before.empty() ? "" : " ";
    text += all_levels;
    text += after.empty() ? "" : " ";
    return text.append(after);
}

InittabEntry running(std::string_view process)
{
    InittabEntry entry;
    entry.process = process;
    return entry;
}

} // namespace

BOOST_AUTO_TEST_CASE(the_layout_follows_from_what_a_root_holds)
{
    LayoutFacts facts;
    BOOST_TEST((layout_of(facts) == Layout::plain));
    facts.etc_rcS_d = true;
    BOOST_TEST((layout_of(facts) == Layout::debian));
    facts.rc_d_levels = true;
    BOOST_TEST((layout_of(facts) == Layout::red_hat));
    BOOST_TEST((layout_of({.rc_sysinit = true}) == Layout::red_hat));
    BOOST_TEST((layout_of({.init_d_rcS = true}) == Layout::debian));
    BOOST_TEST((layout_of({.rc_d_init_d = true}) == Layout::plain));
    BOOST_TEST(default_level_of(Layout::red_hat).letter() == '3');
    BOOST_TEST(default_level_of(Layout::debian).letter() == '2');
    BOOST_TEST(level_folder(Layout::red_hat, *Runlevel::from('3')) == "/etc/rc.d/rc3.d");
    BOOST_TEST(level_folder(Layout::plain, *Runlevel::from('S')) == "/etc/rcS.d");
    BOOST_TEST(script_folder(Layout::red_hat) == "/etc/rc.d/init.d");
    BOOST_TEST(script_folder(Layout::debian) == "/etc/init.d");
}

BOOST_AUTO_TEST_CASE(a_table_gets_what_it_lacks_and_no_more)
{
    struct Row {
        std::string_view claim, text;
        Layout layout;
        std::string entries;
    };
    const Row rows[] = {
        {"an empty one gets all", "", Layout::red_hat, with_levels("[si]")},
        {"so does one with a default only", "id:3:initdefault:\n", Layout::debian, with_levels("[si]")},
        {"a plain tree has no sysinit", "", Layout::plain, with_levels("")},
        {"a getty alone does not count", "1:2345:respawn:/sbin/getty\n", Layout::red_hat,
         with_levels("[si]", "1")},
        {"sysinit of the rc kind leaves the levels out", "si::sysinit:/etc/rc.d/rc.sysinit\n",
         Layout::red_hat, with_levels("si")},
        {"levels without sysinit", "l3:0123456:wait:/etc/rc.d/rc 3\n", Layout::red_hat, "[si] l3"},
        {"a level that is missing", "si::sysinit:/etc/rc.d/rc.sysinit\nl3:12345:wait:/etc/rc.d/rc 3\n",
         Layout::red_hat, "si [l0] [l6] l3"},
        {"an appliance with its own way into a level",
         "si::sysinit:/opt/boot\nap:3:wait:/opt/enter\ndb:3:respawn:/opt/db\n", Layout::plain, "si ap db"},
        {"an appliance without one", "si::sysinit:/opt/boot\ndb:3:respawn:/opt/db\n", Layout::plain,
         with_levels("si", "db")},
        {"a wait entry beside no sysinit", "ap:3:wait:/opt/enter\n", Layout::red_hat,
         with_levels("[si]", "ap")},
        {"rc follows the boot entries",
         "a:3:respawn:/x\nsi::sysinit:/etc/init.d/rcS\nb::bootwait:/y\nc:3:once:/z\n", Layout::debian,
         with_levels("a si b", "c")},
    };
    for (const Row& row : rows)
        BOOST_TEST_CONTEXT(row.claim)
    BOOST_TEST(shape(completed(row.text, row.layout)) == row.entries);
}

BOOST_AUTO_TEST_CASE(a_built_in_entry_never_takes_an_id_in_use)
{
    const Inittab table = completed("si:3:respawn:/x\nl3:3:respawn:/y\n", Layout::red_hat);
    BOOST_TEST(shape(table) == "[sia] [l0] [l1] [l2] [l3a] [l4] [l5] [l6] si l3");
}

BOOST_AUTO_TEST_CASE(built_in_entries_run_the_layouts_programs)
{
    const Inittab red_hat = completed("", Layout::red_hat);
    BOOST_TEST(red_hat.entries[0].process == "/etc/rc.d/rc.sysinit");
    BOOST_TEST((red_hat.entries[0].action == Action::sysinit));
    BOOST_TEST(red_hat.entries[4].process == "/etc/rc.d/rc 3");
    BOOST_TEST((red_hat.entries[4].action == Action::wait));
    BOOST_TEST(red_hat.entries[4].levels.to_string() == "3");
    const Inittab debian = completed("", Layout::debian);
    BOOST_TEST(debian.entries[0].process == "/etc/init.d/rcS");
    BOOST_TEST(debian.entries[7].process == "/etc/init.d/rc 6");
}

BOOST_AUTO_TEST_CASE(a_default_level_always_results_and_never_ends_the_container)
{
    struct Row {
        std::string_view text;
        Layout layout;
        char level;
        std::size_t diagnostics;
    };
    constexpr Row rows[] = {
        {"", Layout::red_hat, '3', 0},
        {"", Layout::plain, '2', 0},
        {"id:5:initdefault:\n", Layout::red_hat, '5', 0},
        {"id:S:initdefault:\n", Layout::debian, 'S', 0},
        {"id:0:initdefault:\n", Layout::red_hat, '3', 1},
        {"id:6:initdefault:\n", Layout::debian, '2', 1},
    };
    for (const Row& row : rows)
        BOOST_TEST_CONTEXT("table " << row.text)
        {
            const Inittab table = completed(row.text, row.layout);
            BOOST_TEST(table.default_level->letter() == row.level);
            BOOST_TEST(table.diagnostics.size() == row.diagnostics);
        }
    BOOST_TEST(to_string(completed("id:0:initdefault:\n", Layout::red_hat).diagnostics[0]) ==
               "/etc/inittab: initdefault 0 would end the container at once, runlevel 3 taken instead");
}

BOOST_AUTO_TEST_CASE(calls_of_the_rc_are_recognised_and_nothing_else)
{
    using Kind = RcCall::Kind;
    const auto level = [](char c) { return *Runlevel::from(c); };
    struct Row {
        std::string_view process;
        std::optional<RcCall> call;
    };
    const Row rows[] = {
        {"/etc/rc.d/rc 3", RcCall{Kind::level, level('3'), "/etc/rc.d/rc"}},
        {"/etc/rc 0", RcCall{Kind::level, level('0'), "/etc/rc"}},
        {"/etc/init.d/rc  6", RcCall{Kind::level, level('6'), "/etc/init.d/rc"}},
        {"/bin/sh /etc/rc.d/rc 5", RcCall{Kind::level, level('5'), "/etc/rc.d/rc"}},
        {"/bin/bash /etc/rc.d/rc.sysinit",
         RcCall{Kind::rc_sysinit, Runlevel::none(), "/etc/rc.d/rc.sysinit"}},
        {"/opt/bash /etc/rc.d/rc.sysinit", std::nullopt},
        {"exec /etc/rc.d/rc 5", RcCall{Kind::level, level('5'), "/etc/rc.d/rc"}},
        {"/etc/init.d/rcS", RcCall{Kind::sysinit_scripts, level('S'), "/etc/init.d/rcS"}},
        {"/etc/init.d/rc S", RcCall{Kind::sysinit_scripts, level('S'), "/etc/init.d/rc"}},
        {"/etc/rc.d/rc.sysinit", RcCall{Kind::rc_sysinit, Runlevel::none(), "/etc/rc.d/rc.sysinit"}},
        {"/etc/rc.sysinit", RcCall{Kind::rc_sysinit, Runlevel::none(), "/etc/rc.sysinit"}},
        {"/etc/rc.d/rc", std::nullopt},
        {"/etc/rc.d/rc 33", std::nullopt},
        {"/etc/rc.d/rc x", std::nullopt},
        {"/etc/rc.d/rc 3 quiet", std::nullopt},
        {"/etc/rc.d/rc 3 >/dev/null", std::nullopt},
        {"/etc/rc.d/rc.sysinit fast", std::nullopt},
        {"/bin/sh -x /etc/rc.d/rc 3", std::nullopt},
        {"/opt/rc 3", std::nullopt},
        {"/bin/sh", std::nullopt},
        {"", std::nullopt},
    };
    for (const Row& row : rows)
        BOOST_TEST_CONTEXT("process " << row.process)
    BOOST_TEST((parse_rc_call(running(row.process)) == row.call));
}
