// SPDX-License-Identifier: MIT
// Inittab lines: limits, oddities, comments, fragments and commands; and whole tables against the files
// beside them.
#define BOOST_TEST_MODULE inittab
#include <boost/test/unit_test.hpp>

#include "model/inittab.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <vector>

using namespace init::model;

namespace {

/// One entry in the words of the expected files: `id levels action flags process`.
std::string shown(const InittabEntry& entry)
{
    std::string flags = entry.records ? "" : "+";
    flags += entry.shell ? "" : "@";
    return std::to_string(entry.line) + ' ' + entry.id + ' ' + entry.levels.to_string() + ' ' +
           std::string{to_string(entry.action)} + ' ' + (flags.empty() ? "-" : flags) + " [" + entry.process +
           ']';
}

std::string shown(const Inittab& table)
{
    std::string text = "default ";
    text += table.default_level ? table.default_level->letter() : '-';
    text += '\n';
    for (const InittabEntry& entry : table.entries)
        text += shown(entry) + '\n';
    for (const Diagnostic& diagnostic : table.diagnostics)
        text += "! " + to_string(diagnostic) + '\n';
    return text;
}

std::string read_file(const std::filesystem::path& path)
{
    std::ifstream file{path, std::ios::binary};
    return {std::istreambuf_iterator<char>{file}, {}};
}

std::string only_diagnostic(std::string_view text)
{
    const Inittab table = parse_inittab(text, "inittab");
    return table.diagnostics.size() == 1 ? to_string(table.diagnostics[0]) : "(not one diagnostic)";
}

} // namespace

BOOST_AUTO_TEST_CASE(whole_tables_read_as_the_files_beside_them_say)
{
    std::vector<std::filesystem::path> files;
    for (const auto& file : std::filesystem::directory_iterator{RCINIT_TEST_DATA "/inittab"})
        if (file.path().extension() == ".inittab")
            files.push_back(file.path());
    BOOST_TEST(files.size() >= 7U);
    for (std::filesystem::path file : files)
        BOOST_TEST_CONTEXT(file.filename().string())
        {
            const std::string text = read_file(file);
            BOOST_TEST(shown(parse_inittab(text, "inittab")) ==
                       read_file(file.replace_extension(".expected")));
        }
}

BOOST_AUTO_TEST_CASE(a_bad_line_is_named_with_what_happens_now)
{
    struct Row {
        std::string line, diagnostic;
    };
    const Row rows[] = {
        {"x:3:respwan:/bin/x", "inittab:1: unknown action \"respwan\", line ignored"},
        {"x:3:respawn", "inittab:1: fewer than four fields (id:runlevels:action:process), line ignored"},
        {"/bin/x", "inittab:1: fewer than four fields (id:runlevels:action:process), line ignored"},
        {":3:respawn:/bin/x", "inittab:1: the id is empty, line ignored"},
        {"abcde:3:respawn:/bin/x", "inittab:1: id \"abcde\" is longer than 4 characters, line ignored"},
        {"x:012345678901:wait:/x",
         "inittab:1: runlevels \"012345678901\" are more than 11 characters, line ignored"},
        {"x:3:" + std::string(33, 'w') + ":/x",
         "inittab:1: action \"" + std::string(33, 'w') + "\" is longer than 32 characters, line ignored"},
        {"x:3:wait:" + std::string(4097, 'p'),
         "inittab:1: the process is longer than 4096 characters, line ignored"},
        {"x:3:wait:", "inittab:1: the process is empty, line ignored"},
        {"x:3:wait:+@ # nothing", "inittab:1: the process is empty, line ignored"},
        {"x:3d:wait:/x", "inittab:1: \"d\" is no runlevel, that character left out"},
        {"id::initdefault:", "inittab:1: initdefault names no runlevel, line ignored"},
        {"id:3:initdefault:\nie:5:initdefault:", "inittab:2: a default runlevel is set before, line ignored"},
        {"x:3:wait:/x\nx:5:wait:/y", "inittab:2: id \"x\" is used before, line ignored"},
        {"x:3:initdefault:\nx:5:wait:/y", "inittab:2: id \"x\" is used before, line ignored"},
        {std::string{"x:3:wait:/x\0y", 13}, "inittab:1: the line holds a NUL byte, line ignored"},
    };
    for (const Row& row : rows)
        BOOST_TEST_CONTEXT("line " << row.line)
    BOOST_TEST(only_diagnostic(row.line) == row.diagnostic);
}

