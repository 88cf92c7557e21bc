// SPDX-License-Identifier: MIT
// Changing names below a root: whole steps, and no link that leads out.
#define BOOST_TEST_MODULE rooted_folder
#include "system/rooted_folder.h"
#include "temporary_tree.h"

#include <boost/test/unit_test.hpp>

#include <sys/stat.h>

namespace {

using init::system::RootedFolder;
using init::test::TemporaryTree;
namespace fs = std::filesystem;

std::string target(const TemporaryTree& tree, const std::string& inside)
{
    return fs::read_symlink(tree.at(inside)).string();
}

auto entries(const std::string& path)
{
    return std::distance(fs::directory_iterator{path}, {});
}

} // namespace

BOOST_AUTO_TEST_CASE(a_link_is_made_kept_or_put_in_the_place_of_another)
{
    const TemporaryTree tree;
    tree.folder("/etc/rc3.d/S40folder");
    tree.link("../init.d/a", "/etc/rc3.d/S10a");
    tree.link("/elsewhere", "/etc/rc3.d/S20b");
    tree.file("/etc/rc3.d/S30c", "a copy");
    tree.link("stale", "/etc/rc3.d/.S20b.new");
    const auto folder = RootedFolder::open(tree.path(), "/etc/rc3.d");
    BOOST_REQUIRE(folder.has_value());
    for (const char* name : {"S05new", "S10a", "S20b", "S30c"}) {
        BOOST_TEST(folder->set_link(name, "../init.d/a").has_value());
        BOOST_TEST(target(tree, std::string("/etc/rc3.d/") + name) == "../init.d/a");
    }
    BOOST_TEST(!folder->set_link("S40folder", "../init.d/a").has_value());
    BOOST_TEST(entries(tree.at("/etc/rc3.d")) == 5);
}

BOOST_AUTO_TEST_CASE(a_name_is_removed_and_one_that_is_gone_is_no_error)
{
    const TemporaryTree tree;
    tree.folder("/etc/folder");
    tree.link("nowhere", "/etc/a");
    const auto folder = RootedFolder::open(tree.path(), "/etc");
    BOOST_REQUIRE(folder.has_value());
    BOOST_TEST(folder->remove("a").has_value());
    BOOST_TEST(!tree.has("/etc/a"));
    BOOST_TEST(folder->remove("a").has_value());
    BOOST_TEST(!folder->remove("folder").has_value());
}

BOOST_AUTO_TEST_CASE(a_file_is_replaced_whole_with_its_mode)
{
    const TemporaryTree tree;
    tree.file("/etc/a", "old text");
    tree.file("/etc/victim", "untouched");
    tree.link("victim", "/etc/link");
    tree.link("victim", "/etc/.a.new");
    ::chmod(tree.at("/etc/a").c_str(), 0640);
    const auto folder = RootedFolder::open(tree.path(), "/etc");
    BOOST_REQUIRE(folder.has_value());
    BOOST_TEST(folder->replace_file("a", "new").has_value());
    BOOST_TEST(tree.text("/etc/a") == "new");
    struct stat look {};
    BOOST_TEST(::stat(tree.at("/etc/a").c_str(), &look) == 0);
    BOOST_TEST((look.st_mode & 07777) == 0640u);
    BOOST_TEST(!folder->replace_file("link", "new").has_value());
    BOOST_TEST(!folder->replace_file("none", "new").has_value());
    BOOST_TEST(tree.text("/etc/victim") == "untouched");
    BOOST_TEST(entries(tree.at("/etc")) == 3);
}

BOOST_AUTO_TEST_CASE(no_link_of_the_tree_leads_out_of_it)
{
    const TemporaryTree outside;
    outside.folder("/rc3.d");
    const TemporaryTree tree;
    tree.folder("/etc");
    tree.link(outside.path() + "/rc3.d", "/etc/rc3.d");
    tree.link("../../../../../../../.." + outside.path() + "/rc3.d", "/etc/rc4.d");
    for (const char* path : {"/etc/rc3.d", "/etc/rc4.d", "/../../../../../../etc/none"})
        BOOST_TEST(!RootedFolder::open(tree.path(), path).has_value(), path);
    tree.folder(outside.path() + "/rc3.d"); // what the links mean inside the tree
    const auto folder = RootedFolder::open(tree.path(), "/etc/rc4.d");
    BOOST_REQUIRE(folder.has_value());
    BOOST_TEST(folder->set_link("S10a", "../init.d/a").has_value());
    BOOST_TEST(fs::is_empty(outside.at("/rc3.d")));
    BOOST_TEST(tree.has(outside.path() + "/rc3.d/S10a"));
}
