// SPDX-License-Identifier: MIT
// What chkconfig decides: rows of services with the links they have, a request, and the links that are made
// and removed.
#define BOOST_TEST_MODULE chkconfig_plan
#include "model/chkconfig_numbers.h"
#include "model/chkconfig_plan.h"
#include "model/text_lines.h"

#include <boost/test/unit_test.hpp>

#include <sstream>

namespace {

using namespace init::model;

struct Script {
    const char* name;
    const char* header; ///< `chkconfig:` line, or lines
    const char* links;  ///< `3S80 4K20`: level, kind, number
};
using Scripts = std::vector<Script>;

/// An INIT INFO block of these lines.
std::string block(const std::string& lines)
{
    return "### BEGIN INIT INFO\n" + lines + "### END INIT INFO\n";
}

ChkconfigService service(const Script& script)
{
    Diagnostics complaints;
    auto header = read_chkconfig_header(script.header, script.name, complaints);
    BOOST_REQUIRE_MESSAGE(header.has_value(), script.name << " is refused");
    ChkconfigService result{script.name, *header, {}};
    for (const std::string_view word : words_of(script.links)) {
        const auto link = parse_level_link(std::string(word.substr(1)) + "x");
        BOOST_REQUIRE(link.has_value());
        result.links.push_back({word[0] - '0', link->kind, link->number});
    }
    return result;
}

std::vector<ChkconfigService> services(const Scripts& scripts)
{
    std::vector<ChkconfigService> result;
    for (const Script& script : scripts)
        result.push_back(service(script));
    return result;
}

/// `3+S80web-K20web 4+...`
std::string shown(const std::vector<LinkChange>& changes)
{
    std::string text;
    for (const LinkChange& change : changes) {
        text += (text.empty() ? "" : " ") + std::to_string(change.level);
        text += change.make.empty() ? "" : "+" + change.make;
        for (const std::string& name : change.remove)
            text += "-" + name;
    }
    return text;
}

std::string plan(const Scripts& scripts, LinkRequest request, unsigned levels = all_level_bits)
{
    return shown(plan_links(services(scripts), 0, request, levels));
}

constexpr const char* web = "# chkconfig: 345 80 20\n";
constexpr const char* all_of_web = "0K20 1K20 2K20 3S80 4S80 5S80 6K20";

} // namespace

BOOST_AUTO_TEST_CASE(levels_are_digits_from_0_to_6)
{
    BOOST_TEST((parse_levels("35") == 0b0101000u));
    BOOST_TEST((parse_levels("5533") == 0b0101000u));
    BOOST_TEST((parse_levels("0123456") == all_level_bits));
    for (const char* word : {"", "7", "3a", "-", "S", "3 5", "3,5"})
        BOOST_TEST(!parse_levels(word).has_value(), word);
}

BOOST_AUTO_TEST_CASE(a_level_link_is_read_whatever_the_service_is_called)
{
    const struct {
        const char* name;
        std::optional<ScriptLink> link;
    } rows[] = {
        {"S55sshd", ScriptLink{LinkKind::start, 55, "sshd"}},
        {"K05a.rpmsave", ScriptLink{LinkKind::stop, 5, "a.rpmsave"}},
        {"S5sshd", std::nullopt},
        {"S55", std::nullopt},
        {"s55sshd", std::nullopt},
        {".S55sshd", std::nullopt},
    };
    for (const auto& row : rows)
        BOOST_TEST((parse_level_link(row.name) == row.link), row.name);
}

BOOST_AUTO_TEST_CASE(leftovers_and_dot_files_are_passed_over)
{
    for (const char* name :
         {".web", "web.rpmsave", "web.rpmnew", "web.rpmorig", ".web.swp", "web.swp", "web~", "web,", ""})
        BOOST_TEST(is_passed_over(name), name);
    for (const char* name : {"web", "web.bak", "web.orig", "web.rpm", "rpmsave", "web,v"})
        BOOST_TEST(!is_passed_over(name), name);
}

BOOST_AUTO_TEST_CASE(a_list_line_is_padded_and_separated_by_tabs)
{
    BOOST_TEST(list_line(service({"web", web, all_of_web})) ==
               "web            \t0:off\t1:off\t2:off\t3:on\t4:on\t5:on\t6:off");
    BOOST_TEST(list_line(service({"a-name-of-16-long", web, "3S80"})) ==
               "a-name-of-16-long\t0:off\t1:off\t2:off\t3:on\t4:off\t5:off\t6:off");
    // A boot would find the S-link of a doubled one.
    BOOST_TEST(list_line(service({"web", web, "2K20 2S80"})) ==
               "web            \t0:off\t1:off\t2:on\t3:off\t4:off\t5:off\t6:off");
}

