// SPDX-License-Identifier: MIT
// How a script is cut into commands.
#define BOOST_TEST_MODULE shell_commands
#include <boost/test/unit_test.hpp>

#include "model/shell_commands.h"

using namespace init::model;

namespace {

/// `line:word|word` of each command, then its redirects.
std::string shown(std::string_view script)
{
    std::string text;
    for (const ShellCommand& command : shell_commands(script)) {
        text += text.empty() ? "" : "; ";
        text += std::to_string(command.line) + ':';
        for (std::size_t i = 0; i < command.words.size(); ++i)
            text += (i == 0 ? "" : "|") + command.words[i];
        for (const std::string& redirect : command.redirects)
            text += ' ' + redirect;
    }
    return text;
}

} // namespace

BOOST_AUTO_TEST_CASE(commands_are_found_where_a_shell_would_run_them)
{
    struct Row {
        std::string_view script, commands;
    };
    constexpr Row rows[] = {
        {"a b c", "1:a|b|c"},
        {"a; b && c || d | e & f", "1:a; 1:b; 1:c; 1:d; 1:e; 1:f"},
        {"if a; then b; else c; fi", "1:a; 1:b; 1:c"},
        {"X=1 Y=2 a B=3", "1:a|B=3"},
        {"# a\nb # c\nd#e", "2:b; 3:d#e"},
        {"echo \"a; b\" 'c\nd'\ne", "1:echo|a; b|c\nd; 3:e"},
        {"a \\\n b\nc", "1:a|b; 3:c"},
        {"x=$(a b) `c`", "1:a|b; 1:c"},
        {"a > /dev/null 2>&1 < in", "1:a >/dev/null >1 <in"},
        {"a <<EOF\nmount -a\nEOF\nb", "1:a; 4:b"},
        {"a <<-'E F'\n\tx\n\tE F\nb", "1:a; 4:b"},
        {"a <<< word", "1:a <word"},
        {"a ${b#'} c", "1:a|${b#'}|c"},
        {"case x in a) b ;; esac", "1:case|x|in|a; 1:b; 1:esac"},
        {"echo don't\nb", "1:echo|don't; 2:b"},
        {"a \"unclosed\nb", "1:a|\"unclosed; 2:b"},
        {"\\", ""},
        {"", ""},
    };
    for (const Row& row : rows)
        BOOST_TEST_CONTEXT("script " << row.script)
    BOOST_TEST(shown(row.script) == row.commands);
}

BOOST_AUTO_TEST_CASE(a_command_tells_how_deep_it_stands_and_whether_it_waits_for_another)
{
    const auto last = [](std::string_view script) {
        const ShellCommand command = shell_commands(script).back();
        return std::to_string(command.depth) + (command.is_conditional ? " conditional" : "");
    };
    struct Row {
        std::string_view script, told;
    };
    constexpr Row rows[] = {
        {"x", "0"},
        {"if a; then b; fi\nx", "0"},
        {"if a; then\n x", "1"},
        {"if a; then b; else x", "1"},
        {"while a; do if b; then x", "2"},
        {"for a in b; do c; done; x", "0"},
        {"case a in b) x", "1"},
        {"case a in b) c ;; esac\nx", "0"},
        {"f() {\n x", "1"},
        {"f() {\n a\n}\nx", "0"},
        {"fi; done; x", "0"},
        {"echo if case\nx", "0"},
        {"a && x", "0 conditional"},
        {"a || x", "0 conditional"},
        {"a &&\n x", "0 conditional"},
        {"a && b; x", "0"},
        {"a && B=1\nx", "0"},
        {"a & x", "0"},
        {"a | x", "0"},
    };
    for (const Row& row : rows)
        BOOST_TEST_CONTEXT("script " << row.script)
    BOOST_TEST(last(row.script) == row.told);
}

BOOST_AUTO_TEST_CASE(a_line_full_of_expansions_is_read_in_time_that_grows_with_it)
{
    // A minute and more, where each looked for the line's end.
    std::string text = "echo ";
    while (text.size() < 4'000'000)
        text += "${a}";
    const auto commands = shell_commands(text + " ${b\nend");
    BOOST_REQUIRE(commands.size() == 2U);
    BOOST_TEST(commands[0].words[2] == "${b");
    BOOST_TEST(commands[1].words[0] == "end");
}
