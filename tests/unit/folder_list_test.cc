// SPDX-License-Identifier: MIT
// What is read of a folder, and that no more is read than the reader asked for.
#define BOOST_TEST_MODULE folder_list
#include "system/folder_list.h"

#include "temporary_tree.h"

#include <boost/test/unit_test.hpp>

#include <dirent.h>
#include <fcntl.h>

#include <map>

using namespace init::system;
using init::test::TemporaryTree;

namespace {

UniqueFd open_folder_at(const std::string& path)
{
    return UniqueFd{::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
}

BOOST_AUTO_TEST_CASE(names_are_sorted_and_one_too_many_is_an_error)
{
    const TemporaryTree tree;
    for (const char* name : {"/c", "/a", "/B", "/.dot"})
        tree.file(name, "");
    const auto names = names_in(open_folder_at(tree.path()), 4);
    BOOST_REQUIRE(names.has_value());
    const std::vector<std::string> expected{".dot", "B", "a", "c"};
    BOOST_TEST(*names == expected, boost::test_tools::per_element());
    BOOST_TEST(names_in(open_folder_at(tree.path()), 3).error().value() == E2BIG);
    BOOST_TEST(names_in(UniqueFd{::open(tree.at("/a").c_str(), O_RDONLY)}, 3).error().value() == ENOTDIR);
}

BOOST_AUTO_TEST_CASE(a_visit_ends_at_the_bound_and_tells_the_types)
{
    const TemporaryTree tree;
    tree.file("/file", "");
    tree.folder("/folder");
    tree.link("file", "/link");
    std::map<std::string, unsigned char> types;
    const auto visit = [&](const char* name, unsigned char type) { types[name] = type; };
    BOOST_TEST((*for_each_entry(open_folder_at(tree.path()).get(), 2, visit) == Listed::cut));
    BOOST_TEST(types.size() == 2U);
    BOOST_TEST((*for_each_entry(open_folder_at(tree.path()).get(), 3, visit) == Listed::whole));
    BOOST_TEST(types.size() == 3U);
    if (types["file"] != DT_UNKNOWN) {
        BOOST_TEST(types["file"] == DT_REG);
        BOOST_TEST(types["folder"] == DT_DIR);
        BOOST_TEST(types["link"] == DT_LNK);
    }
}

BOOST_AUTO_TEST_CASE(a_folder_of_many_batches_is_read_whole)
{
    const TemporaryTree tree;
    constexpr std::size_t many = 3000;
    const std::string tail(40, 'x');
    for (std::size_t i = 0; i < many; ++i)
        BOOST_REQUIRE(
            UniqueFd{::open(tree.at("/" + std::to_string(i) + tail).c_str(), O_CREAT | O_WRONLY, 0600)});
    BOOST_TEST(names_in(open_folder_at(tree.path()), many)->size() == many);
}

} // namespace
