// SPDX-License-Identifier: MIT
// What chkconfig does with the world around the links: xinetd's files and xinetd itself, rights and steps
// that fail, and a root that links want to lead out of.
#define BOOST_TEST_MODULE chkconfig_root
#include "chkconfig_tree.h"

#include <boost/test/unit_test.hpp>

#include <sys/stat.h>

namespace {

using init::test::ChkconfigTestTree;
using init::test::Ran;
namespace fs = std::filesystem;

constexpr const char* web = "# chkconfig: 345 80 20\n# description: pages\n";

bool has(const std::string& text, const std::string& part)
{
    return text.find(part) != std::string::npos;
}

void make_executable(const ChkconfigTestTree& tree, const std::string& path)
{
    ::chmod(tree.at(path).c_str(), 0755);
}

} // namespace

BOOST_AUTO_TEST_CASE(xinetd_services_are_listed_where_xinetd_is_on)
{
    const ChkconfigTestTree tree;
    tree.script("xinetd", "# chkconfig: 345 56 50\n");
    tree.file("/etc/xinetd.d/rsync", "# default: off\nservice rsync\n{\n\tdisable = yes\n}\n");
    tree.file("/etc/xinetd.d/time-datagram", "service time\n{\n\tdisable = no\n}\n");
    tree.file("/etc/xinetd.d/rsync.rpmnew", "service rsync\n{\n}\n");
    tree.file("/etc/xinetd.d/readme", "text\n");
    BOOST_TEST(tree.run("--list").out == "");
    tree.links("3S56xinetd 4K50xinetd");
    const std::string sysv = "xinetd         \t0:off\t1:off\t2:off\t3:on\t4:off\t5:off\t6:off\n";
    const std::string xinetd = "\nxinetd based services:\n\trsync:         \toff\n\ttime-datagram: \ton\n";
    BOOST_TEST(tree.run("--list").out == sysv + xinetd);
    BOOST_TEST(tree.run("--list --type sysv").out == sysv);
    BOOST_TEST(tree.run("--type xinetd").out == xinetd);
    tree.file("/var/run/runlevel", "4");
    BOOST_TEST(tree.run("--list").out == sysv);
    tree.file("/var/run/runlevel", "3");
    BOOST_TEST(tree.run("--list").out == sysv + xinetd);
}

BOOST_AUTO_TEST_CASE(an_xinetd_service_is_switched_in_its_file)
{
    const ChkconfigTestTree tree;
    const std::string off = "# default: off\nservice rsync\n{\n\tdisable\t= yes\n\tport = 873\n}\n";
    const std::string on = "# default: off\nservice rsync\n{\n\tdisable\t= no\n\tport = 873\n}\n";
    tree.file("/etc/xinetd.d/rsync", off);
    tree.file("/etc/init.d/xinetd", "#!/bin/sh\n: >" + tree.at("/ran") + "\n");
    make_executable(tree, "/etc/init.d/xinetd");
    const struct {
        const char* words;
        int status;
        const char* out;
        const std::string& text;
    } rows[] = {
        {"--list rsync", 0, "rsync          \toff\n", off},
        {"rsync", 1, "", off},
        {"rsync on", 0, "", on},
        {"--list rsync", 0, "rsync          \ton\n", on},
        {"rsync", 0, "", on},
        {"--type xinetd rsync", 0, "", on},
        {"--type sysv rsync", 1, "", on},
        {"rsync resetpriorities", 0, "", on},
        {"--add rsync", 0, "", on},
        {"--del rsync", 0, "", on},
        {"rsync reset", 0, "", off},
        {"--type sysv rsync on", 1, "", off},
    };
    for (const auto& row : rows) {
        const Ran ran = tree.run(row.words);
        BOOST_TEST(ran.status == row.status, row.words);
        BOOST_TEST(ran.out == row.out, row.words);
        BOOST_TEST(tree.text("/etc/xinetd.d/rsync") == row.text, row.words);
    }
    BOOST_TEST(!tree.has("/ran")); // below --root nothing is run
    BOOST_TEST(tree.links() == "");
    tree.script("rsync", web); // a script of that name comes first
    BOOST_TEST(tree.run("--level 3 rsync on").status == 0);
    BOOST_TEST(tree.links() == "3S80rsync");
    BOOST_TEST(tree.text("/etc/xinetd.d/rsync") == off);
}

