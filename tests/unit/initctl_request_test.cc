// SPDX-License-Identifier: MIT
// The bytes of initctl requests, good ones, foreign ones and broken streams of them.
#define BOOST_TEST_MODULE initctl_request
#include <boost/test/unit_test.hpp>

#include "model/initctl_request.h"

#include <algorithm>
#include <cstring>

using namespace init::model;
using namespace std::chrono_literals;

namespace {

/// A request as a C client writes it.
InitctlBytes raw(std::int32_t command, std::int32_t level, std::int32_t sleep, std::string_view data = {})
{
    InitctlBytes bytes{};
    std::memcpy(bytes.data(), &initctl_magic, 4);
    std::memcpy(bytes.data() + 4, &command, 4);
    std::memcpy(bytes.data() + 8, &level, 4);
    std::memcpy(bytes.data() + 12, &sleep, 4);
    std::copy(data.begin(), data.end(), reinterpret_cast<char*>(bytes.data()) + 16);
    return bytes;
}

InitctlRequest level_request(char level)
{
    InitctlRequest request;
    request.runlevel = level;
    return request;
}

using namespace std::string_view_literals;

} // namespace

BOOST_AUTO_TEST_CASE(what_is_written_reads_back)
{
    InitctlRequest timed = level_request('6');
    timed.sleeptime = 5s;
    InitctlRequest variables;
    variables.command = InitctlCommand::setenv;
    variables.variables = {{"INIT_HALT", "POWEROFF"}, {"INIT_X", std::nullopt}, {"INIT_EMPTY", ""}};
    InitctlRequest power;
    power.command = InitctlCommand::powerfailnow;
    for (const InitctlRequest& request : {level_request('3'), level_request('q'), timed, variables, power}) {
        const DecodedRequest decoded = decode(encode(request));
        BOOST_REQUIRE(decoded.request.has_value());
        BOOST_TEST((*decoded.request == request));
        BOOST_TEST(decoded.complaint == "");
    }
}

BOOST_AUTO_TEST_CASE(every_level_letter_is_taken_and_any_other_code_refused)
{
    for (const char c : "0123456789SsQqAaBbCcUu"sv)
        BOOST_TEST((decode(raw(1, c, 0)).request == level_request(c)));
    for (const int code : {0, int{'x'}, int{'#'}, int{' '}, 0x133, -1}) {
        const DecodedRequest decoded = decode(raw(1, code, 0));
        BOOST_TEST(!decoded.request);
        BOOST_TEST(decoded.complaint.find("unknown runlevel") == 0U);
    }
}

BOOST_AUTO_TEST_CASE(commands_without_a_meaning_are_refused_in_words)
{
    for (const std::int32_t command : {0, 5, 7, 99, -1}) {
        const DecodedRequest decoded = decode(raw(command, '3', 0));
        BOOST_TEST(!decoded.request);
        BOOST_TEST(decoded.complaint.find("unknown command") == 0U);
    }
}

BOOST_AUTO_TEST_CASE(an_absurd_sleep_time_is_no_sleep_time)
{
    BOOST_TEST((decode(raw(1, '0', 3600)).request->sleeptime == 3600s));
    for (const std::int32_t sleep : {0, -1, 3601, INT32_MAX})
        BOOST_TEST(!decode(raw(1, '0', sleep)).request->sleeptime);
    BOOST_TEST(!decode(raw(6, 0, 5, "INIT_A=1"sv)).request->sleeptime);
}

BOOST_AUTO_TEST_CASE(foreign_variables_are_left_out_and_the_others_stand)
{
    const DecodedRequest mixed = decode(raw(6, 0, 0, "PATH=/evil\0INIT_HALT=HALT\0"sv));
    BOOST_REQUIRE(mixed.request.has_value());
    BOOST_TEST(mixed.request->variables.size() == 1U);
    BOOST_TEST(mixed.request->variables[0].first == "INIT_HALT");
    BOOST_TEST(mixed.complaint == "variable \"PATH=/evil\" does not begin with INIT_, left out");
    BOOST_TEST(!decode(raw(6, 0, 0, "LD_PRELOAD=x\0"sv)).request);
    BOOST_TEST(!decode(raw(6, 0, 0)).request);
}

BOOST_AUTO_TEST_CASE(a_list_that_fills_the_data_needs_no_end)
{
    const std::string item = "INIT_A=" + std::string(initctl_data_size - 7, 'x');
    const DecodedRequest decoded = decode(raw(6, 0, 0, item));
    BOOST_REQUIRE(decoded.request.has_value());
    BOOST_TEST(decoded.request->variables[0].second->size() == initctl_data_size - 7);
}

BOOST_AUTO_TEST_CASE(a_variable_that_does_not_fit_is_left_out_whole)
{
    InitctlRequest request;
    request.command = InitctlCommand::setenv;
    request.variables = {{"INIT_BIG", std::string(400, 'x')}, {"INIT_HALT", "HALT"}};
    const DecodedRequest decoded = decode(encode(request));
    BOOST_REQUIRE(decoded.request.has_value());
    BOOST_TEST(decoded.request->variables.size() == 1U);
    BOOST_TEST(decoded.request->variables[0].first == "INIT_HALT");
}

BOOST_AUTO_TEST_CASE(a_stream_in_any_pieces_gives_the_same_requests)
{
    std::vector<std::byte> bytes;
    for (const char level : {'3', 'q', '6'}) {
        const InitctlBytes request = encode(level_request(level));
        bytes.insert(bytes.end(), request.begin(), request.end());
    }
    for (std::size_t piece = 1; piece <= bytes.size(); piece += 37) {
        InitctlStream stream;
        std::string levels;
        for (std::size_t at = 0; at < bytes.size(); at += piece) {
            stream.feed(std::span{bytes}.subspan(at, std::min(piece, bytes.size() - at)));
            while (const auto next = stream.next())
                levels += next->request->runlevel;
        }
        BOOST_TEST(levels == "3q6");
        BOOST_TEST(stream.take_skipped() == 0U);
    }
}

BOOST_AUTO_TEST_CASE(garbage_costs_itself_and_not_the_next_request)
{
    InitctlStream stream;
    stream.feed(std::as_bytes(std::span{"garbage\x69\x19"sv}));
    BOOST_TEST(!stream.next());
    stream.feed(encode(level_request('2')));
    const auto next = stream.next();
    BOOST_REQUIRE((next && next->request));
    BOOST_TEST(next->request->runlevel == '2');
    BOOST_TEST(stream.take_skipped() == 9U);
    BOOST_TEST(stream.take_skipped() == 0U);
}

BOOST_AUTO_TEST_CASE(a_request_cut_short_does_not_swallow_the_next)
{
    InitctlStream stream;
    const InitctlBytes first = encode(level_request('0'));
    stream.feed(std::span{first}.first(100));
    stream.feed(encode(level_request('5')));
    const auto next = stream.next();
    BOOST_REQUIRE((next && next->request));
    BOOST_TEST(next->request->runlevel == '5');
    BOOST_TEST(stream.take_skipped() == 100U);
    BOOST_TEST(!stream.next());
}
