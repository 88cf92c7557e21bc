// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE xinetd_service
#include "model/xinetd_service.h"

#include <boost/test/unit_test.hpp>

namespace {

using namespace init::model;

constexpr const char* head = "# default: off\n# description: files\nservice tftp\n";

} // namespace

BOOST_AUTO_TEST_CASE(a_service_is_on_unless_it_is_disabled)
{
    const struct {
        const char* claim;
        std::string text;
        std::optional<XinetdService> service;
    } rows[] = {
        {"disabled", std::string(head) + "{\n\tdisable = yes\n}\n", XinetdService{false, false}},
        {"not disabled", std::string(head) + "{\n\tdisable\t\t\t= no\n}\n", XinetdService{true, false}},
        {"without the word", std::string(head) + "{\n}\n", XinetdService{true, false}},
        {"no blanks", "service a\n{\ndisable=yes\n}\n", XinetdService{false, std::nullopt}},
        {"in a comment", "service a\n{\n# disable = yes\n}\n", XinetdService{true, std::nullopt}},
        {"another word", "service a\n{\n\tdisabled = yes\n}\n", XinetdService{true, std::nullopt}},
        {"before the brace", "disable = yes\nservice a\n{\n}\n", XinetdService{true, std::nullopt}},
        {"one of two is on", "service a\n{\ndisable = no\n}\nservice a\n{\ndisable = yes\n}\n",
         XinetdService{true, std::nullopt}},
        {"both are off", "service a\n{\ndisable = yes\n}\nservice a\n{\ndisable = yes\n}\n",
         XinetdService{false, std::nullopt}},
        {"on by default", "#default:on\nservice a\n{\n\tdisable = yes\n}\n", XinetdService{false, true}},
        {"CRLF, and no last newline", "service a\r\n{\r\n\tdisable = yes\r\n}",
         XinetdService{false, std::nullopt}},
        {"no service", "text\n", std::nullopt},
        {"empty", "", std::nullopt},
    };
    for (const auto& row : rows)
        BOOST_TEST((parse_xinetd_service(row.text) == row.service), row.claim);
}

BOOST_AUTO_TEST_CASE(switching_moves_one_line_and_keeps_the_rest)
{
    const struct {
        const char* claim;
        std::string text;
        bool on;
        std::string result;
    } rows[] = {
        {"on", "# x\nservice a\n{\n\tport = 1\n\tdisable\t\t= yes\n\tuser = b\n}\n", true,
         "# x\nservice a\n{\n\tdisable\t= no\n\tport = 1\n\tuser = b\n}\n"},
        {"off", "service a\n{\n\tdisable = no\n}\n", false, "service a\n{\n\tdisable\t= yes\n}\n"},
        {"off, and it had no such line", "service a\n{\n}\n", false, "service a\n{\n\tdisable\t= yes\n}\n"},
        {"several lines become one", "service a\n{\ndisable = no\ndisable = no\n}\n", false,
         "service a\n{\n\tdisable\t= yes\n}\n"},
        {"every service", "service a\n{\n}\nservice b\n{\n}\n", true,
         "service a\n{\n\tdisable\t= no\n}\nservice b\n{\n\tdisable\t= no\n}\n"},
        {"comments and like words stay", "service a\n{\n# disable = yes\ndisabled = x\n}\n", true,
         "service a\n{\n\tdisable\t= no\n# disable = yes\ndisabled = x\n}\n"},
        {"no last newline", "service a\n{\n}", true, "service a\n{\n\tdisable\t= no\n}"},
    };
    for (const auto& row : rows)
        BOOST_TEST_CONTEXT(row.claim)
        {
            const std::string result = switch_xinetd_service(row.text, row.on);
            BOOST_TEST(result == row.result);
            BOOST_TEST(parse_xinetd_service(result)->is_on == row.on);
            BOOST_TEST(switch_xinetd_service(result, row.on) == result);
        }
}