BOOST_AUTO_TEST_CASE(without_the_right_to_write_nothing_is_changed)
{
    const ChkconfigTestTree tree;
    tree.script("web", web);
    tree.file("/etc/xinetd.d/rsync", "service rsync\n{\n}\n");
    tree.links("3K20web");
    for (const char* path : {"/", "/etc", "/etc/rc.d", "/etc/rc.d/rc3.d"})
        ::chmod(tree.at(path).c_str(), 0555);
    ::chmod(tree.path().c_str(), 0777); // the output of the commands goes there
    const bool is_root = ::geteuid() == 0;
    BOOST_REQUIRE((!is_root || ::seteuid(65534) == 0));
    std::vector<Ran> all;
    for (const char* words : {"--add web", "--del web", "--override web", "web on", "web off", "web reset",
                              "web resetpriorities", "rsync off"})
        all.push_back(tree.run(words));
    const Ran list = tree.run("--list web");
    BOOST_REQUIRE((!is_root || ::seteuid(0) == 0));
    for (const Ran& ran : all) {
        BOOST_TEST(ran.status == 1);
        BOOST_TEST(ran.error == "chkconfig: cannot write to " + tree.path() +
                                    "/etc/rc.d/rc3.d: Permission denied; nothing was changed\n");
    }
    BOOST_TEST(list.status == 0);
    BOOST_TEST(tree.links() == "3K20web");
    for (const char* path : {"/etc", "/etc/rc.d", "/etc/rc.d/rc3.d"})
        ::chmod(tree.at(path).c_str(), 0755);
    fs::remove_all(tree.at("/etc/rc.d/rc3.d"));
    const Ran missing = tree.run("web on");
    BOOST_TEST(missing.status == 1);
    BOOST_TEST(has(missing.error, "/rc3.d: No such file or directory; nothing was changed"), missing.error);
    BOOST_TEST(!tree.has("/etc/rc2.d/S80web"));
}

BOOST_AUTO_TEST_CASE(a_tree_without_scripts_has_no_list)
{
    const ChkconfigTestTree tree;
    fs::remove_all(tree.at("/etc/rc.d/init.d"));
    for (const std::string& root : {tree.path(), tree.path() + "/none"}) {
        const Ran ran = tree.run_on_root("--list --root " + root);
        BOOST_TEST(ran.status == 1);
        BOOST_TEST(ran.out == "");
        BOOST_TEST(ran.error.starts_with("chkconfig: cannot read " + root + "/etc/"), ran.error);
        BOOST_TEST(has(ran.error, "init.d: No such file or directory; there is no list\n"), ran.error);
    }
}

BOOST_AUTO_TEST_CASE(a_step_that_fails_costs_that_level_and_never_the_link)
{
    const ChkconfigTestTree tree;
    tree.script("web", web);
    tree.links("2K20web 3K20web");
    tree.folder("/etc/rc3.d/S80web"); // the new one's place is taken
    tree.folder("/etc/rc4.d/K20web"); // the old one cannot be removed
    fs::remove_all(tree.at("/etc/rc.d/rc5.d"));
    const Ran ran = tree.run("web on");
    BOOST_TEST(ran.status == 1);
    BOOST_TEST(
        has(ran.error, "chkconfig: cannot make the link " + tree.path() +
                           "/etc/rc.d/rc3.d/S80web: Is a directory; nothing was changed in runlevel 3\n"),
        ran.error);
    BOOST_TEST(has(ran.error, "chkconfig: cannot remove the link " + tree.path() +
                                  "/etc/rc.d/rc4.d/K20web: Is a directory; it still counts in runlevel 4\n"),
               ran.error);
    BOOST_TEST(has(ran.error, "rc5.d/S80web: No such file or directory; nothing was changed in runlevel 5\n"),
               ran.error);
    fs::create_directory(tree.at("/etc/rc.d/rc5.d"));
    BOOST_TEST(tree.links() == "2S80web 3K20web 3S80web! 4K20web! 4S80web");
}

