// SPDX-License-Identifier: MIT
// The trees of the differential test, one for each way that an order comes about. `needs` is written by hand,
// beside the headers: what a script must find is not worked out by what is under test.
#include "order_tree.h"

namespace boot {
namespace {

/// Headers with facilities, wants and reverses; the numbers agree with them.
OrderTree lsb()
{
    OrderTree tree{"LSB headers", Layout::plain, "", {}, {}};
    tree.files = {{"/etc/insserv.conf", "$network +netif\n$store +db +cache\n$syslog +logd\n"}};
    tree.scripts = {
        {"early", 5, 80, block({.provides = "early", .before = "db"}), {}},
        {"logd", 10, 90, block({.provides = "logd", .needs = "$local_fs"}), {}, true},
        {"netif", 10, 90, block({.provides = "netif"}), {}},
        {"db",
         20,
         60,
         block({.provides = "db", .needs = "$network $syslog"}),
         {"early", "logd", "netif"},
         true},
        {"cache", 20, 60, block({.provides = "cache redis", .needs = "$network"}), {"netif"}},
        {"app", 30, 30, block({.provides = "app", .needs = "$store"}), {"db", "cache"}},
        {"batch", 30, 30, block({.provides = "batch"}), {}, false, 1},
        {"web",
         40,
         20,
         block({.provides = "web", .needs = "$network", .wants = "app nothing"}),
         {"netif", "app"}},
        {"last", 90, 5, block({.provides = "last", .needs = "$all"}), {"web", "batch", "logd", "cache"}},
    };
    return tree;
}

/// insserv's own files, equal numbers, and no header at all.
OrderTree insserv()
{
    OrderTree tree{"insserv's files", Layout::debian, "", {}, {}};
    tree.files = {{"/etc/init.d/.depend.start", "TARGETS = aa bb cc dd ee ff\nINTERACTIVE = ff\n"
                                                "cc: aa\ndd: aa bb\nee: cc \\\n  dd\n"},
                  {"/etc/init.d/.depend.stop", "TARGETS = ee cc dd aa bb ff\naa: cc dd\nbb: dd\n"
                                               "cc: ee\ndd: ee\n"}};
    tree.scripts = {
        {"aa", 1, 3, "", {}, true},
        {"bb", 1, 3, "", {}},
        {"ff", 1, 1, "", {}},
        {"cc", 2, 2, "", {"aa"}},
        {"dd", 2, 2, "", {"aa", "bb"}, true},
        {"ee", 3, 1, "", {"cc", "dd"}},
    };
    return tree;
}

/// Scripts with blocks between scripts without, which keep their places.
OrderTree mixed()
{
    OrderTree tree{"barriers between headers", Layout::red_hat, "parallel=yes\n", {}, {}};
    tree.scripts = {
        {"m1", 10, 90, block({.provides = "m1"}), {}},
        {"m2", 11, 89, block({.provides = "m2"}), {}, true},
        {"m3", 12, 88, block({.provides = "m3", .needs = "m1"}), {"m1"}},
        {"old", 20, 80, "# chkconfig: 345 20 80\n", {"m1", "m2", "m3"}, true},
        {"m4", 30, 70, block({.provides = "m4", .needs = "m1"}), {"m1", "old"}},
        {"m5", 31, 69, block({.provides = "m5"}), {"old"}},
        {"m6", 32, 68, block({.provides = "m6", .wants = "m5"}), {"m5", "old"}},
        {"older", 40, 60, "", {"m4", "m5", "m6", "old"}},
        {"m7", 50, 50, block({.provides = "m7"}), {"older"}},
        {"m8", 51, 49, block({.provides = "m8"}), {"older"}, false, 3},
    };
    return tree;
}

/// rcS before the level, and needs that lead from the level into rcS.
OrderTree debian()
{
    OrderTree tree{"Debian with rcS", Layout::debian, "", {}, {}};
    tree.files = {{"/etc/insserv.conf", "$local_fs +mounts\n$remote_fs $local_fs +nfs\n"}};
    tree.scripts = {
        {"mounts", 2, -1, block({.provides = "mounts"}), {}, false, 0, true},
        {"nfs", 3, -1, block({.provides = "nfs", .needs = "$local_fs"}), {"mounts"}, false, 0, true},
        {"misc", 3, -1, block({.provides = "misc"}), {}, false, 0, true},
        {"hwclock.sh", 1, -1, block({.provides = "hwclock"}), {}, false, 0, true},
        {"bus", 1, 5, block({.provides = "bus", .needs = "$remote_fs"}), {"mounts", "nfs", "misc"}, true},
        {"ssh", 1, -1, block({.provides = "ssh", .needs = "$remote_fs"}), {"nfs"}, true},
        {"cron", 1, 2, block({.provides = "cron", .needs = "$remote_fs", .wants = "bus"}), {"bus"}},
        {"site", 2, 1, block({.provides = "site", .needs = "bus cron"}), {"bus", "cron"}},
        {"never", -1, 1, block({.provides = "never"}), {}},
        {"atd", 1, 3, block({.provides = "atd"}), {"misc"}},
        {"acct", 1, 4, block({.provides = "acct", .needs = "$local_fs"}), {"mounts"}, true},
    };
    return tree;
}

/// Complete blocks below chkconfig lines, locks, a K-link without a start; what has no K-link is stopped
/// after the others and needs none of them.
OrderTree red_hat()
{
    OrderTree tree{"Red Hat with locks", Layout::red_hat, "", {}, {}};
    const auto both = [](const std::string& numbers, const BlockText& text) {
        return "# chkconfig: 2345 " + numbers + "\n" + block(text);
    };
    tree.scripts = {
        {"network", 10, 90, both("10 90", {.provides = "$network"}), {}},
        {"rsyslog", 12, 88, both("12 88", {.provides = "rsyslog syslog"}), {}, true},
        {"nfslock", 14, 86, both("14 86", {.provides = "nfslock", .needs = "$syslog"}), {"rsyslog"}},
        {"sshd", 55, 25, both("55 25", {.provides = "sshd", .needs = "$syslog"}), {"rsyslog"}, true},
        {"netfs2", 56, 24, both("56 24", {.provides = "netfs2", .wants = "$syslog"}), {"rsyslog"}},
        {"httpd", 85, 15, both("85 15", {.provides = "httpd", .needs = "sshd netfs2"}), {"sshd", "netfs2"}},
        {"local", 99, 1, both("99 01", {.provides = "local", .needs = "httpd"}), {"httpd"}, true},
        {"mine", 50, -1, both("50 50", {.provides = "mine"}), {}},
        {"yours", 51, -1, both("51 50", {.provides = "yours", .needs = "mine"}), {"mine"}},
        {"unused", -1, 50, both("50 50", {.provides = "unused"}), {}},
    };
    return tree;
}

/// Circles that are cut at a want, and at the need most against the numbers; needs that nobody provides.
OrderTree loops()
{
    OrderTree tree{"loops and absent needs", Layout::plain, "", {}, {}};
    tree.scripts = {
        {"l1", 10, 90, block({.provides = "l1", .wants = "l3"}), {}},
        {"l2", 20, 80, block({.provides = "l2", .needs = "l1"}), {"l1"}},
        {"l3", 30, 70, block({.provides = "l3", .needs = "l2 ghost"}), {"l2"}},
        {"r1", 40, 60, block({.provides = "r1", .needs = "r3 +spirit"}), {}},
        {"r2", 50, 50, block({.provides = "r2", .needs = "r1"}), {"r1"}, true},
        {"r3", 60, 40, block({.provides = "r3", .needs = "r2 $phantom"}), {"r2"}},
        {"self", 60, 40, block({.provides = "self", .needs = "self"}), {}},
        {"end", 70, 30, block({.provides = "end", .needs = "l3 r3"}), {"l3", "r3"}, true},
    };
    return tree;
}

} // namespace

std::vector<OrderTree> order_trees()
{
    return {lsb(), insserv(), mixed(), debian(), red_hat(), loops()};
}

} // namespace boot
