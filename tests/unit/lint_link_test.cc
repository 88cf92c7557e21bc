// SPDX-License-Identifier: MIT
// The rules about links, the image and inittab: what triggers each, and what looks alike and must not.
#define BOOST_TEST_MODULE lint_link
#include "lint_image.h"

#include <map>

using namespace init::test;
using init::lint::Code;

namespace {

std::string numbered(const std::string& line)
{
    return "#!/bin/sh\n# chkconfig: " + line + "\n" + actions;
}

const LintRow rows[] = {
    {"nowhere", Code::link_dangling, "/etc/rc.d/rc3.d/S20gone", [](Image& i) { i.link("3S20", "gone"); }},
    {"to a folder", Code::link_dangling, "/etc/rc.d/rc3.d/S20base.d",
     [](Image& i) {
         i.files.folder("/etc/rc.d/init.d/base.d");
         i.link("3S20", "base.d");
     }},
    {"out of the tree", Code::link_dangling, "/etc/rc.d/rc3.d/S20away",
     [](Image& i) { i.files.link("/proc/self/exe", "/etc/rc.d/rc3.d/S20away"); }},
    {"by way of another link", Code::link_dangling, nullptr,
     [](Image& i) {
         i.files.link("base", "/etc/rc.d/init.d/other");
         i.files.link("/etc/init.d/other", "/etc/rc.d/rc5.d/S10base");
         i.files.link("rc.d/init.d", "/etc/init.d");
     }},
    {"a name that is no link's", Code::link_dangling, nullptr,
     [](Image& i) { i.files.link("../init.d/gone", "/etc/rc.d/rc3.d/README"); }},

    {"S and K", Code::link_start_and_stop, "/etc/rc.d/rc3.d/S10base",
     [](Image& i) { i.link("3K90", "base"); }},
    {"in different levels", Code::link_start_and_stop, nullptr, [](Image& i) { i.link("4K90", "base"); }},
    {"one script under two names", Code::link_start_and_stop, nullptr,
     [](Image& i) {
         i.script("halt", "#!/bin/sh\n:\n", {"0S01"});
         i.files.link("../init.d/halt", "/etc/rc.d/rc0.d/K99reboot");
     }},

    {"two numbers", Code::link_doubled, "/etc/rc.d/rc3.d/S80base", [](Image& i) { i.link("3S80", "base"); }},
    {"one number in each level", Code::link_doubled, nullptr, [](Image& i) { i.link("4S80", "base"); }},

    {"at start", Code::link_number, "/etc/rc.d/rc3.d/S55app",
     [](Image& i) {
         i.script("app", numbered("2345 80 20"), {"3S55", "2S80", "0K20"});
     }},
    {"at stop", Code::link_number, "/etc/rc.d/rc0.d/K80app",
     [](Image& i) {
         i.script("app", numbered("- 80 20"), {"3S80", "0K80"});
     }},
    {"the same", Code::link_number, nullptr,
     [](Image& i) {
         i.script("app", numbered("2345 80 20"), {"3S80", "2S80", "0K20"});
     }},
    {"with a block, which moves it", Code::link_number, nullptr,
     [](Image& i) {
         i.script("app", "#!/bin/sh\n# chkconfig: 2345 80 20\n" + block("app") + actions, {"3S55", "0K10"});
     }},
    {"with an override of chkconfig's", Code::link_number, nullptr,
     [](Image& i) {
         i.script("app", numbered("2345 80 20"), {"3S55"});
         i.files.file("/etc/chkconfig.d/app", "# chkconfig: 2345 55 45\n");
     }},
    {"switched on against the line", Code::link_number, nullptr,
     [](Image& i) {
         i.script("app", numbered("- 80 20"), {"3S80", "5K20"});
     }},

    {"a package manager's", Code::link_ignored, "/etc/rc.d/rc3.d/S55app.rpmsave",
     [](Image& i) { i.script("app.rpmsave", sound_script("app"), {"3S55"}); }},
    {"an editor's", Code::link_ignored, "/etc/rc.d/rc3.d/K10base~",
     [](Image& i) { i.files.link("../init.d/base", "/etc/rc.d/rc3.d/K10base~"); }},
    {"without links", Code::link_ignored, nullptr,
     [](Image& i) { i.script("app.rpmsave", sound_script("app"), {}); }},
    {"a dot within the name", Code::link_ignored, nullptr,
     [](Image& i) { i.script("app.orig.sh", sound_script("app")); }},

    {"none", Code::script_unlinked, "/etc/rc.d/init.d/app",
     [](Image& i) { i.script("app", sound_script("app"), {}); }},
    {"only K-links", Code::script_unlinked, nullptr,
     [](Image& i) { i.script("app", sound_script("app"), {"3K50"}); }},
    {"what is no script", Code::script_unlinked, nullptr,
     [](Image& i) { i.files.file("/etc/rc.d/init.d/rc", "#!/bin/sh\n"); }},

    {"one that init leaves out", Code::script_skipped, "/etc/rc.d/init.d/hwclock",
     [](Image& i) { i.script("hwclock", "#!/bin/sh\n:\n"); }},
    {"one without links", Code::script_skipped, nullptr,
     [](Image& i) { i.script("hwclock", "#!/bin/sh\n:\n", {}); }},

    {"whatever is asked", Code::policy_forbids_starts, "/usr/sbin/policy-rc.d:3",
     [](Image& i) { i.program("/usr/sbin/policy-rc.d", "#!/bin/sh\n# none\nexit 101\n"); }},
    {"case by case", Code::policy_forbids_starts, nullptr,
     [](Image& i) {
         i.program("/usr/sbin/policy-rc.d", "#!/bin/sh\nif [ $1 = ssh ]; then exit 101; fi\n"
                                            "[ $1 = cron ] && exit 101\nexit 0\n");
     }},
    {"without exec bit, which nobody asks", Code::policy_forbids_starts, nullptr,
     [](Image& i) { i.files.file("/usr/sbin/policy-rc.d", "#!/bin/sh\nexit 101\n"); }},

    {"the folder", Code::systemd_folder, "/run/systemd/system",
     [](Image& i) { i.files.folder("/run/systemd/system"); }},
    {"another one of its", Code::systemd_folder, nullptr,
     [](Image& i) { i.files.folder("/run/systemd/journal"); }},

    {"of a service", Code::setting, "/etc/rcinit.conf.d/base.service:1",
     [](Image& i) { i.files.file("/etc/rcinit.conf.d/base.service", "stop-timeout=soon\n"); }},
    {"in a header", Code::setting, "/etc/rc.d/init.d/app:2",
     [](Image& i) { i.script("app", "#!/bin/sh\n# rcinit: colour=red\n" + block("app") + actions); }},
    {"those that are known", Code::setting, nullptr,
     [](Image& i) { i.files.file("/etc/rcinit.conf.d/base.service", "# slow\nkeeper=no\n"); }},

    {"neither kind", Code::facility_line, "/etc/insserv.conf.d/app:2",
     [](Image& i) { i.files.file("/etc/insserv.conf.d/app", "# mine\nsyslog rsyslog\n"); }},
    {"both kinds", Code::facility_line, nullptr,
     [](Image& i) {
         i.files.file("/etc/insserv.conf", "$syslog +rsyslog \\\n +syslog\n<interactive> udev\n");
     }},

    {"an unknown action", Code::inittab_line, "/etc/inittab:2",
     [](Image& i) { i.files.file("/etc/inittab", "id:3:initdefault:\na:3:respwan:/bin/sh\n"); }},
    {"a default that ends", Code::inittab_line, "/etc/inittab",
     [](Image& i) { i.files.file("/etc/inittab", "id:0:initdefault:\n"); }},
    {"comments and blank lines", Code::inittab_line, nullptr,
     [](Image& i) {
         i.files.file("/etc/inittab", "# table\n\nid:3:initdefault:\n  l3:3:wait:/etc/rc.d/rc 3");
     }},

    {"respawned", Code::inittab_program_missing, "/etc/inittab:2",
     [](Image& i) { i.files.file("/etc/inittab", "id:3:initdefault:\na:3:respawn:/opt/app/bin/app -f\n"); }},
    {"the rc, a shell's line, an event's, one that is off", Code::inittab_program_missing, nullptr,
     [](Image& i) {
         i.files.file("/etc/inittab",
                      "id:3:initdefault:\nsi::sysinit:/etc/rc.d/rc.sysinit\nl3:3:wait:/etc/rc.d/rc "
                      "3\nb:3:once:[ -x /opt/b ] && /opt/b\nca::ctrlaltdel:/sbin/shutdown -r "
                      "now\nc:3:off:/opt/c\nd:3:respawn:/bin/sh\n");
     }},

    {"a terminal of a machine", Code::getty_device, "/etc/inittab:2",
     [](Image& i) {
         i.files.file("/etc/inittab", "id:3:initdefault:\n1:2345:respawn:/sbin/mingetty tty1\n");
     }},
    {"the console", Code::getty_device, nullptr,
     [](Image& i) {
         i.files.file("/etc/inittab", "id:3:initdefault:\nco:3:respawn:/sbin/agetty 9600 console\n");
     }},
    {"one that is there", Code::getty_device, nullptr,
     [](Image& i) {
         i.files.file("/dev/ttyS0", "");
         i.files.file("/etc/inittab", "id:3:initdefault:\nS0:3:respawn:/sbin/agetty -L 9600 ttyS0 vt102\n");
     }},

    {"no S-link", Code::level_empty, "/etc/rc.d/rc4.d",
     [](Image& i) { i.files.file("/etc/inittab", "id:4:initdefault:\n"); }},
    {"single-user mode", Code::level_empty, nullptr,
     [](Image& i) { i.files.file("/etc/inittab", "id:1:initdefault:\n"); }},
};

/// Counts how often each file is read, under whatever name.
class CountingTree final : public init::world::Tree {
public:
    explicit CountingTree(std::string root) : tree_(std::move(root)) {}

