// SPDX-License-Identifier: MIT
// What is made ready before the first script, on trees of the test's own: folders, links, utmp and console,
// and that lost rights cost a message only.
#define BOOST_TEST_MODULE prepare
#include "system/prepare.h"

#include "left_out.h"
#include "own_namespace.h"
#include "swapping_thread.h"
#include "system/machine_probe.h"
#include "temporary_tree.h"

#include <boost/test/unit_test.hpp>

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <string_view>

using namespace init::system;
using init::test::TemporaryTree;

namespace {

PrepareReport prepare(const TemporaryTree& tree)
{
    PrepareOptions options;
    options.root = tree.path();
    return prepare_system(options);
}

bool says(const PrepareReport& report, std::string_view words)
{
    return std::ranges::any_of(report.messages, [&](const std::string& message) {
        return message.find(words) != std::string::npos;
    });
}

mode_t mode_of(const std::string& path)
{
    struct stat look {};
    return ::stat(path.c_str(), &look) == 0 ? look.st_mode & 07777U : 0;
}

BOOST_AUTO_TEST_CASE(an_empty_tree_gets_every_folder)
{
    const TemporaryTree tree;
    const mode_t before = ::umask(077);
    const PrepareReport report = prepare(tree);
    ::umask(before);
    BOOST_TEST(report.messages.empty());
    for (const char* folder : {"/run", "/var/run", "/run/lock", "/var/lock", "/var/lock/subsys"})
        BOOST_TEST(mode_of(tree.at(folder)) == 0755U, folder);
    BOOST_TEST(mode_of(tree.at("/tmp")) == 01777U);
    BOOST_TEST(mode_of(tree.at("/var/run/utmp")) == 0664U);
}

BOOST_AUTO_TEST_CASE(folders_and_links_that_are_there_stay_as_they_are)
{
    const TemporaryTree tree;
    tree.folder("/var/run");
    tree.folder("/run");
    tree.folder("/tmp");
    ::chmod(tree.at("/tmp").c_str(), 0700);
    prepare(tree);
    BOOST_TEST(!std::filesystem::is_symlink(tree.at("/var/run")));
    BOOST_TEST(mode_of(tree.at("/tmp")) == 0700U);
}

BOOST_AUTO_TEST_CASE(a_dangling_link_gets_its_target)
{
    const TemporaryTree tree;
    tree.folder("/var");
    tree.link("/run", "/var/run");
    tree.link("../run/lock", "/var/lock");
    prepare(tree);
    BOOST_TEST(std::filesystem::is_directory(tree.at("/run/lock/subsys")));
    BOOST_TEST(std::filesystem::is_symlink(tree.at("/var/run")));

    const TemporaryTree turned;
    turned.link("/var/run", "/run");
    prepare(turned);
    BOOST_TEST(std::filesystem::is_directory(turned.at("/var/run/lock")));
}

struct ShapeRow {
    const char* name;
    const char* run;  ///< what /var/run says
    const char* lock; ///< what /var/lock says
};

constexpr ShapeRow shapes[] = {
    {"Debian", "/run", "/run/lock"},
    {"CentOS 7", "../run", "../run/lock"},
    {"both", "../run", "/var/run/lock"},
};

BOOST_AUTO_TEST_CASE(trees_with_the_links_of_a_distribution_get_every_folder)
{
    for (const ShapeRow& shape : shapes) {
        const TemporaryTree tree;
        tree.folder("/var");
        tree.link(shape.run, "/var/run");
        tree.link(shape.lock, "/var/lock");
        const PrepareReport report = prepare(tree);
        BOOST_TEST_CONTEXT("of " << shape.name)
        {
            BOOST_TEST(report.messages.empty());
            for (const char* folder : {"/run", "/run/lock", "/run/lock/subsys"})
                BOOST_TEST(mode_of(tree.at(folder)) == 0755U, folder);
            BOOST_TEST(std::filesystem::read_symlink(tree.at("/var/lock")) == shape.lock);
            BOOST_TEST(tree.has("/run/utmp"));
        }
    }
}

constexpr uid_t nobody = 65534;

/// A Debian tree whose lock folder is open to all, and a folder that is root's alone.
struct OpenTree {
    OpenTree()
    {
        tree.folder("/etc/secret");
        tree.folder("/run/lock/mine");
        tree.folder("/var");
        tree.link("../run", "/var/run");
        tree.link("../run/lock", "/var/lock");
        ::chmod(tree.at("/etc/secret").c_str(), 0600);
        ::chmod(tree.at("/run/lock").c_str(), 01777);
        give("/run/lock/mine");
    }
    void give(const std::string& inside) const
    {
        BOOST_REQUIRE(::lchown(tree.at(inside).c_str(), nobody, nobody) == 0);
    }
    [[nodiscard]] bool is_untouched() const
    {
        const std::filesystem::directory_iterator outside{tree.at("/etc")};
        return mode_of(tree.at("/etc/secret")) == 0600U && std::distance(begin(outside), end(outside)) == 1;
    }
    TemporaryTree tree;
};

bool is_root()
{
    if (::geteuid() != 0)
        init::test::leave_out("only root can give files to others");
    return ::geteuid() == 0;
}

BOOST_AUTO_TEST_CASE(a_users_link_makes_nothing_where_it_leads)
{
    if (!is_root())
        return;
    const OpenTree open;
    open.tree.link("../../etc/nologin", "/run/lock/subsys");
    open.give("/run/lock/subsys");
    BOOST_TEST(says(prepare(open.tree), "/run/lock/subsys is a link that others could have put there"));
    BOOST_TEST(open.is_untouched());
}

/// `mine` of a user is now a folder, now a link to root's folder, while folders are made again and again.
void make_folders_while_one_is_swapped(const OpenTree& open)
{
    open.tree.link("../../etc", "/run/lock/other");
    open.give("/run/lock/other");
    const std::string mine = open.tree.at("/run/lock/mine");
    const std::string link = open.tree.at("/run/lock/other");
    const UniqueFd folder{::open(mine.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
    if (!init::test::swap_names(mine, link)) {
        init::test::leave_out("names cannot be swapped here");
        return;
    }
    PrepareOptions options;
    options.root = open.tree.path();
    options.first = false;
    constexpr int rounds = 400;
    const init::test::SwappingThread user{mine, link};
    int round = 0;
    for (; round < rounds && open.is_untouched(); ++round) {
        prepare_system(options);
        ::unlinkat(folder.get(), "secret", AT_REMOVEDIR);
        ::unlinkat(folder.get(), "new", AT_REMOVEDIR);
    }
    BOOST_TEST(round == rounds);
}

BOOST_AUTO_TEST_CASE(a_users_link_through_a_folder_that_is_swapped_changes_nothing_outside)
{
    if (!is_root())
        return;
    const OpenTree open;
    open.tree.link("mine/secret", "/run/lock/subsys");
    open.give("/run/lock/subsys");
    make_folders_while_one_is_swapped(open);
}

BOOST_AUTO_TEST_CASE(a_link_of_roots_through_a_folder_that_is_swapped_changes_nothing_outside)
{
    if (!is_root())
        return;
    for (const char* end : {"secret", "new"}) {
        const OpenTree open;
        std::filesystem::remove(open.tree.at("/var/lock"));
        open.tree.folder("/var/lock");
        open.tree.link(std::string{"../../run/lock/mine/"} + end, "/var/lock/subsys");
        make_folders_while_one_is_swapped(open);
    }
}

BOOST_AUTO_TEST_CASE(a_second_name_of_another_file_is_no_utmp)
{
    const TemporaryTree tree;
    tree.file("/etc/shadow", "kept");
    tree.folder("/run");
    BOOST_REQUIRE(::link(tree.at("/etc/shadow").c_str(), tree.at("/run/utmp").c_str()) == 0);
    const mode_t mode = mode_of(tree.at("/etc/shadow"));
    BOOST_TEST(says(prepare(tree), "has 2 names"));
    BOOST_TEST(tree.text("/etc/shadow") == "kept");
    BOOST_TEST(mode_of(tree.at("/etc/shadow")) == mode);
}

BOOST_AUTO_TEST_CASE(utmp_is_emptied_and_given_to_its_group)
{
    const TemporaryTree tree;
    tree.file("/etc/group", "root:x:0:\nutmpx:x:99:\nutmp:x:22:\n");
    tree.file("/var/run/utmp", "old records");
    prepare(tree);
    BOOST_TEST(tree.text("/var/run/utmp").empty());
    struct stat look {};
    BOOST_REQUIRE(::stat(tree.at("/var/run/utmp").c_str(), &look) == 0);
    if (::geteuid() == 0)
        BOOST_TEST(look.st_gid == 22U);
}

struct UtmpRow {
    const char* name;
    const char* from; ///< in the neighbour's tree
    const char* to;
    bool proc; ///< mountinfo can be read
    const char* after;
};

constexpr UtmpRow utmp_rows[] = {
    {"a file", "/utmp", "/var/run/utmp", true, "records"},
    {"a file, without /proc", "/utmp", "/var/run/utmp", false, "records"},
    {"a folder", "", "/var/run", true, "records"},
    {"a folder, without /proc", "", "/var/run", false, "records"},
    {"nothing", nullptr, nullptr, true, ""},
    {"nothing, without /proc", nullptr, nullptr, false, ""},
};

BOOST_AUTO_TEST_CASE(an_utmp_mounted_from_outside_keeps_its_records)
{
    for (const UtmpRow& row : utmp_rows) {
        const TemporaryTree neighbour;
        neighbour.file("/utmp", "records");
        const TemporaryTree tree;
        tree.file("/var/run/utmp", "records");
        const auto failure = init::test::in_own_namespace([&]() -> init::test::Failure {
            HOLDS(row.proc || ::mount("none", "/proc", "tmpfs", 0, nullptr) == 0);
            HOLDS(row.from == nullptr || ::mount(neighbour.at(row.from).c_str(), tree.at(row.to).c_str(),
                                                 nullptr, MS_BIND, nullptr) == 0);
            const bool said = says(prepare(tree), "its records stay");
            HOLDS(said == (row.from != nullptr));
            HOLDS(tree.text("/var/run/utmp") == row.after);
            return {};
        });
        if (!failure) {
            init::test::leave_out("user and mount namespaces are denied here");
            return;
        }
        BOOST_TEST_CONTEXT("mounted there: " << row.name)
        BOOST_TEST(failure->empty(), *failure);
    }
}

BOOST_AUTO_TEST_CASE(an_utmp_that_is_no_file_is_left_and_said)
{
    const TemporaryTree tree;
    tree.file("/elsewhere", "kept");
    tree.folder("/var/run");
    tree.link(tree.at("/elsewhere"), "/var/run/utmp");
    BOOST_TEST(prepare(tree).messages.size() == 1U);
    BOOST_TEST(tree.text("/elsewhere") == "kept");
}

BOOST_AUTO_TEST_CASE(a_missing_console_leads_to_inits_stdout)
{
    const TemporaryTree tree;
    tree.folder("/dev");
    PrepareOptions options;
    options.root = tree.path();
    options.init_pid = 1;
    prepare_system(options);
    BOOST_TEST(std::filesystem::read_symlink(tree.at("/dev/console")) == "/proc/1/fd/1");
    BOOST_TEST(prepare_system(options).messages.empty());
}

BOOST_AUTO_TEST_CASE(a_missing_proc_is_mounted_in_its_folder_alone)
{
    const TemporaryTree tree;
    const auto failure = init::test::in_own_namespace([&]() -> init::test::Failure {
        HOLDS(::chroot(tree.path().c_str()) == 0 && ::chdir("/") == 0);
        HOLDS(::mkdir("/here", 0755) == 0 && ::chdir("/here") == 0);
        HOLDS(::symlink("/here", "/proc") == 0 && ::chmod("/", 01777) == 0);
        HOLDS(says(prepare_system({}), "making /proc: /proc is a link that others could have put there"));
        HOLDS(::access("/here/self", F_OK) != 0);
        HOLDS(::unlink("/proc") == 0);
        const PrepareReport report = prepare_system({});
        HOLDS(says(report, "/proc was missing and has been mounted"));
        HOLDS(::access("/proc/self/stat", F_OK) == 0);
        std::array<char, 32> folder{};
        HOLDS(::getcwd(folder.data(), folder.size()) != nullptr &&
              std::string_view{folder.data()} == "/here");
        return {};
    });
    if (failure)
        BOOST_TEST(failure->empty(), *failure);
    else
        init::test::leave_out("user and mount namespaces are denied here");
}

BOOST_AUTO_TEST_CASE(the_sweep_is_part_of_it)
{
    const TemporaryTree tree;
    tree.file("/var/lock/subsys/sshd", "");
    const PrepareReport report = prepare(tree);
    BOOST_REQUIRE(report.removed.size() == 1U);
    BOOST_TEST(report.removed[0].path == "/var/lock/subsys/sshd");
}

BOOST_AUTO_TEST_CASE(after_the_first_time_only_what_is_missing_is_made)
{
    const TemporaryTree tree;
    prepare(tree);
    tree.file("/var/lock/subsys/sshd", "");
    tree.file("/var/run/utmp", "records");
    std::filesystem::remove_all(tree.at("/run/lock"));
    PrepareOptions again;
    again.root = tree.path();
    again.first = false;
    const PrepareReport report = prepare_system(again);
    BOOST_TEST(report.removed.empty());
    BOOST_TEST(report.messages.empty());
    BOOST_TEST(tree.text("/var/run/utmp") == "records");
    BOOST_TEST(std::filesystem::is_directory(tree.at("/run/lock")));
}

BOOST_AUTO_TEST_CASE(a_read_only_root_costs_messages_only)
{
    const TemporaryTree tree;
    tree.folder("/dev");
    const int result = init::test::in_own_namespaces([&] {
        const char* path = tree.path().c_str();
        if (::mount(path, path, nullptr, MS_BIND, nullptr) != 0 ||
            ::mount(nullptr, path, nullptr, MS_REMOUNT | MS_BIND | MS_RDONLY, nullptr) != 0)
            return 2;
        return prepare(tree).messages.size() >= 3 ? 0 : 3;
    });
    if (result == -1)
        init::test::leave_out("user and mount namespaces are denied here");
    else
        BOOST_TEST(result == 0);
}

BOOST_AUTO_TEST_CASE(devices_are_found_below_the_given_root)
{
    const TemporaryTree tree;
    tree.file("/dev/rtc", "no device");
    const init::model::MachineFacts facts = probe_machine(tree.path());
    BOOST_TEST(!facts.has_rtc);
    BOOST_TEST(!facts.has_tty0);
    BOOST_TEST(!facts.has_block_device);
    BOOST_TEST(!facts.proc_sys_writable);
    BOOST_TEST(!facts.set_hostname);
}

} // namespace
