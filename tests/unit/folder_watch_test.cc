// SPDX-License-Identifier: MIT
// Files that are written in watched folders, and those that are not noticed.
#define BOOST_TEST_MODULE folder_watch
#include "system/folder_watch.h"

#include "temporary_folder.h"

#include <boost/test/unit_test.hpp>

#include <filesystem>

using namespace init;

BOOST_AUTO_TEST_CASE(a_file_that_is_written_or_moved_into_a_watched_folder_is_noticed_once)
{
    const tests::TemporaryFolder folder;
    folder.write("run/old.pid", "1\n");
    folder.write("elsewhere/new.pid", "2\n");
    system::FolderWatch watch;
    BOOST_REQUIRE(watch.descriptor() >= 0);
    watch.add(folder / "run");
    watch.add(folder / "run");
    watch.add(folder / "none");
    watch.add(folder / "run/old.pid"); // no folder
    BOOST_TEST(!watch.drain());

    folder.write("run/old.pid", "3\n");
    BOOST_TEST(watch.drain());
    BOOST_TEST(!watch.drain());

    std::filesystem::rename(folder / "elsewhere/new.pid", folder / "run/new.pid");
    BOOST_TEST(watch.drain());

    folder.write("elsewhere/other.pid", "4\n");
    (void)folder.read("run/old.pid");
    BOOST_TEST(!watch.drain());
}
