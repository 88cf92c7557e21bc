// SPDX-License-Identifier: MIT
// Checksums of normalised scripts, the tables of stock ones, and the lines that only a machine can carry out.
#define BOOST_TEST_MODULE stock_script
#include <boost/test/unit_test.hpp>

#include "model/stock_checksums.h"
#include "model/stock_script.h"

#include <algorithm>
#include <fstream>
#include <iterator>

using namespace init::model;

namespace {

std::string hex(std::string_view bytes)
{
    std::string text;
    for (const std::uint8_t byte : sha256(bytes))
        for (const int digit : {byte >> 4, byte & 15})
            text += "0123456789abcdef"[digit];
    return text;
}

/// A file of the source tree.
std::string file_text(const std::string& path)
{
    std::ifstream file(std::string(RCINIT_TEST_DATA "/../../") + path, std::ios::binary);
    BOOST_REQUIRE_MESSAGE(file.good(), path);
    return {std::istreambuf_iterator<char>(file), {}};
}

} // namespace

BOOST_AUTO_TEST_CASE(sha256_answers_the_standards_examples_and_every_padding)
{
    BOOST_TEST(hex("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    BOOST_TEST(hex("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    BOOST_TEST(hex("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq") ==
               "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
    BOOST_TEST(hex(std::string(1'000'000, 'a')) ==
               "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
    BOOST_TEST(hex(std::string(55, 'a')) ==
               "9f4390f8d30c2dd92ec9f095b65e2b9ae9b0a925a5258e241c9f1e910f734318");
    BOOST_TEST(hex(std::string(56, 'a')) ==
               "b35439a4ac6f0948b6d6f9e3c6af0f5f590ce20f1bde7090ef7970686ec6738a");
    BOOST_TEST(hex(std::string(64, 'a')) ==
               "ffe054fe7ae0cb6dc65c3af9b61d5209f439851db43d0ba5997337df154668eb");
}

BOOST_AUTO_TEST_CASE(a_script_is_normalised_line_by_line)
{
    struct Row {
        std::string_view text, normalised;
    };
    constexpr Row rows[] = {
        {"", "\n"},
        {"# only\n\n", "\n"},
        {"#!/bin/sh\n a b \t\r\n\n  # c\nd", "a b\nd\n"},
        {"a # stays\n", "a # stays\n"},
        {"\x1c"
         "a\x1f\n",
         "a\n"},
        {"caf\xc3\xa9\n", "caf\xc3\xa9\n"},
        {"caf\xe9!\n", "caf\xef\xbf\xbd!\n"},
        {"\xe2\x82\n", "\xef\xbf\xbd\n"},                             // one for a character broken off
        {"\xed\xa0\x80\n", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\n"}, // a surrogate: one for each byte
        {"\xf0\x9f\x98\x80\xf5\n", "\xf0\x9f\x98\x80\xef\xbf\xbd\n"},
    };
    for (const Row& row : rows)
        BOOST_TEST_CONTEXT("text " << row.text)
    BOOST_TEST(normalised_script(row.text) == row.normalised);
}

BOOST_AUTO_TEST_CASE(the_tables_are_sorted_and_whole)
{
    for (const auto table : {stock_rc_checksums(), stock_rc_sysinit_checksums()})
        BOOST_TEST(std::is_sorted(table.begin(), table.end()));
    BOOST_TEST(stock_rc_checksums().size() == 61U);
    BOOST_TEST(stock_rc_sysinit_checksums().size() == 730U);
}

BOOST_AUTO_TEST_CASE(a_stock_script_is_known_whatever_its_comments_and_indents)
{
    BOOST_TEST(is_stock_rc("#! /bin/sh\n#\n# rcS\n#\n\nexec /etc/init.d/rc S\n"));
    BOOST_TEST(is_stock_rc("exec /etc/init.d/rc S\n"));
    BOOST_TEST(is_stock_rc("  exec /etc/init.d/rc S  \r\n# changed by nobody"));
    BOOST_TEST(is_stock_rc_sysinit("exec /etc/init.d/rc S\n"));
    BOOST_TEST(!is_stock_rc("exec /etc/init.d/rc S # by hand\n"));
    BOOST_TEST(!is_stock_rc(""));
    BOOST_TEST(!is_stock_rc_sysinit("#!/bin/bash\n/opt/boot\n"));
}

BOOST_AUTO_TEST_CASE(our_own_scripts_are_known_as_they_stand_in_the_tree)
{
    const std::string rc = file_text("rc.d/rc");
    const std::string sysinit = file_text("rc.d/rc.sysinit");
    BOOST_TEST(is_stock_rc(rc));
    BOOST_TEST(is_own_rc_sysinit(sysinit));
    // What an image's owner adds makes it the image's own work; a comment does not.
    BOOST_TEST(is_stock_rc(rc + "# a note\n"));
    BOOST_TEST(!is_stock_rc(rc + "/opt/boot\n"));
    BOOST_TEST(is_own_rc_sysinit(sysinit + "\n  # a note\n"));
    BOOST_TEST(!is_own_rc_sysinit(sysinit + "/opt/boot\n"));
    BOOST_TEST(!is_stock_rc(sysinit));
    BOOST_TEST(!is_own_rc_sysinit(rc));
}

BOOST_AUTO_TEST_CASE(lines_for_a_machine_are_found)
{
    struct Row {
        std::string_view script, reason;
    };
    constexpr Row rows[] = {
        {"/sbin/start_udev", "starts udev"},
        {"udevadm settle", "starts udev"},
        {"[ -x /sbin/hwclock ] && /sbin/hwclock --hctosys", "sets the clock"},
        {"if fsck -T -t noopts=_netdev -A -a; then :; fi", "checks file systems"},
        {"action $\"Enabling swap: \" swapon -a -e", "turns swap on"},
        {"modprobe scsi_wait_scan >/dev/null 2>&1", "loads kernel modules"},
        {"for x in a; do insmod $x; done", "loads kernel modules"},
        {"mount -a -t nonfs", "mounts all of fstab"},
        {"mount -fa", "mounts all of fstab"},
        {"mount -n -o remount,rw /", "remounts file systems"},
        {"mount -no rw,remount /", "remounts file systems"},
        {"LC_ALL=C umount -a", "unmounts file systems"},
        {"/sbin/vgchange -a y --sysinit", "activates the host's block devices"},
        {"lvm.static vgscan", "activates the host's block devices"},
        {"/sbin/mdadm -A -s", "activates the host's block devices"},
        {"quotacheck -aug", "checks disk quotas"},
        {"reboot -f", "restarts the machine"},
        {"halt -f", "halts the machine"},
        {"sulogin", "asks a question on the console"},
        {"/sbin/getkey i && touch /var/run/confirm", "asks a question on the console"},
        {"read -p 'Go on? ' answer", "asks a question on the console"},
        {"read answer < /dev/console", "asks a question on the console"},
        {"loadkeys us < /dev/tty0", "sets the console's keys"},
        {"/sbin/setsysfont < /dev/console", "sets the console's font"},
        {"dmesg -n $LOGLEVEL", "sets the kernel's console log level"},
        {"sysctl -e -p /etc/sysctl.conf", "sets kernel parameters"},
        {"sysctl -w kernel.modprobe=/bin/true", "sets kernel parameters"},
        {"apply_sysctl", "sets kernel parameters"},
        {"echo /sbin/hotplug > /proc/sys/kernel/hotplug", "writes settings of the host's kernel"},
        {"initlog -c \"fsck -T -a $rootdev\"", "checks file systems"},
        {"x=`modprobe -c`", "loads kernel modules"},
    };
    for (const Row& row : rows)
        BOOST_TEST_CONTEXT("script " << row.script)
        {
            const std::optional<MachineLine> found = find_machine_line(row.script);
            BOOST_REQUIRE(found.has_value());
            BOOST_TEST(found->reason == row.reason);
        }
}

BOOST_AUTO_TEST_CASE(lines_of_a_container_are_not)
{
    for (const std::string_view script : {"# modprobe x",
                                          "echo modprobe x",
                                          "echo \"run: mount -a; fsck\"",
                                          "printf 'reboot\\n'",
                                          "gprintf \"umount\"",
                                          "if strstr \"$cmdline\" modprobe ; then x; fi",
                                          "action $\"Checking fsck: \" /bin/true",
                                          "mount -n -t proc /proc /proc",
                                          "mount -t tmpfs -o rw,nosuid none /x",
                                          "mount -f /proc",
                                          "dmesg -s 131072 > /var/log/dmesg",
                                          "date +%s",
                                          "while read line; do x; done < /etc/fstab",
                                          "sysctl -n kernel.hostname",
                                          "sysctl -w net.ipv4.ip_forward=1",
                                          "plymouth --quit",
                                          "[ -x /sbin/modprobe ]",
                                          "rm -f /var/lock/reboot",
                                          "echo 1 > /proc/sys/net/ipv4/ip_forward",
                                          "cat <<EOF\nmount -a\nEOF\n",
                                          "read x < /run/state",
                                          "halt -w",
                                          ""})
        BOOST_TEST_CONTEXT("script " << script)
    BOOST_TEST(!find_machine_line(script).has_value());
}

BOOST_AUTO_TEST_CASE(the_first_machine_line_is_given_with_its_place_and_text)
{
    const auto found = find_machine_line(
        "#!/bin/bash\n# modprobe\nHOSTNAME=x\n\n   /sbin/start_udev \\\n --quiet\nfsck -A\n");
    BOOST_TEST((found == MachineLine{5, "/sbin/start_udev \\", "starts udev"}));
}
