// SPDX-License-Identifier: MIT
// Which paths lead onto a mount that others answer for, by tables of the test's own and real links.
#define BOOST_TEST_MODULE foreign_mounts
#include "system/foreign_mounts.h"

#include "temporary_tree.h"

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

namespace ut = boost::unit_test;
using namespace init::system;
using init::test::TemporaryTree;

namespace {

struct Type {
    const char* name;
    bool local;
};
constexpr Type types[] = {
    {"ext4", true},  {"tmpfs", true},       {"overlay", true},
    {"proc", true},  {"aufs", true},        {"zfs", true},
    {"nfs", false},  {"nfs4", false},       {"cifs", false},
    {"fuse", false}, {"fuse.sshfs", false}, {"fuseblk", false},
    {"9p", false},   {"virtiofs", false},   {"autofs", false},
    {"ceph", false}, {"", false},           {"what-comes-next", false},
};

struct Row {
    const char* path;  ///< below the tree
    const char* mount; ///< below the tree; nullptr: none
};
const Row rows[] = {
    {"/etc/local", nullptr},
    {"/etc/far", "/etc/far"},
    {"/etc/far/init.d/web", "/etc/far"},
    {"/etc/farther", nullptr},
    {"/etc/far/deep", "/etc/far"},     // which is on the way, whatever is mounted below it
    {"/etc/script", "/etc/script"},    // a file mounted over a file
    {"/etc/rc3.d/S10web", "/etc/far"}, // a link to it
    {"/etc/rc3.d/S20local", nullptr},
    {"/etc/rc3.d/S30absolute", "/etc/script"},
    {"/etc/rc3.d/S40circle", nullptr},
    {"/etc/rc3.d/S50none", nullptr},
    {"/etc/rc3.d/../far/x", "/etc/far"},
    {"/etc/far/../local", "/etc/far"},
    {"/same/x", nullptr},       // the root's file system at another place
    {"/covered/x", "/covered"}, // what is mounted over it or below it does not matter
    {"", nullptr},
};
std::ostream& operator<<(std::ostream& out, const Row& row)
{
    return out << row.path;
}

struct Fixture {
    TemporaryTree tree;

    Fixture()
    {
        for (const char* folder : {"/etc/rc3.d", "/etc/far", "/same", "/covered"})
            tree.folder(folder);
        for (const char* file : {"/etc/local", "/etc/script"})
            tree.file(file, "");
        tree.link("../far/init.d/web", "/etc/rc3.d/S10web");
        tree.link("../local", "/etc/rc3.d/S20local");
        tree.link(tree.at("/etc/script").c_str(), "/etc/rc3.d/S30absolute");
        tree.link("S40circle", "/etc/rc3.d/S40circle");
        tree.link("nothing", "/etc/rc3.d/S50none");
        const auto line = [&](int id, const char* number, const char* place, const char* type) {
            return std::to_string(id) + " 1 " + number + " / " + tree.at(place) + " rw - " + type + " x rw\n";
        };
        tree.file("/table",
                  "1 0 0:20 / / rw - virtiofs kataShared rw\n" + line(2, "0:30", "/etc/far", "fuse.x") +
                      line(3, "0:31", "/etc/far/deep", "tmpfs") + line(4, "0:32", "/etc/script", "nfs4") +
                      line(5, "0:20", "/same", "virtiofs") + line(6, "0:33", "/covered", "cifs") +
                      line(7, "0:34", "/covered", "tmpfs"));
    }
};

} // namespace

BOOST_AUTO_TEST_CASE(what_the_kernel_does_not_answer_for_by_itself_is_foreign)
{
    for (const Type& type : types)
        BOOST_TEST_CONTEXT("type " << type.name)
    BOOST_TEST(is_local_type(type.name) == type.local);
}

BOOST_DATA_TEST_CASE_F(Fixture, a_path_leads_onto_a_foreign_mount_by_itself_or_by_links, ut::data::make(rows),
                       row)
{
    ForeignMounts mounts{tree.at("/table")};
    const ForeignMount* const found = mounts.on_the_way_to(tree.at(row.path));
    BOOST_TEST((found ? found->path : "none") == (row.mount ? tree.at(row.mount) : "none"));
}

BOOST_AUTO_TEST_CASE(without_a_table_nothing_is_foreign)
{
    ForeignMounts mounts{"/nothing/there"};
    BOOST_TEST(mounts.on_the_way_to("/etc/inittab") == nullptr);
}