BOOST_AUTO_TEST_CASE(values_at_a_limit_are_taken)
{
    const std::string text = "abcd:S0123456789:WAIT:" + std::string(4096, 'p');
    const Inittab table = parse_inittab(text, "inittab");
    BOOST_TEST(table.diagnostics.empty());
    BOOST_REQUIRE(table.entries.size() == 1U);
    BOOST_TEST(table.entries[0].process.size() == 4096U);
}

BOOST_AUTO_TEST_CASE(an_empty_level_field_means_what_the_action_says)
{
    struct Row {
        std::string_view line, levels;
    };
    constexpr Row rows[] = {
        {"x::wait:/x", "0123456789"},         {"x::respawn:/x", "0123456789"},
        {"x::ctrlaltdel:/x", "0123456789S"},  {"x::powerfail:/x", "0123456789S"},
        {"x::powerokwait:/x", "0123456789S"}, {"x::kbrequest:/x", "0123456789"},
        {"x:3:sysinit:/x", "0123456789"},     {"x:Z:bootwait:/x", "0123456789"},
        {"x:12:powerwait:/x", "12"},          {"x:s:wait:/x", "S"},
        {"x:abC:ondemand:/x", "abc"},
    };
    for (const Row& row : rows)
        BOOST_TEST_CONTEXT("line " << row.line)
        {
            const Inittab table = parse_inittab(row.line, "inittab");
            BOOST_TEST(table.diagnostics.empty());
            BOOST_REQUIRE(table.entries.size() == 1U);
            BOOST_TEST(table.entries[0].levels.to_string() == row.levels);
        }
}

BOOST_AUTO_TEST_CASE(a_line_with_unknown_levels_alone_is_ignored)
{
    const Inittab table = parse_inittab("x:Z:respawn:/x\n", "inittab");
    BOOST_TEST(table.entries.empty());
    BOOST_TEST(table.diagnostics.back().text ==
               "runlevels \"Z\" hold none that an inittab knows, line ignored");
}

BOOST_AUTO_TEST_CASE(the_default_is_the_highest_character_of_the_first_good_line)
{
    struct Row {
        std::string_view text;
        char level;
    };
    constexpr Row rows[] = {
        {"id:3:initdefault:", '3'},
        {"id:235:initdefault:\n", '5'},
        {"id:s3:initdefault:", 'S'},
        {"id:x2:initdefault:", '2'},
        {"a:x:initdefault:\nid:4:initdefault:", '4'},
        {"a:3:INITDEFAULT:junk", '3'},
    };
    for (const Row& row : rows)
        BOOST_TEST_CONTEXT("text " << row.text)
    BOOST_TEST(parse_inittab(row.text, "inittab").default_level->letter() == row.level);
}

BOOST_AUTO_TEST_CASE(a_process_becomes_the_words_that_are_executed)
{
    struct Row {
        std::string_view process;
        std::vector<std::string> argv;
    };
    const Row rows[] = {
        {"/sbin/getty 38400 tty1", {"/sbin/getty", "38400", "tty1"}},
        {"/bin/x a # a comment", {"/bin/x", "a"}},
        {"/bin/x a #comment", {"/bin/x", "a"}},
        {"/bin/x a # don't", {"/bin/x", "a"}},
        {"/bin/x a#b", {"/bin/x", "a#b"}},
        {"/bin/x '#' a", {"/bin/sh", "-c", "/bin/x '#' a"}},
        {"/bin/x >/dev/null # log", {"/bin/sh", "-c", "/bin/x >/dev/null # log"}},
        {"@/bin/x a>b", {"/bin/x", "a>b"}},
        {"@/bin/x 'a # b", {"/bin/x", "'a"}},
        {"+/bin/x a:b", {"/bin/x", "a:b"}},
        {"  \t/bin/x   a\t b  ", {"/bin/x", "a", "b"}},
        {"+@/bin/x $HOME", {"/bin/x", "$HOME"}},
        {"/bin/x %d -,_/", {"/bin/x", "%d", "-,_/"}},
    };
    for (const Row& row : rows)
        BOOST_TEST_CONTEXT("process " << row.process)
        {
            const Inittab table = parse_inittab("x:3:once:" + std::string{row.process}, "inittab");
            BOOST_REQUIRE(table.entries.size() == 1U);
            const InittabCommand command = command_of(table.entries[0]);
            BOOST_TEST(command.argv == row.argv, boost::test_tools::per_element());
            BOOST_TEST(command.through_shell == (row.argv[0] == "/bin/sh"));
        }
}

