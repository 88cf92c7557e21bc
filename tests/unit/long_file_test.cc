// SPDX-License-Identifier: MIT
// Files that somebody has filled: each is read up to its limit and to the end of a line, and that is told.
#define BOOST_TEST_MODULE long_file
#include "system/rooted_tree.h"
#include "temporary_tree.h"
#include "tree/configuration.h"
#include "tree/level_plan.h"
#include "tree/service_settings.h"
#include "tree/table.h"
#include "world/file_lines.h"

#include <boost/test/unit_test.hpp>

#include <algorithm>

namespace {

using namespace init;

constexpr std::size_t large = 1100 * 1024;

/// `first`, lines that say nothing up to `large`, `last`.
std::string filled(const std::string& first, const std::string& last)
{
    std::string text = first;
    while (text.size() < large)
        text += "# nothing\n";
    return text + last;
}

bool tells(const model::Diagnostics& complaints, const std::string& wanted)
{
    return std::any_of(complaints.begin(), complaints.end(),
                       [&](const model::Diagnostic& one) { return to_string(one) == wanted; });
}

} // namespace

BOOST_AUTO_TEST_CASE(a_file_is_cut_behind_a_line)
{
    const test::TemporaryTree files;
    system::RootedTree tree(files.path());
    const std::string line(511, 'x');
    model::Diagnostics complaints;
    files.file("/just", line + "\n" + line + "\n");
    BOOST_TEST(world::lines_or_complain(tree, "/just", 1024, complaints)->size() == 1024U);
    BOOST_TEST(complaints.empty());
    files.file("/more", line + "\n" + line + "y\nlast\n");
    BOOST_TEST(world::lines_or_complain(tree, "/more", 1024, complaints).value() == line + "\n");
    BOOST_TEST(tells(complaints, "/more: is longer than 1 KiB, what stands beyond is ignored"));
    files.file("/one", std::string(2000, 'x'));
    BOOST_TEST(world::lines_or_complain(tree, "/one", 1024, complaints)->empty());
    BOOST_TEST(world::lines_or_complain(tree, "/none", 1024, complaints).has_error());
    BOOST_TEST(complaints.size() == 2U);
}

BOOST_AUTO_TEST_CASE(a_long_inittab_counts_up_to_its_limit)
{
    const test::TemporaryTree files;
    files.file("/etc/inittab", filled("a:3:wait:/a\n", "b:3:wait:/b\n"));
    files.file("/etc/inittab.d/x.tab", filled("", "c:3:wait:/c\n"));
    system::RootedTree tree(files.path());
    const model::Inittab table = tree::read_table(tree, model::Layout::plain).value();
    std::string ids;
    for (const model::InittabEntry& entry : table.entries)
        ids += entry.id + ' ';
    BOOST_TEST(ids.find("a ") != std::string::npos, ids);
    BOOST_TEST(ids.find_first_of("bc") == std::string::npos, ids);
    BOOST_TEST(
        tells(table.diagnostics, "/etc/inittab: is longer than 1024 KiB, what stands beyond is ignored"));
    BOOST_TEST(tells(table.diagnostics,
                     "/etc/inittab.d/x.tab: is longer than 64 KiB, what stands beyond is ignored"));
}

BOOST_AUTO_TEST_CASE(a_folder_of_entries_is_read_up_to_its_limit)
{
    const test::TemporaryTree files;
    for (int i = 1000; i < 2001; ++i)
        files.file("/etc/inittab.d/" + std::to_string(i) + ".tab", std::to_string(i) + ":3:off:/x\n");
    system::RootedTree tree(files.path());
    const model::Inittab table = tree::read_table(tree, model::Layout::plain).value();
    const auto has = [&](const char* id) {
        return std::any_of(table.entries.begin(), table.entries.end(),
                           [id](const model::InittabEntry& entry) { return entry.id == id; });
    };
    BOOST_TEST((has("1999") && !has("2000")));
    BOOST_TEST(tells(table.diagnostics, "/etc/inittab.d: holds more than 1000 entries, 2000.tab and those "
                                        "behind it are left out"));
}

BOOST_AUTO_TEST_CASE(long_settings_count_up_to_their_limit)
{
    const test::TemporaryTree files;
    files.file("/etc/rcinit.conf", filled("grace=7s\n", "jobs=3\n"));
    files.file("/etc/rcinit.conf.d/web.service", filled("stop-timeout=7s\n", "start-timeout=7s\n"));
    system::RootedTree tree(files.path());
    const tree::Configuration configuration = tree::read_configuration_files(tree);
    BOOST_TEST(configuration.settings.grace.count() == 7000);
    BOOST_TEST((configuration.settings.jobs == model::Settings{}.jobs));
    BOOST_TEST(tells(configuration.complaints,
                     "/etc/rcinit.conf: is longer than 256 KiB, what stands beyond is ignored"));

    model::Diagnostics complaints{{"before", 0, "stays"}};
    const model::ServiceSettings own =
        tree::read_service_settings(tree, "web", "/etc/init.d/web", "", complaints);
    BOOST_TEST((own.stop_timeout.has_value() && !own.start_timeout.has_value()));
    BOOST_TEST(tells(complaints, "/etc/rcinit.conf.d/web.service: is longer than 256 KiB, what stands beyond "
                                 "is ignored"));
    BOOST_TEST(tells(complaints, "before: stays"));
}

BOOST_AUTO_TEST_CASE(long_tables_of_insserv_count_up_to_their_limit)
{
    const test::TemporaryTree files;
    files.file("/etc/insserv.conf", filled("$one a\n", "$two b\n"));
    system::RootedTree tree(files.path());
    const tree::OrderSources sources = tree::read_order_sources(tree);
    BOOST_TEST((sources.facilities.is_known("$one") && !sources.facilities.is_known("$two")));
    BOOST_TEST(tells(sources.complaints,
                     "/etc/insserv.conf: is longer than 1024 KiB, what stands beyond is ignored"));
}
