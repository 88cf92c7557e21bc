// SPDX-License-Identifier: MIT
// Which links and folders of a tree are trusted on the way to a folder, and what is made there.
#define BOOST_TEST_MODULE trusted_path
#include "system/trusted_path.h"

#include "left_out.h"
#include "temporary_tree.h"

#include <boost/test/unit_test.hpp>

#include <fcntl.h>
#include <sys/stat.h>

using namespace init::system;
using init::test::TemporaryTree;

namespace {

constexpr uid_t self = 1000;
constexpr uid_t other = 2000;

struct stat facts(uid_t owner, mode_t mode, gid_t group = 0)
{
    struct stat result {};
    result.st_uid = owner;
    result.st_gid = group;
    result.st_mode = S_IFDIR | mode;
    return result;
}

struct Row {
    const char* name;
    struct stat folder;
    uid_t entry;
    bool write; ///< others may write to the folder
    bool move;  ///< and move the entry
};

const Row rows[] = {
    {"root's", facts(0, 0755), 0, false, false},
    {"root's, an entry of others", facts(0, 0755), other, false, false},
    {"our own", facts(self, 0700), self, false, false},
    {"somebody's", facts(other, 0755), 0, true, true},
    {"open to all", facts(0, 0777), 0, true, true},
    {"open to all and sticky", facts(0, 01777), 0, true, false},
    {"open to all and sticky, our entry", facts(0, 01777), self, true, false},
    {"open to all and sticky, an entry of others", facts(0, 01777), other, true, true},
    {"somebody's, sticky", facts(other, 01777), 0, true, true},
    {"open to root's group", facts(0, 0775), 0, false, false},
    {"open to another group", facts(0, 0775, 4242), 0, true, true},
    {"open to another group and sticky", facts(0, 01775, 4242), 0, true, false},
};

BOOST_AUTO_TEST_CASE(who_may_put_and_move_names_is_told_by_owner_and_mode)
{
    for (const Row& row : rows) {
        BOOST_TEST_CONTEXT("a folder that is " << row.name)
        {
            BOOST_TEST(others_may_write(row.folder, self) == row.write);
            BOOST_TEST(others_may_move(row.folder, facts(row.entry, 0755), self) == row.move);
        }
    }
}

struct Fixture {
    Fixture()
    {
        tree.folder("/a/b");
        tree.folder("/open");
        BOOST_REQUIRE(::chmod(tree.at("/open").c_str(), 01777) == 0);
        tree.file("/file", "");
        tree.link("/a/b", "/absolute");
        tree.link("a/../a/b", "/relative");
        tree.link("../../../../..", "/a/out");
        tree.link("/nothing/there", "/dangling");
        tree.link("circle", "/circle");
        tree.link("../a", "/open/link");
    }
    TemporaryTree tree;
};

struct PathRow {
    const char* path;
    const char* inside; ///< where it leads; nullptr: nowhere
    int error;
};

constexpr PathRow paths[] = {
    {"/", "", 0},
    {"/a/b", "/a/b", 0},
    {"a//./b/", "/a/b", 0},
    {"/absolute", "/a/b", 0},
    {"/relative", "/a/b", 0},
    {"/absolute/../..", "", 0},
    {"/a/out/a", "/a", 0},
    {"/open", "/open", 0},
    {"/dangling", nullptr, ENOENT},
    {"/circle", nullptr, ELOOP},
    {"/file", nullptr, ENOTDIR},
    {"/file/below", nullptr, ENOTDIR},
    {"/open/link", nullptr, EACCES}, // who made it cannot be told
    {"/open/link/b", nullptr, EACCES},
};

BOOST_FIXTURE_TEST_CASE(links_are_followed_inside_the_tree_where_nobody_else_could_have_put_them, Fixture)
{
    for (const PathRow& row : paths) {
        BOOST_TEST_CONTEXT("path " << row.path)
        {
            const auto reached = open_trusted(tree.path(), row.path);
            BOOST_REQUIRE(reached.has_value() == (row.inside != nullptr));
            if (reached)
                BOOST_TEST(reached->path == row.inside);
            else
                BOOST_TEST(reached.error().code.value() == row.error);
        }
    }
    BOOST_TEST(open_trusted(tree.path(), "/open/link").error().message() ==
               "/open/link is a link that others could have put there, and is not followed");
}

BOOST_FIXTURE_TEST_CASE(a_link_of_somebody_else_is_not_followed_from_anywhere, Fixture)
{
    if (::geteuid() != 0) {
        init::test::leave_out("only root can give a link to somebody else");
        return;
    }
    BOOST_REQUIRE(::lchown(tree.at("/absolute").c_str(), other, other) == 0);
    BOOST_TEST(open_trusted(tree.path(), "/absolute").error().link == "/absolute");
    BOOST_TEST(open_trusted(tree.path(), "/absolute", other).has_value());
    BOOST_REQUIRE(::chown(tree.at("/a").c_str(), other, other) == 0);
    BOOST_TEST(open_trusted(tree.path(), "/a/out").error().link == "/a/out");
}

BOOST_FIXTURE_TEST_CASE(what_is_missing_is_made_with_its_mode_at_the_end_of_links, Fixture)
{
    const mode_t before = ::umask(077);
    const auto made = make_trusted(tree.path(), "/dangling/end", 01777);
    BOOST_TEST(::umask(before) == 077U);
    BOOST_REQUIRE(made.has_value());
    BOOST_TEST(made->path == "/nothing/there/end");
    struct stat look {};
    BOOST_REQUIRE(::stat(tree.at("/nothing/there/end").c_str(), &look) == 0);
    BOOST_TEST((look.st_mode & 07777U) == 01777U);
    BOOST_REQUIRE(::stat(tree.at("/nothing/there").c_str(), &look) == 0);
    BOOST_TEST((look.st_mode & 07777U) == 0755U);
    BOOST_TEST(make_trusted(tree.path(), "/file/below", 0755).error().code.value() == ENOTDIR);
    BOOST_TEST(make_trusted(tree.path(), "/open/link/c", 0755).error().code.value() == EACCES);
    BOOST_TEST(!tree.has("/a/c"));
}

BOOST_FIXTURE_TEST_CASE(a_folder_on_the_way_that_others_may_move_is_told, Fixture)
{
    tree.folder("/all/below/end");
    tree.folder("/open/end");
    BOOST_REQUIRE(::chmod(tree.at("/all").c_str(), 0777) == 0);
    BOOST_TEST(open_trusted(tree.path(), "/all/below/end")->can_move);
    BOOST_TEST(!open_trusted(tree.path(), "/all")->can_move);
    BOOST_TEST(!open_trusted(tree.path(), "/open/end")->can_move);
    BOOST_TEST(!open_trusted(tree.path(), "/all/../a")->can_move);
}

} // namespace