BOOST_AUTO_TEST_CASE(a_fragment_gives_its_first_entry)
{
    Inittab table = parse_inittab("a:3:wait:/a\n", "inittab");
    add_inittab_fragment(table, "# one\nbad\nb:3:respawn:/b\nc:3:respawn:/c\n", "x.tab");
    add_inittab_fragment(table, "a:3:respawn:/again", "y.tab");
    add_inittab_fragment(table, "d:3:once:/d", "z.tab");
    BOOST_REQUIRE(table.entries.size() == 3U);
    BOOST_TEST(table.entries[1].id == "b");
    BOOST_TEST(table.entries[1].file == "x.tab");
    BOOST_TEST(table.entries[2].id == "d");
    BOOST_REQUIRE(table.diagnostics.size() == 3U);
    BOOST_TEST(to_string(table.diagnostics[1]) ==
               "x.tab:4: only the first entry of a file in inittab.d counts, line ignored");
    BOOST_TEST(to_string(table.diagnostics[2]) == "y.tab:1: id \"a\" is used before, line ignored");
}

BOOST_AUTO_TEST_CASE(a_table_without_end_is_read_in_time_that_grows_with_it)
{
    // 300,000 lines, each with an id of its own: minutes, where each were compared with all before it.
    std::string text;
    for (int i = 0; i < 300'000; ++i) {
        for (int left = i, digit = 0; digit < 4; ++digit, left /= 30)
            text += static_cast<char>('A' + left % 30);
        text += ":3:off:/x\n";
    }
    const Inittab table = parse_inittab(text, "inittab");
    BOOST_TEST(table.entries.size() == 10'000U);
    BOOST_REQUIRE(table.diagnostics.size() == most_complaints + 1);
    BOOST_TEST(to_string(table.diagnostics.front()) ==
               "inittab:10001: there are 10000 entries before, line ignored");
    BOOST_TEST(to_string(table.diagnostics.back()) ==
               "inittab:10101: there is more to complain of from here on, which is not told");
}

BOOST_AUTO_TEST_CASE(of_each_file_some_complaints_are_told)
{
    std::string text;
    for (std::size_t i = 0; i < 3 * most_complaints; ++i)
        text += "bad\n";
    Inittab table = parse_inittab(text, "one");
    add_inittab_fragment(table, text, "two.tab");
    BOOST_TEST(table.diagnostics.size() == 2 * (most_complaints + 1));
    BOOST_TEST(table.diagnostics.back().file == "two.tab");
}

BOOST_AUTO_TEST_CASE(actions_have_one_spelling_in_any_case)
{
    for (int i = 0; i <= static_cast<int>(Action::kbrequest); ++i) {
        const auto action = static_cast<Action>(i);
        std::string upper{to_string(action)};
        std::transform(upper.begin(), upper.end(), upper.begin(),
                       [](char c) { return static_cast<char>(c - 'a' + 'A'); });
        BOOST_TEST((parse_action(to_string(action)) == action));
        BOOST_TEST((parse_action(upper) == action));
    }
    BOOST_TEST(!parse_action("askfirst"));
    for (const Action action : {Action::sysinit, Action::bootwait, Action::wait, Action::powerwait,
                                Action::powerfailnow, Action::powerokwait, Action::ctrlaltdel})
        BOOST_TEST(is_waited_for(action), to_string(action));
    for (const Action action : {Action::boot, Action::once, Action::respawn, Action::ondemand,
                                Action::powerfail, Action::kbrequest})
        BOOST_TEST(!is_waited_for(action), to_string(action));
}