    init::world::Result<std::string> read_file(const std::string& path, std::size_t limit) override
    {
        if (const init::world::FileLook found = tree_.look(path); found.kind == init::world::FileKind::file)
            ++reads[{found.device, found.inode}];
        return tree_.read_file(path, limit);
    }
    init::world::Result<std::vector<std::string>> list_folder(const std::string& path) override
    {
        return tree_.list_folder(path);
    }
    init::world::FileLook look(const std::string& path) override { return tree_.look(path); }

    std::map<std::pair<std::uint64_t, std::uint64_t>, int> reads;

private:
    init::system::RootedTree tree_;
};

} // namespace

BOOST_AUTO_TEST_CASE(faults_of_links_image_and_inittab_are_found_and_what_looks_alike_is_not)
{
    check_rows(rows);
    check_is_complete(rows, {Code::link_dangling, Code::link_start_and_stop, Code::link_doubled,
                             Code::link_number, Code::link_ignored, Code::script_unlinked,
                             Code::script_skipped, Code::policy_forbids_starts, Code::systemd_folder,
                             Code::setting, Code::facility_line, Code::inittab_line,
                             Code::inittab_program_missing, Code::getty_device, Code::level_empty});
}

BOOST_AUTO_TEST_CASE(a_script_outside_the_folder_is_judged_where_its_link_stands)
{
    Image image;
    image.files.file("/etc/rc.d/rc.local", "#!/bin/sh\r\n:\n");
    image.files.link("../rc.local", "/etc/rc.d/rc3.d/S99local");
    const init::lint::Report report = image.judge();
    BOOST_TEST(has(report, Code::crlf, "/etc/rc.d/rc3.d/S99local:1"), all_of(report));
    BOOST_TEST(has(report, Code::not_executable, "/etc/rc.d/rc3.d/S99local"), all_of(report));
}

