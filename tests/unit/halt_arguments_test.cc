// SPDX-License-Identifier: MIT
// The command lines of halt, poweroff and reboot.
#define BOOST_TEST_MODULE halt_arguments
#include "applets/halt_arguments.h"

#include <boost/test/unit_test.hpp>

#include <vector>

using namespace init::applets;

namespace {

HaltArguments parse(HaltVerb verb, std::vector<std::string> words)
{
    return parse_halt_arguments(verb, words);
}

} // namespace

BOOST_AUTO_TEST_CASE(letters_may_be_joined)
{
    const auto parsed = parse(HaltVerb::halt, {"-ifp", "-d"});
    BOOST_TEST(parsed.error == "");
    BOOST_TEST(parsed.force);
    BOOST_TEST(parsed.no_record);
    BOOST_TEST(!parsed.record_only);
    BOOST_TEST((parsed.verb == HaltVerb::poweroff));
    BOOST_TEST(parse(HaltVerb::reboot, {"-w"}).record_only);
    BOOST_TEST((parse(HaltVerb::reboot, {"-p"}).verb == HaltVerb::reboot));
}

BOOST_AUTO_TEST_CASE(what_means_nothing_in_a_container_is_taken_with_its_values)
{
    for (const auto& words : {std::vector<std::string>{"-n", "-i", "-h", "-k"},
                              {"-m", "a message"},
                              {"-mfast"},
                              {"-t", "3"},
                              {"-t3"},
                              {"-t"}}) {
        const auto parsed = parse(HaltVerb::halt, words);
        BOOST_TEST(parsed.error == "");
        BOOST_TEST(!parsed.force);
    }
    BOOST_TEST(parse(HaltVerb::halt, {"-t", "3", "-f"}).force);
}

BOOST_AUTO_TEST_CASE(anything_else_is_an_error)
{
    BOOST_TEST(parse(HaltVerb::halt, {"now"}).error != "");
    BOOST_TEST(parse(HaltVerb::halt, {"-x"}).error != "");
    BOOST_TEST(parse(HaltVerb::halt, {"--force"}).error != "");
}
