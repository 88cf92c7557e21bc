// SPDX-License-Identifier: MIT
// The status answer as text: what stands in it, and that it reads back as what it was.
#define BOOST_TEST_MODULE status_json
#include "text/status_json.h"

#include <boost/test/unit_test.hpp>

using namespace init::text;
using namespace init::model;

namespace {

StatusReport example()
{
    StatusReport report{"stopping", '3', 'N', 1'700'000'000, {}};
    report.services.push_back({"sshd", "running", 42, 3, 1, 1'699'999'000, std::nullopt, std::nullopt});
    report.services.push_back({"net\"fs", "skipped", 0, 0, 0, 0, 143, "needs a mount\n\x01"});
    return report;
}

} // namespace

BOOST_AUTO_TEST_CASE(a_report_reads_back_as_it_was)
{
    BOOST_TEST((parse_status(to_json(example())).value() == example()));
    const StatusReport empty{"sysinit", 'N', 'N', std::nullopt, {}};
    BOOST_TEST((parse_status(to_json(empty)).value() == empty));
}

BOOST_AUTO_TEST_CASE(the_members_have_the_documented_names)
{
    StatusReport report = example();
    report.services.pop_back();
    BOOST_TEST(to_json(report) ==
               R"({"schema":1,"state":"stopping","runlevel":"3","previous":"N",)"
               R"("deadline":1700000000,"services":[{"name":"sshd","state":"running","pid":42,)"
               R"("processes":3,"restarts":1,"since":1699999000,"exit":null}]})");
}

BOOST_AUTO_TEST_CASE(what_is_no_report_is_an_error)
{
    BOOST_TEST(parse_status("").error().value() == EBADMSG);
    BOOST_TEST(parse_status("[1]").error().value() == EBADMSG);
    BOOST_TEST(parse_status(R"({"schema":1})").error().value() == EBADMSG);
    BOOST_TEST(parse_status(R"({"schema":2,"services":[]})").error().value() == EPROTO);
    BOOST_TEST(
        parse_status(R"({"schema":1,"services":[7,{"pid":"x","exit":1e99}]})").value().services.size() == 1);
}

BOOST_AUTO_TEST_CASE(a_runlevel_that_is_none_reads_as_not_known)
{
    for (const char* runlevel : {"é", "33", "", "\\n", "3"}) {
        const std::string text =
            std::string(R"({"schema":1,"runlevel":")") + runlevel + R"(","services":[]})";
        const StatusReport report = parse_status(text).value();
        BOOST_TEST(report.runlevel == (std::string_view{runlevel} == "3" ? '3' : 'N'));
        BOOST_TEST((parse_status(to_json(report)).value() == report));
    }
}

BOOST_AUTO_TEST_CASE(an_error_answer_carries_its_text)
{
    BOOST_TEST(error_json("a \"word\"") == R"({"schema":1,"error":"a \"word\""})");
    BOOST_TEST(error_in(error_json("a \"word\"")) == "a \"word\"");
    BOOST_TEST(error_in(to_json(example())).empty());
    BOOST_TEST(error_in("not JSON").empty());
}