BOOST_AUTO_TEST_CASE(a_script_is_called_as_its_links_call_it)
{
    Image image;
    image.files.link("base", "/etc/rc.d/init.d/alias");
    image.script("other", sound_script("other"), {});
    image.files.link("../init.d/other", "/etc/rc.d/rc3.d/S20base");
    image.chmod("/etc/rc.d/init.d/base", 0644);
    image.chmod("/etc/rc.d/init.d/other", 0644);
    const init::lint::Report report = image.judge();
    BOOST_TEST(has(report, Code::not_executable, "/etc/rc.d/init.d/base"), all_of(report));
    BOOST_TEST(has(report, Code::not_executable, "/etc/rc.d/init.d/other"), all_of(report));
}

BOOST_AUTO_TEST_CASE(a_link_does_not_lead_out_of_the_tree)
{
    const TemporaryTree outside;
    outside.file("/app", "#!/bin/no-such-shell\n");
    ::chmod(outside.at("/app").c_str(), 0755);
    Image image;
    image.files.link(outside.at("/app"), "/etc/rc.d/rc3.d/S20app");
    image.files.link(outside.at("/app"), "/etc/rc.d/init.d/app");
    const init::lint::Report report = image.judge();
    BOOST_TEST(has(report, Code::link_dangling, "/etc/rc.d/rc3.d/S20app"), all_of(report));
    BOOST_TEST(!has(report, Code::interpreter_missing, nullptr), all_of(report));
    BOOST_TEST(report.scripts == 1u);
}

BOOST_AUTO_TEST_CASE(each_file_is_read_once)
{
    Image image;
    image.script("app", "#!/bin/sh\n" + block("app") + ". /lib/lsb/init-functions\n" + actions,
                 {"2S50", "3S50", "4S50", "5S50", "0K50", "6K50"});
    image.files.link("app", "/etc/rc.d/init.d/alias");
    image.files.file("/etc/inittab", "id:3:initdefault:\n");
    image.files.file("/etc/insserv.conf", "$syslog +rsyslog\n");
    image.files.file("/etc/insserv/overrides/base", block("base"));
    image.files.file("/etc/rcinit.conf.d/app.service", "stop-timeout=5s\n");
    image.program("/usr/sbin/policy-rc.d", "#!/bin/sh\nexit 0\n");
    CountingTree tree(image.files.path());
    (void)init::lint::lint(tree, {}, {}, {}, std::chrono::seconds{10});
    BOOST_TEST(tree.reads.size() == 8u); // app, base, functions, and the five files beside them
    for (const auto& [file, times] : tree.reads)
        BOOST_TEST(times == 1);
}
