// SPDX-License-Identifier: MIT
// The words that may follow init when it boots.
#define BOOST_TEST_MODULE init_arguments
#include <boost/test/unit_test.hpp>

#include "model/init_arguments.h"

using namespace init::model;
using Words = std::vector<std::string>;

namespace {

bool is_known(const std::string& word)
{
    return word == "bash" || word == "sh";
}

} // namespace

BOOST_AUTO_TEST_CASE(a_level_is_a_letter_or_a_word_for_single)
{
    struct Row {
        Words words;
        char level;
    };
    const Row rows[] = {
        {{"3"}, '3'},  {{"s"}, 'S'},      {{"S"}, 'S'},         {{"single"}, 'S'}, {{"-s"}, 'S'},
        {{"-b"}, 'S'}, {{"5", "3"}, '3'}, {{"emergency"}, 'S'}, {{"-z", "2"}, 0},  {{"-z", "x", "2"}, '2'},
        {{"34"}, 0},   {{}, 0},           {{"0"}, 0},           {{"6"}, 0},        {{"5", "0"}, '5'},
    };
    for (const Row& row : rows) {
        const InitArguments read = parse_init_arguments(row.words, is_known);
        BOOST_TEST_CONTEXT("first word " << (row.words.empty() ? "" : row.words.front()))
        BOOST_TEST((read.level ? read.level->letter() : '\0') == row.level);
    }
}

BOOST_AUTO_TEST_CASE(options_are_settings_in_either_spelling)
{
    const Words words = {"--grace", "30s", "--rc=engine", "--serial", "3"};
    const InitArguments read = parse_init_arguments(words, is_known);
    BOOST_REQUIRE(read.settings.size() == 3U);
    BOOST_TEST((read.settings[0] == std::pair<std::string, std::string>{"grace", "30s"}));
    BOOST_TEST((read.settings[2] == std::pair<std::string, std::string>{"parallel", "no"}));
    BOOST_TEST((read.settings[1] == std::pair<std::string, std::string>{"rc", "engine"}));
    BOOST_TEST(read.complaints.empty());
    BOOST_TEST(read.level->letter() == '3');
}

BOOST_AUTO_TEST_CASE(words_of_others_are_passed_over_with_a_line)
{
    struct Row {
        Words words;
        std::string_view complaint;
    };
    const Row rows[] = {
        {{"quiet"}, "command line: \"quiet\" means nothing to init, passed over"},
        {{"0"}, "command line: runlevel 0 would stop at once, passed over; the default one is entered"},
        {{"6"}, "command line: runlevel 6 would stop at once, passed over; the default one is entered"},
        {{"--wat=1"}, "command line: unknown option --wat, passed over"},
        {{"--pidfile=/x"}, "command line: unknown option --pidfile, passed over"},
        {{"--grace"}, "command line: option --grace has no value, passed over"},
        {{"--grace", "--", "x"}, "command line: option --grace has no value, passed over"},
        {{"3", "--"}, "command line: no command follows --; none is run"},
    };
    for (const Row& row : rows) {
        const InitArguments read = parse_init_arguments(row.words, is_known);
        BOOST_TEST_CONTEXT("first word " << row.words.front())
        {
            BOOST_REQUIRE(!read.complaints.empty());
            BOOST_TEST(to_string(read.complaints.front()) == row.complaint);
            BOOST_TEST(read.settings.empty());
        }
    }
}

BOOST_AUTO_TEST_CASE(sysvinits_own_words_are_taken_without_a_line)
{
    const Words words = {"-a", "--init", "-i", "-z", "padding", "auto", "--version"};
    const InitArguments read = parse_init_arguments(words, is_known);
    BOOST_TEST(read.autoboot);
    BOOST_TEST(read.version);
    BOOST_TEST(read.complaints.empty());
}

BOOST_AUTO_TEST_CASE(a_command_begins_behind_two_dashes_or_with_a_program)
{
    struct Row {
        Words words;
        Words command;
        char level; ///< 0: none was given
    };
    const Row rows[] = {
        {{"--", "sh", "-c", "3"}, {"sh", "-c", "3"}, '\0'},
        {{"4", "--", "--", "x"}, {"--", "x"}, '4'},
        {{"--", "3"}, {"3"}, '\0'},
        {{"bash", "-l", "3", "--"}, {"bash", "-l", "3", "--"}, '\0'},
        {{"4", "bash"}, {"bash"}, '4'},
        {{"quiet", "5", "bash"}, {"bash"}, '5'},
        {{"-z", "bash", "3"}, {}, '3'},
        {{"--grace", "bash", "3"}, {}, '3'},
        {{"single"}, {}, 'S'},
        {{"-bash"}, {}, '\0'},
    };
    for (const Row& row : rows)
        BOOST_TEST_CONTEXT("first word " << row.words.front())
        {
            const InitArguments read = parse_init_arguments(row.words, is_known);
            BOOST_TEST((read.command == row.command));
            BOOST_TEST((read.level ? read.level->letter() : '\0') == row.level);
            BOOST_TEST(read.command_waits);
        }
    BOOST_TEST(!parse_init_arguments(Words{"--no-wait", "--", "x"}, is_known).command_waits);
}

namespace {

std::size_t searches = 0;

bool is_none(const std::string&)
{
    ++searches;
    return false;
}

} // namespace

BOOST_AUTO_TEST_CASE(words_without_end_are_passed_over_in_few_steps_and_few_lines)
{
    Words words(100'000, "quiet");
    words.insert(words.end(), {"3", "--", "app", "--"});
    searches = 0;
    const InitArguments read = parse_init_arguments(words, is_none);
    BOOST_TEST(searches <= 200U);
    BOOST_TEST(read.complaints.size() <= 101U);
    BOOST_TEST(!read.level.has_value());
    BOOST_TEST(read.command == (Words{"app", "--"}), boost::test_tools::per_element());

    const InitArguments settings = parse_init_arguments(Words(100'000, "--serial"), is_none);
    BOOST_TEST(settings.settings.size() == 200U);
    BOOST_REQUIRE(settings.complaints.size() == 1U);
    BOOST_TEST(to_string(settings.complaints[0]) ==
               "command line: more than 200 words, those behind them passed over up to a --");
}

BOOST_AUTO_TEST_CASE(a_long_word_is_named_by_its_begin)
{
    const InitArguments read =
        parse_init_arguments(Words{std::string(100'000, 'x'), "--" + std::string(100'000, 'y')}, is_none);
    BOOST_REQUIRE(read.complaints.size() == 2U);
    for (const Diagnostic& complaint : read.complaints)
        BOOST_TEST(complaint.text.size() < 100U);
}

BOOST_AUTO_TEST_CASE(a_command_has_as_many_words_as_it_likes)
{
    Words words(50'000, "bash");
    BOOST_TEST(parse_init_arguments(words, is_known).command.size() == words.size());
}
