// SPDX-License-Identifier: MIT
// Foreign text in a message: what is shown as it is, what is not, and where it is cut.
#define BOOST_TEST_MODULE shown_text
#include "model/shown_text.h"

#include <boost/test/unit_test.hpp>

#include <string>

using init::model::shown_length;
using init::model::shown_text;

namespace {

struct Row {
    std::string_view text;
    std::string_view shown;
};

constexpr Row rows[] = {
    {"", ""},
    {"a word, and 2!~", "a word, and 2!~"},
    {"b\xc3\xa4ume", "b\xc3\xa4ume"},
    {"\xf0\x9f\x9a\x82", "\xf0\x9f\x9a\x82"},
    {"one\ntwo\r\tthree", "one?two??three"},
    {"\x1b[2J", "?[2J"}, // clears a screen
    {"\x7f", "?"},       // erases
    {std::string_view{"a\0b", 3}, "a?b"},
    {"\xc2\x9b\x32J", "?2J"}, // the same as ESC [ in one character
    {"\x9b\x32J", "?2J"},     // and in one byte
    {"gr\xfc\xdf", "gr??"},   // Latin-1
    {"\xc3", "?"},            // broken off
    {"\xc3(", "?("},
    {"\xe2\x82", "??"},
    {"\xc0\xaf", "??"},           // overlong
    {"\xed\xa0\x80", "???"},      // a surrogate
    {"\xf4\x90\x80\x80", "????"}, // beyond the last character
    {"a\xe2\x80\xaez", "a?z"},    // right to left from here on
    {"a\xe2\x81\xa6z", "a?z"},
    {"a\xe2\x80\xa8z", "a?z"},        // a line's end
    {"\xe2\x80\x93", "\xe2\x80\x93"}, // a dash
};

BOOST_AUTO_TEST_CASE(a_terminal_obeys_nothing_of_what_is_shown)
{
    for (const Row& row : rows)
        BOOST_TEST_CONTEXT("text " << row.text)
    BOOST_TEST(shown_text(row.text) == row.shown);
}

BOOST_AUTO_TEST_CASE(a_long_text_is_cut_between_characters)
{
    const std::string most(shown_length, 'x');
    BOOST_TEST(shown_text(most) == most);
    BOOST_TEST(shown_text(most + "x") == most + "...");
    BOOST_TEST(shown_text(std::string(shown_length + 1, '\n')) == std::string(shown_length, '?') + "...");
    BOOST_TEST(shown_text("ab\xc3\xa4z", 3) == "ab...");
    BOOST_TEST(shown_text("ab\xc3\xa4", 4) == "ab\xc3\xa4");
    BOOST_TEST(shown_text("a", 0) == "...");
    BOOST_TEST(shown_text(std::string(1000, 'y'), std::string::npos) == std::string(1000, 'y'));
}

} // namespace