BOOST_AUTO_TEST_CASE(each_request_makes_and_removes_its_links)
{
    constexpr unsigned usual = usual_level_bits;
    constexpr unsigned three = 1U << 3;
    const struct {
        const char* claim;
        const char* links;
        LinkRequest request;
        unsigned levels;
        const char* changes;
    } rows[] = {
        {"add to nothing", "", LinkRequest::add, 0,
         "0+K20web 1+K20web 2+K20web 3+S80web 4+S80web 5+S80web 6+K20web"},
        {"add leaves links alone, hand-made numbers and all", "0K20 1K20 2S80 3K99 5S07 6K20",
         LinkRequest::add, 0, "4+S80web"},
        {"add leaves a doubled link alone", "0K20 1K20 2K20 3S80 3K20 4S80 5S80 6K20", LinkRequest::add, 0,
         ""},
        {"del", "0K20 3S80 3K07 5S11", LinkRequest::del, 0, "0-K20web 3-S80web-K07web 5-S11web"},
        {"del of nothing", "", LinkRequest::del, 0, ""},
        {"on in the usual levels", all_of_web, LinkRequest::on, usual,
         "2+S80web-K20web 3+S80web 4+S80web 5+S80web"},
        {"off in the usual levels", all_of_web, LinkRequest::off, usual,
         "2+K20web 3+K20web-S80web 4+K20web-S80web 5+K20web-S80web"},
        {"on in one level only", "3K20 5K20", LinkRequest::on, three, "3+S80web-K20web"},
        {"on where there was no link", "", LinkRequest::on, three, "3+S80web"},
        {"on takes a hand-made number back", "3S42", LinkRequest::on, three, "3+S80web-S42web"},
        {"on takes doubled links away", "3S42 3K20 3S80", LinkRequest::on, three, "3+S80web-S42web-K20web"},
        {"reset in all levels", "0S80 3K20 4S80", LinkRequest::reset, all_level_bits,
         "0+K20web-S80web 1+K20web 2+K20web 3+S80web-K20web 4+S80web 5+S80web 6+K20web"},
        {"reset in one", "0S80 3K20", LinkRequest::reset, three, "3+S80web-K20web"},
        {"new numbers, on and off as before", "0S11 3K12 4S80", LinkRequest::resetpriorities, all_level_bits,
         "0+S80web-S11web 3+K20web-K12web 4+S80web"},
        {"new numbers in one level", "0S11 3K12", LinkRequest::resetpriorities, three, "3+K20web-K12web"},
    };
    for (const auto& row : rows)
        BOOST_TEST(plan({{"web", web, row.links}}, row.request, row.levels) == row.changes, row.claim);
}

BOOST_AUTO_TEST_CASE(a_header_without_levels_is_off_everywhere)
{
    BOOST_TEST(plan({{"web", "# chkconfig: - 80 20\n", ""}}, LinkRequest::add) ==
               "0+K20web 1+K20web 2+K20web 3+K20web 4+K20web 5+K20web 6+K20web");
    BOOST_TEST(plan({{"web", "# chkconfig: - 5 7\n", ""}}, LinkRequest::on, 1U << 3) == "3+S05web");
}

