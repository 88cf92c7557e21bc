// SPDX-License-Identifier: MIT
// A program by its name: where it is searched for, and how far.
#define BOOST_TEST_MODULE program_search
#include "host/program_search.h"
#include "temporary_tree.h"

#include <boost/test/unit_test.hpp>

using namespace init;

namespace {

/// `count` folders that are not there, and behind them `last`.
std::string path_of(std::size_t count, const std::string& last)
{
    std::string path;
    for (std::size_t i = 0; i < count; ++i)
        path += "/none:";
    return path + last;
}

} // namespace

BOOST_AUTO_TEST_CASE(a_path_is_searched_up_to_its_limit)
{
    const test::TemporaryTree files;
    files.file("/bin/app", "");
    std::filesystem::permissions(files.at("/bin/app"), std::filesystem::perms::all);
    const std::string folder = files.at("/bin");
    BOOST_TEST(host::find_program("app", folder) == folder + "/app");
    BOOST_TEST(host::find_program("app", path_of(host::most_folders - 1, folder)) == folder + "/app");
    BOOST_TEST(host::find_program("app", path_of(host::most_folders, folder)).empty());
    BOOST_TEST(host::find_program(std::string(100'000, 'x'), folder).empty());
    BOOST_TEST(host::find_program("/any/app", "") == "/any/app");
}
