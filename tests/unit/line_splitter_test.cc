// SPDX-License-Identifier: MIT
// Rows of bytes and the labelled lines they become.
#define BOOST_TEST_MODULE line_splitter
#include "keeper/line_splitter.h"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <string>
#include <vector>

using init::keeper::LineSplitter;

namespace {

using Lines = std::vector<std::string>;

/// Feeds `bytes` in pieces of `step`; a partial line at the end is finished when `finishes`.
Lines split(const std::string& label, const std::string& bytes, std::size_t step, bool finishes = true)
{
    LineSplitter splitter;
    splitter.start(label);
    Lines lines;
    const auto take = [&] {
        while (splitter.is_ready()) {
            lines.emplace_back(splitter.line());
            splitter.next();
        }
    };
    for (std::size_t at = 0; at < bytes.size();) {
        at += splitter.feed(std::string_view(bytes).substr(at, step));
        take();
    }
    if (finishes)
        splitter.finish_partial();
    take();
    return lines;
}

struct Row {
    const char* claim;
    std::string bytes;
    Lines lines;
};

const std::string nul_inside("a\0b\xff\x01\n", 6);

const Row rows[] = {
    {"nothing gives nothing", "", {}},
    {"a line", "one\n", {"s: one\n"}},
    {"two lines", "one\ntwo\n", {"s: one\n", "s: two\n"}},
    {"an empty line stays", "\n", {"s: \n"}},
    {"a line without its end", "one\ntwo", {"s: one\n", "s: two\n"}},
    {"bytes pass through", nul_inside, {"s: " + nul_inside}},
    {"a carriage return passes through", "x\r\n", {"s: x\r\n"}},
};

} // namespace

BOOST_AUTO_TEST_CASE(bytes_become_lines_however_they_arrive)
{
    for (const Row& row : rows)
        for (const std::size_t step : {1U, 2U, 4096U})
            BOOST_TEST_CONTEXT(row.claim << ", in pieces of " << step)
    BOOST_TEST(split("s", row.bytes, step) == row.lines, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_line_that_just_fits_is_not_split)
{
    const std::string text(LineSplitter::line_limit - 4, 'x');
    const Lines lines = split("s", text + "\n", 100);
    BOOST_REQUIRE(lines.size() == 1);
    BOOST_TEST(lines[0].size() == LineSplitter::line_limit);
}

BOOST_AUTO_TEST_CASE(a_longer_line_comes_in_marked_parts_that_lose_nothing)
{
    for (const std::size_t size : {4093U, 4094U, 8184U, 8185U, 20000U}) {
        std::string text;
        while (text.size() < size)
            text += static_cast<char>('a' + text.size() % 26);
        for (const std::size_t step : {1U, 4096U}) {
            std::string joined;
            const Lines lines = split("s", text + "\n", step);
            for (const std::string& line : lines) {
                BOOST_TEST(line.size() <= LineSplitter::line_limit);
                const bool is_last = &line == &lines.back();
                BOOST_TEST(line.ends_with("\\\n") != is_last);
                joined += line.substr(3, line.size() - 3 - (is_last ? 1 : 2));
            }
            BOOST_TEST(joined == text);
        }
    }
}

BOOST_AUTO_TEST_CASE(the_rest_of_a_shown_partial_line_is_a_new_line)
{
    LineSplitter splitter;
    splitter.start("s");
    splitter.feed("Starting: ");
    BOOST_TEST(splitter.has_partial());
    splitter.finish_partial();
    BOOST_TEST(splitter.line() == "s: Starting: \n");
    splitter.next();
    BOOST_TEST(!splitter.has_partial());
    splitter.feed("ok\n");
    BOOST_TEST(splitter.line() == "s: ok\n");
}

BOOST_AUTO_TEST_CASE(a_newline_right_after_a_shown_partial_line_adds_no_empty_one)
{
    LineSplitter splitter;
    splitter.start("s");
    splitter.feed("x");
    splitter.finish_partial();
    splitter.next();
    BOOST_TEST(splitter.feed("\n") == 1U);
    BOOST_TEST(!splitter.is_ready());
    splitter.feed("\n");
    BOOST_TEST(splitter.line() == "s: \n");
}

BOOST_AUTO_TEST_CASE(the_last_line_is_the_partial_one_or_the_last_that_was_not_empty)
{
    LineSplitter splitter;
    splitter.start("s");
    BOOST_TEST(splitter.last() == "");
    for (std::string_view bytes = "one\n\n"; !bytes.empty(); splitter.next())
        bytes.remove_prefix(splitter.feed(bytes));
    BOOST_TEST(splitter.last() == "one");
    splitter.feed(std::string(300, 'y'));
    BOOST_TEST(splitter.last() == std::string(LineSplitter::last_limit, 'y'));
}

BOOST_AUTO_TEST_CASE(a_label_cannot_break_a_line_or_fill_it)
{
    BOOST_TEST(split("we\xff"
                     "b\xc2\x9b\xc3\xa4",
                     "x\n", 9)[0] == "we?b?\xc3\xa4: x\n");
    BOOST_TEST(split("a\nb", "x\n", 9) == Lines{"a?b: x\n"}, boost::test_tools::per_element());
    BOOST_TEST(split("", "x\n", 9) == Lines{"x\n"}, boost::test_tools::per_element());
    BOOST_TEST(split(std::string(9999, 'l'), "x\n", 9)[0].size() == LineSplitter::label_limit + 4);
}
