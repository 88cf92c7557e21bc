// SPDX-License-Identifier: MIT
// How much the sweep looks at, and that what others put into the run folders keeps nothing of root's in
// place.
#define BOOST_TEST_MODULE sweep_limits
#include "system/sweep.h"

#include "left_out.h"
#include "temporary_tree.h"

#include <boost/test/unit_test.hpp>

#include <unistd.h>

#include <algorithm>
#include <string_view>

using namespace init::system;
using init::test::dead_pid;
using init::test::TemporaryTree;

namespace {

constexpr uid_t nobody = 65534;
constexpr uid_t somebody = 65533;

bool is_root()
{
    if (::geteuid() != 0)
        init::test::leave_out("only root can give files to others");
    return ::geteuid() == 0;
}

bool says(const SweepReport& report, std::string_view words)
{
    return std::ranges::any_of(report.messages, [&](const std::string& message) {
        return message.find(words) != std::string::npos;
    });
}

void give(const TemporaryTree& tree, const std::string& inside, uid_t owner)
{
    BOOST_REQUIRE(::lchown(tree.at(inside).c_str(), owner, owner) == 0);
}

/// Stale pid files of that owner: `folder`/0.pid and so on.
void fill(const TemporaryTree& tree, const std::string& folder, uid_t owner, int count)
{
    const std::string dead = std::to_string(dead_pid());
    for (int i = 0; i < count; ++i) {
        const std::string name = folder + "/" + std::to_string(i) + ".pid";
        tree.file(name, dead);
        give(tree, name, owner);
    }
}

BOOST_AUTO_TEST_CASE(twenty_thousand_files_of_a_user_keep_no_pid_file_of_roots)
{
    if (!is_root())
        return;
    const TemporaryTree tree;
    const std::string dead = std::to_string(dead_pid());
    tree.folder("/run/lock/a");
    tree.file("/run/lock/a/0", "");
    give(tree, "/run/lock/a/0", nobody);
    for (int i = 1; i <= 20'000; ++i)
        BOOST_REQUIRE(::link(tree.at("/run/lock/a/0").c_str(),
                             tree.at("/run/lock/a/" + std::to_string(i)).c_str()) == 0);
    give(tree, "/run/lock/a", nobody);
    tree.file("/run/web.pid", dead);
    tree.file("/run/lock/subsys/web", "");
    SweepOptions options;
    options.root = tree.path();
    const SweepReport report = sweep_stale_state(options);
    BOOST_TEST(!tree.has("/run/web.pid"));
    BOOST_TEST(!tree.has("/run/lock/subsys/web"));
    BOOST_REQUIRE(report.messages.size() == 1U);
    BOOST_TEST(report.messages[0] ==
               "sweep of /run/lock/a: uid 65534 has more than 10000 entries; the rest of "
               "them stays");
}

BOOST_AUTO_TEST_CASE(each_owner_has_a_share_and_what_is_roots_comes_first)
{
    if (!is_root())
        return;
    const TemporaryTree tree;
    fill(tree, "/run/lock", nobody, 30);
    fill(tree, "/run/of-somebody", somebody, 5);
    fill(tree, "/run/lock/of-root", 0, 30);
    fill(tree, "/run/of-nobody", 0, 3);
    give(tree, "/run/of-somebody", somebody);
    give(tree, "/run/of-nobody", nobody);
    tree.file("/run/lock/z.pid", std::to_string(dead_pid()));
    SweepOptions options;
    options.root = tree.path();
    options.limits.of_owner = 20;
    const SweepReport report = sweep_stale_state(options);
    BOOST_TEST(report.removed.size() ==
               20U + 5U + 30U + 1U); // of-nobody is a folder of somebody who has had all
    const auto turn_of = [&](std::string_view path) {
        return std::ranges::find(report.removed, path, &Swept::path) - report.removed.begin();
    };
    BOOST_TEST(turn_of("/run/lock/z.pid") < turn_of("/run/lock/0.pid"));
    BOOST_TEST(!tree.has("/run/lock/z.pid"));
    BOOST_REQUIRE(report.messages.size() == 1U);
    BOOST_TEST(says(report, "uid 65534 has more than 20 entries"));
}

BOOST_AUTO_TEST_CASE(roots_files_in_a_folder_of_a_user_are_swept_and_charged_to_nobody)
{
    if (!is_root())
        return;
    const TemporaryTree tree;
    fill(tree, "/run/app", 0, 6);
    fill(tree, "/run/app/more", somebody, 2);
    give(tree, "/run/app/more", somebody);
    give(tree, "/run/app", somebody);
    SweepOptions options;
    options.root = tree.path();
    options.limits.of_owner = 12; // of 13: two folders, 7 names in the one, 2 in the other, and these
    BOOST_TEST(sweep_stale_state(options).removed.size() == 7U);
}

BOOST_AUTO_TEST_CASE(many_owners_together_have_a_limit_that_is_said_once)
{
    if (!is_root())
        return;
    const TemporaryTree tree;
    fill(tree, "/run/lock/a", nobody, 8);
    fill(tree, "/run/lock/b", somebody, 8);
    fill(tree, "/run/lock/c", somebody - 1, 8);
    fill(tree, "/run/root", 0, 8);
    SweepOptions options;
    options.root = tree.path();
    options.limits.of_others = 10;
    const SweepReport report = sweep_stale_state(options);
    BOOST_TEST(report.removed.size() == 18U);
    BOOST_REQUIRE(report.messages.size() == 1U);
    BOOST_TEST(says(report, "users other than root have more than 10 entries"));
}

BOOST_AUTO_TEST_CASE(no_more_names_of_a_folder_are_looked_at_than_the_bound)
{
    const TemporaryTree tree;
    fill(tree, "/run/many", ::geteuid(), 12);
    fill(tree, "/run/other", ::geteuid(), 10);
    SweepOptions options;
    options.root = tree.path();
    options.limits.names = 10;
    const SweepReport report = sweep_stale_state(options);
    BOOST_TEST(report.removed.size() == 20U);
    BOOST_REQUIRE(report.messages.size() == 1U);
    BOOST_TEST(says(report, "sweep of /run/many: more than 10 names"));
}

} // namespace
