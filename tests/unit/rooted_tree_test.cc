// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE rooted_tree
#include "system/rooted_path.h"
#include "system/rooted_tree.h"
#include "temporary_tree.h"

#include <boost/test/unit_test.hpp>

#include <sys/stat.h>

namespace {

using init::system::RootedTree;
using init::test::TemporaryTree;
using init::world::FileKind;

} // namespace

BOOST_AUTO_TEST_CASE(files_are_read_and_folders_listed_below_the_root)
{
    const TemporaryTree files;
    files.file("/etc/b", "two");
    files.file("/etc/a", "one");
    RootedTree tree(files.path());
    BOOST_TEST(*tree.read_file("/etc/a", 100) == "one");
    BOOST_TEST(*tree.read_file("/etc/a", 2) == "on");
    BOOST_TEST(*tree.list_folder("/etc") == (std::vector<std::string>{"a", "b"}),
               boost::test_tools::per_element());
    BOOST_TEST((tree.list_folder("/none").error() == boost::system::errc::no_such_file_or_directory));
    BOOST_TEST((tree.list_folder("/etc/a").error() == boost::system::errc::not_a_directory));
    BOOST_TEST(!tree.read_file("/etc", 100).has_value());
    BOOST_TEST(!tree.read_file("/etc/none", 100).has_value());
}

BOOST_AUTO_TEST_CASE(links_are_followed_inside_the_root_alone)
{
    const TemporaryTree outside;
    outside.file("/etc/secret", "outside");
    const TemporaryTree files;
    files.file("/etc/secret", "inside");
    files.file("/etc/init.d/a", "script");
    files.folder("/etc/rc3.d");
    files.link("../init.d/a", "/etc/rc3.d/S10a");
    files.link("/etc/secret", "/etc/absolute");
    files.link("../../../../../../etc/secret", "/etc/upwards");
    files.link(outside.path() + "/etc/secret", "/etc/away");
    files.link(outside.path(), "/etc/away.d");
    files.link("loop", "/etc/loop");
    RootedTree tree(files.path());
    BOOST_TEST(*tree.read_file("/etc/rc3.d/S10a", 100) == "script");
    BOOST_TEST(*tree.read_file("/etc/absolute", 100) == "inside");
    BOOST_TEST(*tree.read_file("/etc/upwards", 100) == "inside");
    BOOST_TEST(!tree.read_file("/etc/away", 100).has_value());
    BOOST_TEST(!tree.list_folder("/etc/away.d").has_value());
    BOOST_TEST((tree.list_folder("/etc/loop").error() == boost::system::errc::too_many_symbolic_link_levels));
    BOOST_TEST(!tree.read_file("/etc/loop", 100).has_value());
    BOOST_TEST((tree.look("/etc/away").kind == FileKind::none));
    BOOST_TEST((tree.look("/etc/rc3.d/S10a").kind == FileKind::file));
}

BOOST_AUTO_TEST_CASE(a_look_tells_kind_and_mode_bits)
{
    const TemporaryTree files;
    files.file("/plain", "");
    files.file("/program", "");
    ::chmod(files.at("/program").c_str(), 0100);
    files.folder("/folder");
    ::mkfifo(files.at("/fifo").c_str(), 0600);
    RootedTree tree(files.path());
    BOOST_TEST((tree.look("/plain").kind == FileKind::file));
    BOOST_TEST(!tree.look("/plain").executable);
    BOOST_TEST(tree.look("/program").executable);
    BOOST_TEST((tree.look("/folder").kind == FileKind::folder));
    BOOST_TEST((tree.look("/").kind == FileKind::folder));
    BOOST_TEST((tree.look("/fifo").kind == FileKind::fifo));
    BOOST_TEST((tree.look("/none").kind == FileKind::none));
    BOOST_TEST(!tree.read_file("/fifo", 10).has_value()); // and does not wait for a writer
}

BOOST_AUTO_TEST_CASE(all_names_of_a_file_are_told_to_be_one)
{
    const TemporaryTree files;
    files.file("/a", "");
    files.file("/b", "");
    files.link("a", "/c");
    RootedTree tree(files.path());
    const auto identity = [&](const char* path) {
        const init::world::FileLook look = tree.look(path);
        return std::pair(look.device, look.inode);
    };
    BOOST_TEST((identity("/a") == identity("/c")));
    BOOST_TEST((identity("/a") != identity("/b")));
    BOOST_TEST((identity("/none") == std::pair<std::uint64_t, std::uint64_t>{0, 0}));
}

BOOST_AUTO_TEST_CASE(what_cannot_be_told_to_be_no_link_is_an_error)
{
    using init::system::resolve_in_root;
    const TemporaryTree files;
    files.file("/etc/a", "one");
    const std::string long_name = "/etc/" + std::string(300, 'x');
    BOOST_TEST((resolve_in_root(files.path(), long_name).error() == boost::system::errc::filename_too_long));
    // A missing end keeps its name, whether a folder is above it or a file.
    BOOST_TEST(*resolve_in_root(files.path(), "/etc/none/below") == "/etc/none/below");
    BOOST_TEST(*resolve_in_root(files.path(), "/etc/a/below") == "/etc/a/below");
}

BOOST_AUTO_TEST_CASE(a_link_that_leads_nowhere_has_a_name)
{
    const TemporaryTree files;
    files.folder("/etc");
    files.link("../init.d/gone", "/etc/S10gone");
    const RootedTree tree(files.path());
    BOOST_TEST(tree.has_name("/etc/S10gone"));
    BOOST_TEST(!tree.has_name("/etc/S10other"));
}

BOOST_AUTO_TEST_CASE(an_empty_root_is_the_real_one)
{
    RootedTree tree("");
    BOOST_TEST((tree.look("/").kind == FileKind::folder));
    BOOST_TEST(tree.read_file("/proc/self/stat", 1000).has_value());
}
