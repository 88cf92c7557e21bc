// SPDX-License-Identifier: MIT
// The request lines of the control socket.
#define BOOST_TEST_MODULE control_request
#include "control/control_request.h"

#include <boost/test/unit_test.hpp>

using namespace init::control;
using std::chrono::seconds;

namespace {

struct Taken {
    const char* line;
    char level; ///< 0: a question for the status
    std::optional<seconds> sleeptime;
};
const Taken taken[] = {
    {"status", 0, {}},
    {"  status \r", 0, {}},
    {"reload", 'q', {}},
    {"runlevel 3", '3', {}},
    {"runlevel S 7", 'S', seconds{7}},
    {"runlevel\t0\t3600", '0', seconds{3600}},
    {"runlevel a 0", 'a', {}},
};

constexpr const char* refused[] = {
    "",
    " ",
    "stat",
    "status sshd",
    "reload now",
    "runlevel",
    "runlevel 33",
    "runlevel x",
    "runlevel 3 x",
    "runlevel 3 -1",
    "runlevel 3 3601",
    "runlevel 3 4 5",
    "STATUS",
    "\x7f\x01",
};

} // namespace

BOOST_AUTO_TEST_CASE(requests_are_read_from_their_words)
{
    for (const Taken& row : taken)
        BOOST_TEST_CONTEXT("line " << row.line)
        {
            const auto parsed = parse_control_request(row.line);
            BOOST_REQUIRE(parsed.request.has_value());
            BOOST_TEST(parsed.request->act.has_value() == (row.level != 0));
            if (parsed.request->act) {
                BOOST_TEST(parsed.request->act->runlevel == row.level);
                BOOST_TEST((parsed.request->act->sleeptime == row.sleeptime));
            }
        }
}

BOOST_AUTO_TEST_CASE(anything_else_is_refused_with_a_reason)
{
    for (const char* line : refused)
        BOOST_TEST_CONTEXT("line " << line)
        {
            const auto parsed = parse_control_request(line);
            BOOST_TEST(!parsed.request.has_value());
            BOOST_TEST(parsed.complaint.find("nothing changes") != std::string::npos);
        }
    BOOST_TEST(
        !parse_control_request(std::string(control_line_limit + 1, ' ') + "status").request.has_value());
    BOOST_TEST(parse_control_request("\x1b[2J").complaint.find('\x1b') == std::string::npos);
}