BOOST_AUTO_TEST_CASE(requirements_move_the_numbers_of_scripts_with_a_block)
{
    const std::string plain = block("# Default-Start: 3\n");
    const std::string needy = block("# Default-Start: 3\n# Required-Start: db\n# Required-Stop: db\n");
    const std::string fond = block("# Default-Start: 3\n# Should-Start: db\n# Should-Stop: db\n");
    const std::string numbered = "# chkconfig: 3 85 15\n" + needy;
    const std::string early = "# chkconfig: 3 10 90\n" + needy;
    const std::string unneeded = block("# Default-Start: 3\n# Required-Start: $all nothing\n");
    const std::string own =
        block("# Default-Start: 3\n# Provides: a\n# Should-Start: a web\n# Should-Stop: a web\n");
    const std::string alias_of_own = "# chkconfig: 3 60 40\n" + block("# Provides: a\n");
    const std::string alias = "# chkconfig: 3 60 40\n" + block("# Provides: $database db\n");
    const std::string facility = block("# Default-Start: 3\n# Required-Start: $database\n");
    const std::string no_block = "# chkconfig: 3 10 90\n# Required-Start: db\n";
    const Script db{"db", "# chkconfig: 3 60 40\n", "3S60 0K40"};
    const struct {
        const char* claim;
        const std::string* header;
        Script other;
        int start, stop;
    } rows[] = {
        {"50 each without a line", &plain, db, 50, 50},
        {"above what is required, below for the stop", &needy, db, 61, 39},
        {"what is only liked counts as well", &fond, db, 61, 39},
        {"a number that is high enough stays, and a low one", &numbered, db, 85, 15},
        {"one that is not moves", &early, db, 61, 39},
        {"nobody provides it", &unneeded, db, 50, 50},
        {"nor does one that provides the same", &own, {"b", alias_of_own.c_str(), "3S60 0K40"}, 50, 50},
        {"itself asks nothing of it", &own, db, 50, 50},
        {"by what it provides", &needy, {"mysqld", alias.c_str(), "3S60 0K40"}, 61, 39},
        {"facilities are names", &facility, {"mysqld", alias.c_str(), "3S60"}, 61, 50},
        {"hand-made numbers count", &needy, {"db", "# chkconfig: 3 20 80\n", "3S70 0K30"}, 71, 29},
        {"and never below the header's", &needy, {"db", "# chkconfig: 3 60 40\n", "3S02 0K98"}, 61, 39},
        {"without links the header counts", &needy, {"db", "# chkconfig: 3 60 40\n", ""}, 61, 39},
        {"off where this one is on does not count",
         &needy,
         {"db", "# chkconfig: 3 60 40\n", "3K40 5S60"},
         50,
         50},
        {"off by its header neither", &needy, {"db", "# chkconfig: - 60 40\n", ""}, 50, 50},
        {"the range ends at 99 and 0", &needy, {"db", "# chkconfig: 3 99 0\n", "3S99 0K00"}, 99, 0},
        {"no block, no move", &no_block, db, 10, 90},
    };
    for (const auto& row : rows)
        BOOST_TEST_CONTEXT(row.claim)
        {
            const auto all = services({{"web", row.header->c_str(), ""}, row.other});
            const LinkNumbers numbers = settle_numbers(all, {all[0].levels_on(), all[1].levels_on()}, 0)[0];
            BOOST_TEST(numbers.start == row.start);
            BOOST_TEST(numbers.stop == row.stop);
        }
}

BOOST_AUTO_TEST_CASE(one_that_is_off_everywhere_stops_before_all_it_requires)
{
    const std::string needy = block("# Default-Start: S\n# Default-Stop: 0 6\n# Required-Stop: db\n");
    BOOST_TEST(plan({{"web", needy.c_str(), ""}, {"db", "# chkconfig: 3 60 40\n", "3S60"}},
                    LinkRequest::add) == "0+K39web 1+K39web 2+K39web 3+K39web 4+K39web 5+K39web 6+K39web");
}

BOOST_AUTO_TEST_CASE(numbers_are_settled_over_all_scripts)
{
    const auto needs = [](const std::string& what) {
        return block("# Default-Start: 3\n# Required-Start: " + what + "\n# Required-Stop: " + what + "\n");
    };
    const std::string c = needs("b");
    const std::string b = needs("a");
    const std::string a = block("# Default-Start: 3\n");
    const std::string low = "# chkconfig: 3 80 20\n";
    // Against the order of the list, and with links that nobody may leave where they are.
    BOOST_TEST(plan({{"c", c.c_str(), ""}, {"b", b.c_str(), "3S50 0K50"}, {"a", a.c_str(), "3S50 0K50"}},
                    LinkRequest::on, 1U << 3) == "3+S52c 0+K49b-K50b 3+S51b-S50b");
    // What was only switched on moves those that depend on it; who stands well is left alone.
    BOOST_TEST(plan({{"a", a.c_str(), "3K50"}, {"b", b.c_str(), "3S50 5S77"}, {"c", c.c_str(), "3S90"}},
                    LinkRequest::on, 1U << 3) == "3+S50a-K50a 3+S77b-S50b");
    // One without a block moves what depends on it, and nothing else.
    BOOST_TEST(plan({{"a", low.c_str(), ""},
                     {"b", b.c_str(), "3S50"},
                     {"c", c.c_str(), "3S50"},
                     {"x", "# chkconfig: 3 70 30\n", "3S70"},
                     {"y", needs("x").c_str(), "3S50"}},
                    LinkRequest::on, 1U << 3) == "3+S80a 3+S81b-S50b 3+S82c-S50c");
}

