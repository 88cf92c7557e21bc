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
