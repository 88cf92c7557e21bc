// SPDX-License-Identifier: MIT
// What a boot and a stop of a tree of files would do: from links, headers and insserv's files to the plan.
#define BOOST_TEST_MODULE boot_reader
#include "system/rooted_tree.h"
#include "temporary_tree.h"
#include "tree/boot_reader.h"

#include <boost/test/unit_test.hpp>
#include <fmt/format.h>

#include <algorithm>

namespace {

using namespace init;
using Words = std::vector<std::string>;

/// A Debian tree whose links may all have the same number: only headers tell the order.
struct DebianTree {
    DebianTree()
    {
        files.file("/etc/inittab", "id:2:initdefault:\nsi::sysinit:/etc/init.d/rcS\n"
                                   "l0:0:wait:/etc/init.d/rc 0\nl2:2:wait:/etc/init.d/rc 2\n");
        for (const char* level : {"0", "2", "S"})
            files.folder(fmt::format("/etc/rc{}.d", level));
    }
    void add(const std::string& name, const std::string& provides, const std::string& needs,
             const Words& links) const
    {
        files.file("/etc/init.d/" + name,
                   fmt::format("#!/bin/sh\n### BEGIN INIT INFO\n# Provides: {0}\n# Required-Start: {1}\n"
                               "# Required-Stop: {1}\n# Default-Start: 2\n# Default-Stop: 0\n"
                               "### END INIT INFO\n",
                               provides, needs));
        std::filesystem::permissions(files.at("/etc/init.d/" + name), std::filesystem::perms::all);
        for (const std::string& link : links)
            files.link("../init.d/" + name, "/etc/" + link);
    }
    [[nodiscard]] model::BootPlan plan(char level = '2') const
    {
        system::RootedTree tree(files.path());
        return tree::read_boot_plan(tree, model::Settings{}, model::MachineFacts{},
                                    model::Runlevel::from(level));
    }
    test::TemporaryTree files;
};

Words after(const std::vector<model::PlannedScript>& list, const std::string& name)
{
    Words names;
    for (const model::PlannedScript& script : list)
        if (script.name == name)
            for (const std::size_t place : script.after)
                names.push_back(list.at(place).name);
    return names;
}

} // namespace

BOOST_AUTO_TEST_CASE(a_predecessor_is_named_wherever_it_stands_in_link_order)
{
    const DebianTree tree;
    tree.add("early", "early", "", {"rcS.d/S01early"});
    tree.add("aside", "aside", "", {"rcS.d/S01aside"});
    tree.add("app", "app", "zdb", {"rc2.d/S01app", "rc0.d/K01app"});
    tree.add("zdb", "zdb", "", {"rc2.d/S01zdb", "rc0.d/K01zdb"});
    const model::BootPlan plan = tree.plan();
    BOOST_TEST(plan.start.size() == 4u);
    BOOST_TEST(after(plan.start, "app") == Words{"zdb"}, boost::test_tools::per_element());
    BOOST_TEST(after(plan.start, "zdb").empty());
    BOOST_TEST(after(plan.stop, "zdb") == Words{"app"}, boost::test_tools::per_element());
    BOOST_TEST(after(plan.stop, "app").empty());
}

BOOST_AUTO_TEST_CASE(what_rcS_provides_is_not_missed_in_the_level_after_it)
{
    const DebianTree tree;
    tree.add("mountkernfs.sh", "mountkernfs", "", {"rcS.d/S01mountkernfs.sh"});
    tree.add("sysfsutils", "sysfsutils", "mountkernfs mountkernfs.sh", {"rc2.d/S01sysfsutils"});
    tree.add("other", "other", "gone", {"rc2.d/S01other"});
    const model::BootPlan plan = tree.plan();
    BOOST_REQUIRE(plan.complaints.size() == 1u);
    BOOST_TEST(to_string(plan.complaints[0]).find("names gone") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(insserv_files_are_obeyed_until_the_tree_asks_for_link_order)
{
    const DebianTree tree;
    tree.add("a", "a", "b", {"rc2.d/S01a"});
    tree.add("b", "b", "", {"rc2.d/S01b"});
    tree.files.file("/etc/init.d/.depend.start", "TARGETS = a b\nINTERACTIVE =\nb: a\n");
    const model::BootPlan obeyed = tree.plan();
    BOOST_TEST(after(obeyed.start, "b") == Words{"a"}, boost::test_tools::per_element());
    BOOST_TEST(after(obeyed.start, "a").empty());
    tree.files.file("/etc/init.d/.legacy-bootordering", "");
    BOOST_TEST(after(tree.plan().start, "a") == Words{"b"}, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(an_override_stands_for_the_scripts_own_block)
{
    const DebianTree tree;
    tree.add("a", "a", "", {"rc2.d/S01a"});
    tree.add("b", "b", "", {"rc2.d/S01b"});
    tree.files.file("/etc/insserv/overrides/a",
                    "### BEGIN INIT INFO\n# Provides: a\n# Required-Start: b\n# Required-Stop:\n"
                    "# Default-Start: 2\n# Default-Stop: 0\n### END INIT INFO\n");
    BOOST_TEST(after(tree.plan().start, "a") == Words{"b"}, boost::test_tools::per_element());
}