BOOST_AUTO_TEST_CASE(no_link_of_the_tree_is_followed_out_of_it)
{
    const ChkconfigTestTree outside;
    outside.script("web", web);
    outside.file("/etc/xinetd.d/rsync", "service rsync\n{\n}\n");
    const ChkconfigTestTree tree;
    tree.script("web", web);
    fs::remove_all(tree.at("/etc/rc.d/rc4.d"));
    fs::create_directory_symlink(outside.at("/etc/rc.d/rc4.d"), tree.at("/etc/rc.d/rc4.d"));
    fs::create_directory_symlink("../../../../../../../../../.." + outside.at("/etc/xinetd.d"),
                                 tree.at("/etc/xinetd.d"));
    fs::create_symlink(outside.at("/etc/init.d/web"), tree.at("/etc/init.d/away"));
    const Ran ran = tree.run("--add web");
    BOOST_TEST(ran.status == 1);
    BOOST_TEST(has(ran.error, "S80web: No such file or directory; nothing was changed in runlevel 4"),
               ran.error);
    BOOST_TEST(tree.has("/etc/rc3.d/S80web"));
    BOOST_TEST(tree.run("--add away").status == 1);
    BOOST_TEST(tree.run("rsync off").status == 1);
    BOOST_TEST(tree.run("--list rsync").status == 1);
    BOOST_TEST(outside.links() == "");
    BOOST_TEST(outside.text("/etc/xinetd.d/rsync") == "service rsync\n{\n}\n");

    const ChkconfigTestTree wholly; // and runlevel 3 itself
    wholly.script("web", web);
    fs::remove_all(wholly.at("/etc/rc.d/rc3.d"));
    fs::create_directory_symlink(outside.at("/etc/rc.d/rc3.d"), wholly.at("/etc/rc.d/rc3.d"));
    BOOST_TEST(wholly.run("--add web").status == 1);
    BOOST_TEST(outside.links() == "");
}

BOOST_AUTO_TEST_CASE(the_own_root_has_its_level_and_xinetd_is_told)
{
    const ChkconfigTestTree tree;
    tree.script("web", web);
    tree.file("/etc/xinetd.d/rsync", "service rsync\n{\n\tdisable\t= yes\n}\n");
    tree.file("/etc/init.d/xinetd",
              "#!/bin/sh\necho noise; echo noise >&2; echo \"$@\" >>/run/told\nexit 3\n");
    make_executable(tree, "/etc/init.d/xinetd");
    tree.links("3S80web");
    tree.file("/run/utmp", "");
    tree.file("/run/runlevel", "5");
    std::vector<std::string> said;
    const int done = init::test::in_own_namespaces([&] {
        if (::mount(tree.at("/etc").c_str(), "/etc", nullptr, MS_BIND, nullptr) != 0 ||
            ::mount(tree.at("/run").c_str(), "/run", nullptr, MS_BIND, nullptr) != 0 ||
            !fs::equivalent("/var/run", "/run"))
            return 100;
        std::ofstream result{tree.at("/result")};
        result << tree.run_on_root("web").status << '\n';
        tree.file("/run/runlevel", "3");
        result << tree.run_on_root("web").status << '\n';
        // The same file by way of a root of one's own: nothing may run, the real root's script neither.
        result << tree.run("rsync on").status << tree.run("rsync off").status << '\n';
        const Ran on = tree.run_on_root("rsync on");
        result << on.status << ' ' << on.out << on.error;
        fs::remove(tree.at("/etc/init.d/xinetd"));
        const Ran off = tree.run_on_root("rsync off");
        result << off.status << off.out << off.error << '\n';
        tree.file("/etc/init.d/xinetd", "#!/bin/sh\n");
        const Ran denied = tree.run_on_root("rsync on");
        result << denied.status << ' ' << denied.error;
        return 0;
    });
    if (done == -1) {
        std::puts("skip - the_own_root_has_its_level_and_xinetd_is_told: namespaces are denied here");
        return;
    }
    BOOST_TEST(done == 0);
    BOOST_TEST(
        tree.text("/result") ==
        "1\n0\n00\n"
        "0 chkconfig: /etc/init.d/xinetd reload failed; the file is changed, and counts from xinetd's next "
        "start\n"
        "0\n"
        "1 chkconfig: cannot run /etc/init.d/xinetd: Permission denied; the file is changed, and counts "
        "from xinetd's next start\n");
    BOOST_TEST(tree.text("/run/told") == "reload\n");
    BOOST_TEST(tree.text("/etc/xinetd.d/rsync") == "service rsync\n{\n\tdisable\t= no\n}\n");
}
