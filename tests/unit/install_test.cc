// SPDX-License-Identifier: MIT
// Installing into roots of the test's own: what is linked, what is kept, and that nothing outside is touched.
#define BOOST_TEST_MODULE install
#include "applets/applets.h"
#include "temporary_folder.h"

#include <boost/test/unit_test.hpp>

#include <vector>

using init::tests::TemporaryFolder;
namespace fs = std::filesystem;

namespace {

constexpr const char* names[] = {"init",     "telinit", "runlevel", "shutdown",  "halt",
                                 "poweroff", "reboot",  "killall5", "chkconfig", "initctl"};

int install(const std::string& root)
{
    const std::vector<std::string> words{"--root", root};
    return init::applets::install(words);
}

void check_links(const fs::path& sbin)
{
    BOOST_TEST(fs::is_regular_file(fs::symlink_status(sbin / "rcinit")));
    BOOST_TEST(fs::file_size(sbin / "rcinit") == fs::file_size("/proc/self/exe"));
    BOOST_TEST(((fs::status(sbin / "rcinit").permissions() & fs::perms::all) == fs::perms{0755}));
    for (const char* name : names)
        BOOST_TEST(fs::read_symlink(sbin / name) == "rcinit", name);
}

} // namespace

BOOST_AUTO_TEST_CASE(every_name_leads_to_the_binary_and_a_second_run_changes_nothing)
{
    const TemporaryFolder root;
    BOOST_TEST(install(root.path()) == 0);
    check_links(root / "sbin");
    const auto entries = std::distance(fs::directory_iterator{root / "sbin"}, {});
    BOOST_TEST(install(root.path() + "/") == 0);
    check_links(root / "sbin");
    BOOST_TEST(std::distance(fs::directory_iterator{root / "sbin"}, {}) == entries);
}

BOOST_AUTO_TEST_CASE(the_images_own_programs_are_kept)
{
    const TemporaryFolder root;
    root.write("sbin/telinit", "the image's");
    fs::create_symlink("../lib/other/init", root / "sbin/init");
    BOOST_TEST(install(root.path()) == 0);
    check_links(root / "sbin");
    BOOST_TEST(root.read("sbin/telinit.distrib") == "the image's");
    BOOST_TEST(fs::read_symlink(root / "sbin/init.distrib") == "../lib/other/init");
    BOOST_TEST(install(root.path()) == 0);
    BOOST_TEST(root.read("sbin/telinit.distrib") == "the image's");
}

BOOST_AUTO_TEST_CASE(a_copy_of_this_program_under_a_name_is_replaced_and_not_kept)
{
    const TemporaryFolder root;
    fs::create_directory(root / "sbin");
    fs::copy_file("/proc/self/exe", root / "sbin/init");
    BOOST_TEST(install(root.path()) == 0);
    check_links(root / "sbin");
    BOOST_TEST(!fs::exists(root / "sbin/init.distrib"));
}

BOOST_AUTO_TEST_CASE(a_merged_usr_is_followed_inside_the_root)
{
    for (const char* link : {"usr/sbin", "/usr/sbin"}) {
        const TemporaryFolder root;
        fs::create_directories(root / "usr/sbin");
        fs::create_symlink(link, root / "sbin");
        BOOST_TEST(install(root.path()) == 0);
        check_links(root / "usr/sbin");
        BOOST_TEST(fs::is_symlink(root / "sbin"));
    }
}

BOOST_AUTO_TEST_CASE(a_link_that_leads_out_of_the_root_is_read_inside_it)
{
    const TemporaryFolder outside;
    const TemporaryFolder root;
    fs::create_directory(outside / "sbin");
    fs::create_symlink(outside / "sbin", root / "sbin");
    (void)install(root.path());
    BOOST_TEST(fs::is_empty(outside / "sbin"));

    const TemporaryFolder climbing;
    fs::create_symlink("../../../../../../.." + outside.path() + "/sbin", climbing / "sbin");
    (void)install(climbing.path());
    BOOST_TEST(fs::is_empty(outside / "sbin"));
}

BOOST_AUTO_TEST_CASE(a_planted_link_for_the_binary_is_not_written_through)
{
    const TemporaryFolder outside;
    const TemporaryFolder root;
    outside.write("victim", "text");
    fs::create_directory(root / "sbin");
    fs::create_symlink(outside / "victim", root / "sbin/rcinit");
    fs::create_symlink(outside / "victim", root / "sbin/.rcinit.new");
    BOOST_TEST(install(root.path()) == 0);
    BOOST_TEST(outside.read("victim") == "text");
    check_links(root / "sbin");
}

BOOST_AUTO_TEST_CASE(what_cannot_be_done_is_an_exit_status)
{
    const TemporaryFolder root;
    BOOST_TEST(install(root / "none") == 1);
    fs::create_directories(root / "sbin/telinit/x");
    BOOST_TEST(install(root.path()) == 1);
    BOOST_TEST(fs::read_symlink(root / "sbin/init") == "rcinit");
    const std::vector<std::string> wrong{"--rot", "x"};
    BOOST_TEST(init::applets::install(wrong) == 64);
}
