// SPDX-License-Identifier: MIT
// shutdown's command line and its times.
#define BOOST_TEST_MODULE shutdown_arguments
#include <boost/test/unit_test.hpp>

#include "model/shutdown_arguments.h"

#include <vector>

using namespace init::model;
using Words = std::vector<std::string>;

BOOST_AUTO_TEST_CASE(the_lines_people_type_are_understood)
{
    struct Row {
        Words words;
        char target;
        std::string_view time, message;
    };
    const Row rows[] = {
        {{"-h", "now"}, '0', "now", ""},
        {{"-r", "now"}, '6', "now", ""},
        {{"now", "-r"}, '6', "now", ""},
        {{"-t3", "-r", "now"}, '6', "now", ""},
        {{"-t1", "-a", "-r", "now"}, '6', "now", ""},
        {{"-f", "-h", "+2", "Power", "Failure;", "Shutting", "Down"},
         '0',
         "+2",
         "Power Failure; Shutting Down"},
        {{"-hP", "20:30"}, '0', "20:30", ""},
        {{"-h", "-H", "5"}, '0', "5", ""},
        {{"+1"}, '1', "+1", ""},
        {{"-i", "5", "now"}, '5', "now", ""},
        {{"-g", "+3", "going", "down"}, '1', "+3", "going down"},
        {{"-k", "+1", "--", "-r", "is", "text"}, '1', "+1", "-r is text"},
        {{"-c", "called", "off"}, '1', "", "called off"},
        {{"-n", "-h", "now"}, '0', "now", ""},
    };
    for (const Row& row : rows) {
        const ShutdownArguments read = parse_shutdown_arguments(row.words);
        BOOST_TEST_CONTEXT("line " << row.words.front() << " " << row.words.back())
        {
            BOOST_TEST(read.error == "");
            BOOST_TEST(read.target() == row.target);
            BOOST_TEST(read.time == row.time);
            BOOST_TEST(read.message == row.message);
        }
    }
}

BOOST_AUTO_TEST_CASE(flags_reach_their_fields)
{
    const Words words = {"-akfFq", "-t", "7", "-h", "-P", "now"};
    const ShutdownArguments read = parse_shutdown_arguments(words);
    BOOST_TEST(read.error == "");
    BOOST_TEST((read.access_check && read.warn_only && read.fastboot && read.force_fsck && read.quiet));
    BOOST_TEST(read.sleeptime.value() == 7);
    BOOST_TEST(read.init_halt.value() == "POWEROFF");
    const Words cancel = {"-c"};
    BOOST_TEST(parse_shutdown_arguments(cancel).cancel);
}

BOOST_AUTO_TEST_CASE(a_line_that_cannot_be_used_says_why)
{
    struct Row {
        Words words;
        std::string_view error;
    };
    const Row rows[] = {
        {{}, "no time given"},
        {{"-h"}, "no time given"},
        {{"-x", "now"}, "unknown option -x"},
        {{"-t"}, "option -t has no value"},
        {{"-t", "x", "now"}, "\"x\" is no number of seconds"},
        {{"-t", "-1", "now"}, "\"-1\" is no number of seconds"},
        {{"-i", "9", "now"}, "\"9\" is no runlevel to shut down to, use one of 0156aAbBcCsS"},
        {{"-h", "soon"}, "\"soon\" is no time, use now, +m or hh:mm"},
        {{"-r", "-P", "now"}, "-H and -P go with -h only"},
    };
    for (const Row& row : rows)
        BOOST_TEST_CONTEXT("error " << row.error)
    BOOST_TEST(parse_shutdown_arguments(row.words).error == row.error);
}

BOOST_AUTO_TEST_CASE(times_are_counted_from_the_wall_clock)
{
    struct Row {
        const char* time;
        std::optional<int> minutes; // from 10:30
    };
    const Row rows[] = {
        {"now", 0},      {"+5", 5},     {"5", 5},       {"0", 0},        {"10:30", 0},  {"10:31", 1},
        {"10:29", 1439}, {"0:00", 810}, {"00:00", 810}, {"23:59", 809},  {"+1:30", 90}, {"+48:00", 2880},
        {"24:00", {}},   {"10:60", {}}, {"10:5", {}},   {"1030:", {}},   {"", {}},      {"+", {}},
        {"-5", {}},      {"+-5", {}},   {"++5", {}},    {"1234567", {}}, {"Now", {}},   {"10:30:00", {}},
    };
    for (const Row& row : rows) {
        const auto read = parse_shutdown_time(row.time, 10, 30);
        BOOST_TEST_CONTEXT("time " << row.time)
        BOOST_TEST(((read ? std::optional<long>{read->count()} : std::nullopt) == row.minutes));
    }
}
