// SPDX-License-Identifier: MIT
// Folders that somebody has filled: both trees read them no further than the limit, and who lists one says
// so.
#define BOOST_TEST_MODULE long_folder
#include "host/tree.h"
#include "system/rooted_tree.h"
#include "temporary_tree.h"
#include "world/folder_names.h"

#include <boost/test/unit_test.hpp>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace {

using namespace init;

/// All of one file, which is quicker to make and to remove than a file each.
void fill(const test::TemporaryTree& files, const std::string& folder, std::size_t from, std::size_t to)
{
    files.file("/one", "");
    files.folder(folder);
    const system::UniqueFd place{::open(files.at(folder).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
    for (std::size_t i = from; i < to; ++i)
        if (::linkat(AT_FDCWD, files.at("/one").c_str(), place.get(), std::to_string(i).c_str(), 0) != 0)
            BOOST_FAIL("linkat: " << std::strerror(errno));
}

} // namespace

BOOST_AUTO_TEST_CASE(a_folder_is_listed_up_to_the_limit_and_refused_beyond)
{
    const test::TemporaryTree files;
    fill(files, "/locks", 0, world::most_names);
    host::Tree own;
    system::RootedTree rooted(files.path());
    BOOST_TEST(own.list_folder(files.at("/locks")).value().size() == world::most_names);
    BOOST_TEST(rooted.list_folder("/locks").value().size() == world::most_names);

    fill(files, "/locks", world::most_names, world::most_names + 1);
    for (const auto& names : {own.list_folder(files.at("/locks")), rooted.list_folder("/locks")})
        BOOST_TEST((names.has_error() && names.error() == boost::system::errc::argument_list_too_long));

    model::Diagnostics complaints;
    BOOST_TEST(world::list_or_complain(rooted, "/locks", complaints, "its files are left out").empty());
    BOOST_REQUIRE(complaints.size() == 1U);
    BOOST_TEST(to_string(complaints[0]) == "/locks: holds more than 20000 names, its files are left out");
}

BOOST_AUTO_TEST_CASE(a_file_is_known_by_each_of_its_names_until_it_is_written_to)
{
    const test::TemporaryTree files;
    files.file("/init.d/web", "one\n");
    files.file("/init.d/log", "one\n");
    BOOST_REQUIRE(::symlink("init.d/web", files.at("/S10web").c_str()) == 0);
    host::Tree own;
    const world::FileLook before = own.look(files.at("/init.d/web"));
    BOOST_TEST(own.look(files.at("/S10web")).is_still(before));
    BOOST_TEST(!own.look(files.at("/init.d/log")).is_still(before));
    BOOST_TEST(!own.look(files.at("/none")).is_still(own.look(files.at("/none"))));
    const timespec times[2] = {{0, UTIME_OMIT}, {before.modified + 1, 0}};
    BOOST_REQUIRE(::utimensat(AT_FDCWD, files.at("/init.d/web").c_str(), times, 0) == 0);
    BOOST_TEST(!own.look(files.at("/S10web")).is_still(before));
}

BOOST_AUTO_TEST_CASE(the_own_tree_lists_a_folder_and_tells_what_is_none)
{
    const test::TemporaryTree files;
    files.file("/etc/b", "");
    files.file("/etc/a", "");
    host::Tree own;
    BOOST_TEST(*own.list_folder(files.at("/etc")) == (std::vector<std::string>{"a", "b"}),
               boost::test_tools::per_element());
    BOOST_TEST(
        (own.list_folder(files.at("/none")).error() == boost::system::errc::no_such_file_or_directory));
    BOOST_TEST((own.list_folder(files.at("/etc/a")).error() == boost::system::errc::not_a_directory));
}
