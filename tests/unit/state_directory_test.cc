// SPDX-License-Identifier: MIT
// Which folder init trusts with its state, and the files it keeps there.
#define BOOST_TEST_MODULE state_directory
#include "control/state_directory.h"
#include "control/status_file.h"
#include "swapping_thread.h"
#include "temporary_folder.h"

#include <boost/test/unit_test.hpp>

#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace init::control;
using init::tests::TemporaryFolder;

namespace {

struct Log {
    std::vector<std::string> lines;
    Say say = [this](std::string_view line) { lines.emplace_back(line); };
};

unsigned mode_of(const std::string& path)
{
    struct stat facts {};
    return ::lstat(path.c_str(), &facts) == 0 ? facts.st_mode & 07777U : 0;
}

} // namespace

BOOST_AUTO_TEST_CASE(the_first_place_is_made_for_all_to_read)
{
    const TemporaryFolder root;
    Log log;
    const mode_t old = ::umask(077);
    StateDirectory state{log.say, {root / "none/rcinit", root / "a", root / "b"}};
    BOOST_TEST(state.mend());
    ::umask(old);
    BOOST_TEST(state.path() == root / "a");
    BOOST_TEST(mode_of(root / "a") == 0755U);
    BOOST_TEST(!state.mend());
    BOOST_TEST(log.lines.empty());

    std::filesystem::remove_all(root / "a");
    BOOST_TEST(state.mend()); // what was in it must be written again
    BOOST_TEST(state.path() == root / "a");
}

