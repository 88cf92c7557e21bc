// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE chkconfig_arguments
#include "applets/chkconfig_arguments.h"

#include <boost/test/unit_test.hpp>

namespace {

using namespace init::applets;
using Words = std::vector<std::string>;
using Action = ChkconfigArguments::Action;
using init::model::LinkRequest;

} // namespace

BOOST_AUTO_TEST_CASE(a_verb_and_a_name_make_a_request)
{
    const struct {
        Words words;
        Action action;
        const char* name;
        LinkRequest request;
        std::optional<unsigned> levels;
    } rows[] = {
        {{}, Action::list, "", LinkRequest::add, {}},
        {{"--list"}, Action::list, "", LinkRequest::add, {}},
        {{"--list", "web"}, Action::list, "web", LinkRequest::add, {}},
        {{"web"}, Action::query, "web", LinkRequest::add, {}},
        {{"--level", "3", "web"}, Action::query, "web", LinkRequest::add, 0b1000u},
        {{"--add", "web"}, Action::change, "web", LinkRequest::add, {}},
        {{"--add", "/etc/init.d/web"}, Action::change, "web", LinkRequest::add, {}},
        {{"--del", "web"}, Action::change, "web", LinkRequest::del, {}},
        {{"web", "--del"}, Action::change, "web", LinkRequest::del, {}},
        {{"--override", "web"}, Action::override_links, "web", LinkRequest::add, {}},
        {{"web", "on"}, Action::change, "web", LinkRequest::on, {}},
        {{"web", "off"}, Action::change, "web", LinkRequest::off, {}},
        {{"web", "reset"}, Action::change, "web", LinkRequest::reset, {}},
        {{"web", "resetpriorities"}, Action::change, "web", LinkRequest::resetpriorities, {}},
        {{"--level", "35", "web", "on"}, Action::change, "web", LinkRequest::on, 0b101000u},
        {{"--levels=35", "web", "on"}, Action::change, "web", LinkRequest::on, 0b101000u},
        {{"web", "on", "--level", "35"}, Action::change, "web", LinkRequest::on, 0b101000u},
        {{"--help"}, Action::help, "", LinkRequest::add, {}},
        {{"--add", "--help"}, Action::help, "", LinkRequest::add, {}},
        {{"--version", "x", "y", "z"}, Action::version, "", LinkRequest::add, {}},
    };
    for (const auto& row : rows)
        BOOST_TEST_CONTEXT((row.words.empty() ? "nothing" : row.words.front() + " " + row.words.back()))
        {
            const ChkconfigArguments got = parse_chkconfig_arguments(row.words);
            BOOST_TEST(got.error == "");
            BOOST_TEST((got.action == row.action));
            BOOST_TEST(got.name == row.name);
            if (row.action == Action::change)
                BOOST_TEST((got.request == row.request));
            BOOST_TEST((got.levels == row.levels));
        }
}

BOOST_AUTO_TEST_CASE(a_type_chooses_and_a_root_loses_its_slashes)
{
    const Words xinetd{"--type", "xinetd", "--root", "/tmp/x//", "--list"};
    BOOST_TEST(!parse_chkconfig_arguments(xinetd).sysv);
    BOOST_TEST(parse_chkconfig_arguments(xinetd).xinetd);
    BOOST_TEST(parse_chkconfig_arguments(xinetd).root == "/tmp/x");
    const Words sysv{"--type=sysv", "--root=/"};
    BOOST_TEST(parse_chkconfig_arguments(sysv).sysv);
    BOOST_TEST(!parse_chkconfig_arguments(sysv).xinetd);
    BOOST_TEST(parse_chkconfig_arguments(sysv).root == "");
}

BOOST_AUTO_TEST_CASE(what_cannot_be_meant_is_an_error)
{
    const struct {
        Words words;
        const char* error;
        bool wants_usage;
    } rows[] = {
        {{"--lst"}, "--lst is no option", true},
        {{"--level"}, "--level needs a value", true},
        {{"--add"}, "name is missing", true},
        {{"--del", "a", "b"}, "\"b\" is a word too many", true},
        {{"--list", "a", "b"}, "\"b\" is a word too many", true},
        {{"a", "on", "b"}, "\"b\" is a word too many", true},
        {{"a", "start"}, "\"start\" is none of on, off", true},
        {{"--level", "3"}, "name is missing", true},
        {{"--add", ""}, "no service's name", true},
        {{"--add", "/etc/init.d/"}, "no service's name", true},
        {{"..", "on"}, "no service's name", true},
        {{"--add", "--del", "a"}, "only one of", false},
        {{"--list", "--override", "a"}, "only one of", false},
        {{"--level", "37", "a", "on"}, "bad argument to --level: \"37\"", false},
        {{"--level", "", "a", "on"}, "bad argument to --level: \"\"", false},
        {{"--level", "35", "a"}, "only one runlevel may be specified", false},
        {{"--type", "upstart", "--list"}, "--type must be sysv or xinetd", false},
        {{"--root", "", "--list"}, "--root needs a folder", false},
    };
    for (const auto& row : rows)
        BOOST_TEST_CONTEXT(row.error)
        {
            const ChkconfigArguments got = parse_chkconfig_arguments(row.words);
            BOOST_TEST(got.error.find(row.error) != std::string::npos, got.error);
            BOOST_TEST(got.wants_usage == row.wants_usage);
        }
}
