// SPDX-License-Identifier: MIT
// The command lines of killall5.
#define BOOST_TEST_MODULE killall5_arguments
#include "applets/killall5_arguments.h"

#include <boost/test/unit_test.hpp>

using namespace init::applets;

namespace {

struct Row {
    std::vector<std::string> words;
    int signo;
    std::vector<pid_t> omitted;
};
const Row rows[] = {
    {{}, 9, {}},
    {{"-15"}, 15, {}},
    {{"-TERM"}, 15, {}},
    {{"-SIGHUP"}, 1, {}},
    {{"-0"}, 0, {}},
    {{"-9", "-o", "12"}, 9, {12}},
    {{"-o", "12,13", "-o14", "-18"}, 18, {12, 13, 14}},
    {{"-15", "-o", "12 13; 14"}, 15, {12, 13, 14}},
    {{"-15", "-o", ""}, 15, {}},
};

const std::vector<std::string> refused[] = {
    {"15"},       {"-"},       {"-NOSUCH"},
    {"-99"},      {"-o"},      {"-o", "x"},
    {"-o", "-1"}, {"-o", "0"}, {"-o", "1,2,99999999999"},
};

} // namespace

BOOST_AUTO_TEST_CASE(signals_and_omitted_processes_are_read)
{
    for (const Row& row : rows) {
        const auto parsed = parse_killall5_arguments(row.words);
        BOOST_TEST(parsed.error == "");
        BOOST_TEST(parsed.signo == row.signo);
        BOOST_TEST(parsed.omitted == row.omitted, boost::test_tools::per_element());
    }
}

BOOST_AUTO_TEST_CASE(a_line_that_is_not_understood_signals_nobody)
{
    for (const auto& words : refused)
        BOOST_TEST(parse_killall5_arguments(words).error != "");
}