BOOST_AUTO_TEST_CASE(a_planted_link_is_passed_over_and_said_once)
{
    const TemporaryFolder root;
    Log log;
    std::filesystem::create_directory(root / "trap");
    std::filesystem::create_symlink(root / "trap", root / "a");
    StateDirectory state{log.say, {root / "a", root / "b"}};
    BOOST_TEST(state.mend());
    BOOST_TEST(!state.mend());
    BOOST_TEST(state.path() == root / "b");
    BOOST_REQUIRE(log.lines.size() == 1);
    BOOST_TEST(log.lines[0].find(root / "a") != std::string::npos);
    BOOST_TEST(log.lines[0].find("link") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_folder_that_others_may_write_to_is_passed_over)
{
    const TemporaryFolder root;
    Log log;
    std::filesystem::create_directory(root / "a");
    BOOST_REQUIRE(::chmod((root / "a").c_str(), 0777) == 0);
    StateDirectory state{log.say, {root / "a"}};
    BOOST_TEST(!state.mend());
    BOOST_TEST(state.path().empty());
    BOOST_TEST(log.lines.size() == 2);
    BOOST_TEST(!state.mend());
    BOOST_TEST(log.lines.size() == 2);
}

BOOST_AUTO_TEST_CASE(a_place_that_others_may_put_another_folder_in_is_passed_over)
{
    const TemporaryFolder root;
    Log log;
    for (const char* above : {"open", "open/below", "sticky"})
        std::filesystem::create_directory(root / above);
    BOOST_REQUIRE(::chmod((root / "open").c_str(), 0777) == 0);
    BOOST_REQUIRE(::chmod((root / "sticky").c_str(), 01777) == 0);
    StateDirectory state{log.say, {root / "open/a", root / "open/below/a", root / "sticky/a"}};
    BOOST_TEST(state.mend());
    BOOST_TEST(state.path() == root / "sticky/a");
    BOOST_TEST(log.lines.size() == 2);
    BOOST_TEST(distrust(root / "open/a", ::geteuid()).has_value());
    BOOST_TEST(!distrust(root / "sticky/a", ::geteuid()));
}

BOOST_AUTO_TEST_CASE(a_link_on_the_way_is_followed_only_where_nobody_else_could_have_put_it)
{
    const TemporaryFolder root;
    Log log;
    for (const char* folder : {"real", "other", "sticky"})
        std::filesystem::create_directory(root / folder);
    BOOST_REQUIRE(::chmod((root / "sticky").c_str(), 01777) == 0);
    std::filesystem::create_directory_symlink("../other", root / "sticky/link");
    std::filesystem::create_directory_symlink("real", root / "link");
    StateDirectory state{log.say, {root / "sticky/link/a", root / "link/a"}};
    BOOST_TEST(state.mend());
    BOOST_TEST(state.path() == root / "link/a");
    BOOST_TEST(mode_of(root / "real/a") == 0755U);
    BOOST_TEST(!std::filesystem::exists(root / "other/a"));
}

BOOST_AUTO_TEST_CASE(a_place_that_is_swapped_for_a_link_changes_no_mode_elsewhere)
{
    const TemporaryFolder root;
    Log log;
    std::filesystem::create_directory(root / "secret");
    std::filesystem::create_directory(root / "open");
    BOOST_REQUIRE(::chmod((root / "secret").c_str(), 0600) == 0);
    BOOST_REQUIRE(::chmod((root / "open").c_str(), 0777) == 0);
    std::filesystem::create_directory_symlink("../secret", root / "open/link");
    const std::string place = root / "open/rcinit";
    StateDirectory state{log.say, {place}};
    const init::test::SwappingThread user{place, root / "open/link"};
    constexpr int rounds = 1000;
    int round = 0;
    for (; round < rounds && mode_of(root / "secret") == 0600U; ++round) {
        (void)state.mend();
        (void)::rmdir(place.c_str());
        (void)::rmdir((root / "open/link").c_str());
        if (std::filesystem::is_symlink(place))
            (void)::rename(place.c_str(), (root / "open/link").c_str()); // a swap in between makes it fail
    }
    BOOST_TEST(round == rounds);
}

BOOST_AUTO_TEST_CASE(a_folder_of_somebody_else_is_passed_over, *boost::unit_test::precondition([](auto) {
                         return boost::test_tools::assertion_result{::geteuid() == 0};
                     }))
{
    const TemporaryFolder root;
    Log log;
    std::filesystem::create_directory(root / "a");
    BOOST_REQUIRE(::chown((root / "a").c_str(), 65534, 65534) == 0);
    StateDirectory state{log.say, {root / "a", root / "b"}};
    BOOST_TEST(state.mend());
    BOOST_TEST(state.path() == root / "b");
    BOOST_TEST(log.lines.size() == 1);
    BOOST_TEST(find_state_directory({root / "a", root / "b"}) == root / "b");
}

BOOST_AUTO_TEST_CASE(files_are_replaced_whole_with_their_modes)
{
    const TemporaryFolder root;
    const mode_t old = ::umask(077);
    BOOST_TEST(write_status_file(root.path(), "one").has_value());
    BOOST_TEST(write_status_file(root.path(), "{}").has_value());
    const std::string environment[] = {"A=1", "B=2"};
    BOOST_TEST(write_environment_file(root.path(), environment).has_value());
    ::umask(old);
    BOOST_TEST(read_status_file(root.path()).value() == "{}");
    BOOST_TEST(mode_of(root / "status.json") == 0644U);
    BOOST_TEST(mode_of(root / "environment") == 0600U);
    BOOST_TEST(root.read("environment") == std::string("A=1\0B=2\0", 8));
    BOOST_TEST(!std::filesystem::exists(root / ".status.json.new"));
}

BOOST_AUTO_TEST_CASE(a_file_that_cannot_be_written_is_an_error_and_the_old_one_stands)
{
    const TemporaryFolder root;
    BOOST_TEST(write_status_file(root / "none", "{}").error().value() == ENOENT);
    BOOST_TEST(write_status_file("", "{}").has_error());
    std::filesystem::create_directories(root / "status.json/x");
    BOOST_TEST(write_status_file(root.path(), "{}").has_error());
    BOOST_TEST(!std::filesystem::exists(root / ".status.json.new"));
}
