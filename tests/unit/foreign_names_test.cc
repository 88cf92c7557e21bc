// SPDX-License-Identifier: MIT
// Names and reasons of any bytes on their way out: JSON that every parser takes, and text that a terminal
// shows and does not obey.
#define BOOST_TEST_MODULE foreign_names
#include "model/shown_text.h"
#include "model/utf8.h"
#include "text/header_json.h"
#include "text/json_text.h"
#include "text/plan_json.h"
#include "text/plan_text.h"
#include "text/status_json.h"
#include "text/status_text.h"

#include <boost/json.hpp>
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <random>

using namespace init::model;
using namespace init::text;
namespace json = boost::json;

namespace {

/// A byte of no character, the start of a terminal's command, an end of line, the same command in one
/// character.
const std::string foreign = "we\xff"
                            "b\x1b[2J\nx\xc2\x9b\x7f";
const std::string foreign_in_json = "we\xef\xbf\xbd"
                                    "b\x1b[2J\nx\xc2\x9b\x7f";
const std::string foreign_shown = "we?b?[2J?x??";

json::value parsed(const std::string& text)
{
    return json::parse(json::string_view{text.data(), text.size()});
}

std::string text_of(const json::value& value)
{
    return {value.as_string().begin(), value.as_string().end()};
}

bool is_valid(std::string_view text)
{
    return utf8_of(text) == text;
}

/// Lines of UTF-8 in which nothing but the ends of lines is obeyed.
bool is_harmless(std::string_view text)
{
    std::string lines{text};
    std::erase(lines, '\n');
    return shown_text(lines, std::string::npos) == lines;
}

StatusReport report_of(const std::string& name, const std::string& reason)
{
    StatusReport report{"running", '3', 'N', std::nullopt, {}};
    report.services.push_back({"sshd", "running", 42, 3, 1, 1'699'999'000, std::nullopt, std::nullopt});
    report.services.push_back({name, "failed", 0, 0, 0, 0, 1, reason});
    return report;
}

BootPlan plan_of(const std::string& name)
{
    BootPlan plan;
    plan.level = *Runlevel::from('3');
    plan.start.push_back({name, "/etc/rc3.d/S10" + name, "start", 10, 1, {}, {}, false, std::nullopt});
    plan.start.push_back({"b", "/etc/rc3.d/S20b", "start", 20, 2, {0}, {EdgeKind::required}, false, name});
    plan.start_side_by_side = true;
    plan.notes = {"note on " + name};
    return plan;
}

} // namespace

BOOST_AUTO_TEST_CASE(a_status_in_json_reads_back_whatever_a_service_is_called)
{
    const std::string text = to_json(report_of(foreign, foreign));
    const auto report = parse_status(text);
    BOOST_REQUIRE(report.has_value());
    BOOST_TEST(report->services.size() == 2U);
    BOOST_TEST(report->services[0].name == "sshd");
    BOOST_TEST(report->services[1].name == foreign_in_json);
    BOOST_TEST(*report->services[1].reason == foreign_in_json);
    BOOST_TEST(is_harmless(text));
    BOOST_TEST(text.find('\n') == std::string::npos);
    BOOST_TEST(find_service(*report, foreign) == &report->services[1], "found by the name that it has");
}

BOOST_AUTO_TEST_CASE(an_error_in_json_reads_back_whatever_it_quotes)
{
    BOOST_TEST(error_in(error_json(foreign)) == foreign_in_json);
}

BOOST_AUTO_TEST_CASE(a_status_for_people_has_one_line_a_service_and_whole_names)
{
    const std::string long_name(300, 'n');
    StatusReport report = report_of(foreign, foreign + ' ' + foreign);
    report.services.push_back({long_name, "running", 1, 1, 0, 0, std::nullopt, std::nullopt});
    const std::string table = status_table(report);
    BOOST_TEST(is_harmless(table));
    BOOST_TEST(std::count(table.begin(), table.end(), '\n') == 4);
    BOOST_TEST(table.find("\n" + foreign_shown + " ") != std::string::npos, table);
    BOOST_TEST(table.find(" " + foreign_shown + " " + foreign_shown + "\n") != std::string::npos);
    BOOST_TEST(table.find("\n" + long_name + " ") != std::string::npos);
    report.state = foreign;
    BOOST_TEST(is_harmless(status_head(report)));
}

BOOST_AUTO_TEST_CASE(a_plan_in_json_as_a_graph_and_for_people_shows_such_names)
{
    const BootPlan plan = plan_of(foreign);
    const json::value all = parsed(to_json(plan));
    BOOST_TEST(text_of(all.at("start").at(0).at("name")) == foreign_in_json);
    BOOST_TEST(text_of(all.at("start").at(1).at("after").at(0)) == foreign_in_json);
    BOOST_TEST(text_of(all.at("start").at(1).at("skip")) == foreign_in_json);
    BOOST_TEST(text_of(all.at("notes").at(0)) == "note on " + foreign_in_json);
    BOOST_TEST(is_harmless(to_json(plan)));

    BOOST_TEST(is_harmless(to_dot(plan)));
    BOOST_TEST(to_dot(plan).find("[label=\"" + foreign_shown + "\"]") != std::string::npos);

    const std::string text = to_text(plan);
    BOOST_TEST(is_harmless(text));
    BOOST_TEST(std::count(text.begin(), text.end(), '\n') == 6);
    BOOST_TEST(text.find("  " + foreign_shown + "  ") != std::string::npos, text);
    BOOST_TEST(text.find("skipped: " + foreign_shown + "; after " + foreign_shown + "\n") !=
               std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_header_in_json_holds_the_name_of_its_file)
{
    BOOST_TEST(text_of(parsed(to_json(ScriptHeader{}, foreign)).at("file")) == foreign_in_json);
}

BOOST_AUTO_TEST_CASE(what_json_escapes_reads_back_as_it_was)
{
    for (const std::string_view text :
         {"", "plain", "\"\\/", "\x01\t\r\n", "\x7f", "\xc2\x80", "\xc2\x9f", "\xe2\x80\xa8", "\xe2\x80\xae",
          "\xe2\x81\xa9", "b\xc3\xa4ume \xf0\x9f\x9a\x82"})
        BOOST_TEST(text_of(parsed(quoted(text))) == text);
    BOOST_TEST(quoted("\xe2\x80\xae") == "\"\\u202e\"");
    BOOST_TEST(quoted("\x7f") == "\"\\u007f\"");
    BOOST_TEST(quoted("\xc2\x9b") == "\"\\u009b\"");
}

BOOST_AUTO_TEST_CASE(any_bytes_as_names_give_a_status_that_reads_back)
{
    std::mt19937 random{7};
    // Bytes that begin, go on with and break characters come more often than in plain noise.
    constexpr std::string_view likely = "\xc2\x9b\xe2\x80\xae\xed\xa0\xf0\x9f\xf4\x90\"\\\x1b\n\x7f{}";
    const auto any_text = [&] {
        std::string text;
        for (std::size_t size = random() % 12; size > 0; --size)
            text += random() % 2 == 0 ? likely[random() % likely.size()] : static_cast<char>(random() % 256);
        return text;
    };
    for (int i = 0; i < 20'000; ++i) {
        StatusReport report = report_of(any_text(), any_text());
        report.state = any_text();
        report.runlevel = static_cast<char>(random() % 256);
        const std::string text = to_json(report);
        const auto read = parse_status(text);
        BOOST_REQUIRE_MESSAGE(read.has_value(), text);
        BOOST_REQUIRE(read->services[1].name == utf8_of(report.services[1].name));
        BOOST_REQUIRE(*read->services[1].reason == utf8_of(*report.services[1].reason));
        BOOST_REQUIRE(is_valid(text) && is_harmless(text) && text.find('\n') == std::string::npos);
        BOOST_REQUIRE(is_harmless(status_table(report)));
    }
}
