// SPDX-License-Identifier: MIT
// How mountinfo is read, and which mounts count as given from outside. Uses text only, no mount of its own.
#define BOOST_TEST_MODULE mount
#include "system/mount.h"

#include "left_out.h"

#include <boost/test/unit_test.hpp>

#include <fcntl.h>

using namespace init::system;

namespace {

constexpr std::string_view text = "1 0 0:30 / / rw,relatime - overlay overlay rw,lowerdir=/l\n"
                                  "2 1 0:31 / /run rw,nosuid - tmpfs tmpfs rw,size=64000k\n"
                                  "3 2 0:31 /lock /run/lock rw shared:4 master:2 - tmpfs tmpfs rw\n"
                                  "4 2 8:1 /srv/a\\040b /run/with\\040blank rw - ext4 /dev/sda1 rw\n"
                                  "5 1 8:1 /srv/hosts /var/run/app.pid rw - ext4 /dev/sda1 rw\n"
                                  "6 1 0:40 / /var/lock rw - ext4 /dev/sdb rw\n"
                                  "7 1 0:41 / /tmp rw - tmpfs tmpfs rw\n"
                                  "8 7 8:1 /tmp/.X11-unix /tmp/.X11-unix rw - ext4 /dev/sda1 rw\n"
                                  "half a line\n";

struct Row {
    std::string_view path;
    bool outside;
};

constexpr Row rows[] = {
    {"/run", false}, // the runtime's tmpfs
    {"/run/app.pid", false},
    {"/run/lock", true}, // part of a tmpfs: a bind mount
    {"/run/lock/subsys/sshd", true},
    {"/run/with blank", true},
    {"/run/with blank/deep/er", true},
    {"/run/with", false},
    {"/var/run/app.pid", true}, // a file mounted over a file
    {"/var/run/other.pid", false},
    {"/var/lock", true}, // no tmpfs
    {"/tmp", false},
    {"/tmp/.X11-unix/X0", true},
    {"/", false},
    {"/runway", false},
    {"", false},
};

BOOST_AUTO_TEST_CASE(what_is_mounted_below_a_state_folder_comes_from_outside)
{
    const MountTable table = MountTable::parse(text);
    for (const Row& row : rows)
        BOOST_TEST_CONTEXT("path " << row.path)
    BOOST_TEST(is_from_outside(table, row.path) == row.outside);
}

BOOST_AUTO_TEST_CASE(the_same_holds_below_a_root_of_the_callers)
{
    const MountTable table = MountTable::parse("1 0 8:1 /x /tree/run/x rw - ext4 /dev/sda1 rw\n"
                                               "2 0 0:9 / /tree/run rw - tmpfs none rw\n");
    BOOST_TEST(is_from_outside(table, "/tree/run/x/a.pid", "/tree"));
    BOOST_TEST(!is_from_outside(table, "/tree/run/a.pid", "/tree"));
    BOOST_TEST(!is_from_outside(table, "/run/x", "/tree"));
}

BOOST_AUTO_TEST_CASE(mountinfo_is_read_with_its_escapes_and_without_its_broken_lines)
{
    const MountTable table = MountTable::parse(text);
    BOOST_TEST(table.points().size() == 8U);
    const MountPoint* found = table.find("/run/with blank");
    BOOST_REQUIRE(found != nullptr);
    BOOST_TEST((*found == MountPoint{"/run/with blank", "/srv/a b", "ext4", "/dev/sda1", 4, "8:1"}));
    BOOST_TEST(table.is_mount_point("/var/run/app.pid"));
    BOOST_TEST(!table.is_mount_point("/var/run"));
}

BOOST_AUTO_TEST_CASE(the_last_mount_made_at_a_place_is_the_one_seen)
{
    const MountTable table =
        MountTable::parse("1 0 0:1 / /run rw - tmpfs a rw\n2 0 0:2 / /run rw - ext4 b rw\n");
    BOOST_TEST(table.find("/run")->device == "b");
}

BOOST_AUTO_TEST_CASE(the_real_mountinfo_names_the_root)
{
    const auto table = MountTable::read();
    BOOST_REQUIRE(table.has_value());
    BOOST_TEST(table->is_mount_point("/"));
    BOOST_TEST(!MountTable::read("/nonexistent/mountinfo").has_value());
}

BOOST_AUTO_TEST_CASE(the_kernel_tells_a_mount_point_from_a_folder_where_it_can)
{
    const auto root = is_mount_root(AT_FDCWD, "/proc");
    if (!root) {
        init::test::leave_out("statx does not tell mount points here");
        return;
    }
    BOOST_TEST(*root);
    BOOST_TEST(!is_mount_root(AT_FDCWD, "/proc/self").value_or(true));
}

} // namespace