BOOST_AUTO_TEST_CASE(scripts_that_require_each_other_end_at_the_ends)
{
    const std::string one = block("# Default-Start: 3\n# Required-Start: b\n# Required-Stop: b\n");
    const std::string two = block("# Default-Start: 3\n# Required-Start: a\n# Required-Stop: a\n");
    BOOST_TEST(plan({{"a", one.c_str(), ""}, {"b", two.c_str(), "3S50 0K50"}}, LinkRequest::add) ==
               "0+K00a 1+K00a 2+K00a 3+S99a 4+K00a 5+K00a 6+K00a 0+K00b-K50b 3+S99b-S50b");
}

BOOST_AUTO_TEST_CASE(an_added_script_with_a_block_gets_new_numbers_for_the_links_it_has)
{
    const std::string needy =
        "# chkconfig: 35 10 90\n" + block("# Required-Start: db\n# Required-Stop: db\n");
    BOOST_TEST(plan({{"web", needy.c_str(), "0K90 1K90 2S10 3K90 4K90 6K90"},
                     {"db", "# chkconfig: 2345 60 40\n", "2S60"}},
                    LinkRequest::add) == "0+K39web-K90web 1+K39web-K90web 2+S61web-S10web 3+K39web-K90web "
                                         "4+K39web-K90web 5+S61web 6+K39web-K90web");
}

BOOST_AUTO_TEST_CASE(an_added_script_with_a_block_loses_numbers_made_by_hand)
{
    const std::string header = "# chkconfig: 3 60 40\n" + block("");
    BOOST_TEST(plan({{"web", header.c_str(), "0K40 1K40 2K40 3S95 4K02 5K40 6K40"}}, LinkRequest::add) ==
               "0+K40web 1+K40web 2+K40web 3+S60web-S95web 4+K40web-K02web 5+K40web 6+K40web");
}

BOOST_AUTO_TEST_CASE(only_untouched_links_are_as_added)
{
    const std::string needy = block("# Default-Start: 3\n# Required-Start: db\n# Required-Stop: db\n");
    const Script db{"db", "# chkconfig: 3 60 40\n", "3S60 0K40"};
    const struct {
        const char* claim;
        const char* header;
        const char* links;
        bool is;
    } rows[] = {
        {"as added", web, all_of_web, true},
        {"no links", web, "", false},
        {"one is missing", web, "0K20 1K20 2K20 3S80 4S80 5S80", false},
        {"one was switched off", web, "0K20 1K20 2K20 3K20 4S80 5S80 6K20", false},
        {"one has another number", web, "0K20 1K20 2K20 3S81 4S80 5S80 6K20", false},
        {"one is doubled", web, "0K20 1K20 2K20 3S80 3K20 4S80 5S80 6K20", false},
        {"with requirements", needy.c_str(), "0K39 1K39 2K39 3S61 4K39 5K39 6K39", true},
        {"with requirements, and moved", needy.c_str(), "0K39 1K39 2K39 3S62 4K39 5K39 6K39", false},
    };
    for (const auto& row : rows)
        BOOST_TEST(is_as_added(services({{"web", row.header, row.links}, db}), 0) == row.is, row.claim);
}

BOOST_AUTO_TEST_CASE(lsb_names_know_unmet_requirements_and_dependents)
{
    const std::string needy =
        block("# Default-Start: 3\n# Required-Start: $local_fs cache\n# Required-Stop: db\n");
    const std::string both = "# chkconfig: 3 1 1\n" + block("# Provides: db cache\n");
    const Script web_script{"web", needy.c_str(), "3S50"};
    const auto alone = services({web_script, {"cache", "# chkconfig: 3 1 1\n", ""}});
    BOOST_REQUIRE(find_unmet(alone, 0) != nullptr);
    BOOST_TEST(*find_unmet(alone, 0) == "cache"); // it is there, but nobody added it
    const auto half = services({web_script, {"cache", "# chkconfig: 3 1 1\n", "3S01"}});
    BOOST_REQUIRE(find_unmet(half, 0) != nullptr);
    BOOST_TEST(*find_unmet(half, 0) == "db");
    BOOST_REQUIRE(find_dependent(half, 1) != nullptr); // whatever else is unmet
    const auto met = services({web_script, {"mysqld", both.c_str(), "3S01"}});
    BOOST_TEST(find_unmet(met, 0) == nullptr);
    BOOST_REQUIRE(find_dependent(met, 1) != nullptr);
    BOOST_TEST(find_dependent(met, 1)->name == "web");
    BOOST_TEST(find_dependent(met, 0) == nullptr);
    const auto spare =
        services({web_script, {"mysqld", both.c_str(), "3S01"}, {"mariadb", both.c_str(), "3S01"}});
    BOOST_TEST(find_dependent(spare, 1) == nullptr);
}
