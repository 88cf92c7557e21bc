// SPDX-License-Identifier: MIT
// The rules about headers, needs and order: what triggers each, and what looks alike and must not.
#define BOOST_TEST_MODULE lint_header
#include "lint_image.h"

using namespace init::test;
using init::lint::Code;

namespace {

constexpr const char* app = "/etc/rc.d/init.d/app";

std::string with_header(const std::string& header)
{
    return "#!/bin/sh\n" + header + actions;
}

std::string starts_after(const std::string& needs)
{
    return "# Required-Start: " + needs + "\n# Required-Stop:\n";
}

std::string wants(const std::string& needs)
{
    return "# Required-Start:\n# Required-Stop:\n# Should-Start: " + needs + "\n";
}

const LintRow rows[] = {
    {"neither kind", Code::header_missing, app, [](Image& i) { i.script("app", with_header("# app\n")); }},
    {"a chkconfig: line", Code::header_missing, nullptr,
     [](Image& i) { i.script("app", with_header("# chkconfig: 345 50 50\n")); }},
    {"a block", Code::header_missing, nullptr, [](Image& i) { i.script("app", sound_script("app")); }},
    {"a block of an override", Code::header_missing, nullptr,
     [](Image& i) {
         i.script("app", with_header(""));
         i.files.file("/etc/insserv/overrides/app", block("app"));
     }},
    {"not linked", Code::header_missing, nullptr, [](Image& i) { i.script("app", with_header(""), {}); }},
    {"a script of the machine", Code::header_missing, nullptr,
     [](Image& i) { i.script("killall", with_header("")); }},

    {"no END", Code::header_unfinished, "/etc/rc.d/init.d/app:2",
     [](Image& i) { i.script("app", with_header("### BEGIN INIT INFO\n# Provides: app\n")); }},
    {"an END that is indented", Code::header_unfinished, nullptr,
     [](Image& i) {
         i.script("app",
                  with_header("### BEGIN INIT INFO\n# Provides: app\n# Required-Start:\n# Required-Stop:\n"
                              "# Default-Start: 3\n# Default-Stop:\n  ### END INIT INFO\n"));
     }},

    {"two keywords", Code::header_incomplete, "/etc/rc.d/init.d/app:2",
     [](Image& i) {
         i.script(
             "app",
             with_header("### BEGIN INIT INFO\n# Provides: app\n# Default-Start: 3\n### END INIT INFO\n"));
     }},
    {"Provides without a name", Code::header_incomplete, "/etc/rc.d/init.d/app:2",
     [](Image& i) { i.script("app", with_header(block(""))); }},
    {"empty ones", Code::header_incomplete, nullptr,
     [](Image& i) {
         i.script("app",
                  with_header("### BEGIN INIT INFO\n# Provides: app\n# Required-Start:\n# Required-Stop:\n"
                              "# Default-Start:\n# Default-Stop:\n### END INIT INFO\n"));
     }},

    {"misspelt", Code::header_unknown_keyword, "/etc/rc.d/init.d/app:6",
     [](Image& i) { i.script("app", with_header(block("app", starts_after("") + "# Defalt-Start: 3\n"))); }},
    {"a vendor's own, other case, other dash", Code::header_unknown_keyword, nullptr,
     [](Image& i) {
         i.script("app", with_header(block("app", starts_after("") + "# X-UnitedLinux-Default-Enabled: yes\n"
                                                                     "# should_stop: base\n# Note: none\n"
                                                                     "# short-description: app\n")));
     }},
    {"outside the block", Code::header_unknown_keyword, nullptr,
     [](Image& i) {
         i.script("app", with_header("# Start-Before: x\n" + block("app") + "# Start-After: x\n"));
     }},

    {"Required-Start twice", Code::header_doubled_keyword, "/etc/rc.d/init.d/app:6",
     [](Image& i) {
         i.script("app", with_header(block("app", starts_after("base") + "# Required-Start: $network\n")));
     }},
    {"a second block", Code::header_doubled_keyword, nullptr,
     [](Image& i) { i.script("app", with_header(block("app") + block("app"))); }},

    {"written together", Code::header_levels, "/etc/rc.d/init.d/app:6",
     [](Image& i) {
         i.script("app",
                  with_header("### BEGIN INIT INFO\n# Provides: app\n# Required-Start:\n# Required-Stop:\n"
                              "# Default-Start: 2345\n# Default-Stop: 0 1 6\n### END INIT INFO\n"));
     }},
    {"a level that there is not", Code::header_levels, "/etc/rc.d/init.d/app:7",
     [](Image& i) {
         i.script("app",
                  with_header("### BEGIN INIT INFO\n# Provides: app\n# Required-Start:\n# Required-Stop:\n"
                              "# Default-Start: 3\n# Default-Stop: 90\n### END INIT INFO\n"));
     }},
    {"S, commas, none", Code::header_levels, nullptr,
     [](Image& i) {
         i.script("app",
                  with_header("### BEGIN INIT INFO\n# Provides: app\n# Required-Start:\n# Required-Stop:\n"
                              "# Default-Start: S\n# Default-Stop:\n### END INIT INFO\n"));
     }},

    {"an unexpanded template", Code::chkconfig_line, "/etc/rc.d/init.d/app:2",
     [](Image& i) { i.script("app", with_header("# chkconfig: @CHKCONFIG@\n")); }},
    {"a number too large", Code::chkconfig_line, "/etc/rc.d/init.d/app:2",
     [](Image& i) { i.script("app", with_header("# chkconfig: 345 100 20\n")); }},
    {"off by default", Code::chkconfig_line, nullptr,
     [](Image& i) { i.script("app", with_header("#chkconfig: - 50 50 \n# description: a \\\n#   b\n")); }},

    {"Required-Start", Code::facility_unknown, "/etc/rc.d/init.d/app:4",
     [](Image& i) { i.script("app", sound_script("app", starts_after("$netwrok"))); }},
    {"the known ones", Code::facility_unknown, nullptr,
     [](Image& i) {
         i.script("app",
                  sound_script("app", starts_after("$local_fs $remote_fs $network $named $syslog $time "
                                                   "$portmap $all $null")));
     }},
    {"one that a script provides", Code::facility_unknown, nullptr,
     [](Image& i) {
         i.script("httpd", sound_script("httpd $httpd"), {"3S40", "2S40"});
         i.script("app", sound_script("app", starts_after("$httpd")));
     }},
    {"one that insserv.conf defines", Code::facility_unknown, nullptr,
     [](Image& i) {
         i.files.file("/etc/insserv.conf", "$x-display-manager +gdm3\n");
         i.script("app", sound_script("app", starts_after("$x-display-manager")));
     }},
    {"one that is only wanted", Code::facility_unknown, nullptr,
     [](Image& i) { i.script("app", sound_script("app", wants("$mail +$ldap"))); }},

    {"nobody", Code::need_missing, "/etc/rc.d/init.d/app:4",
     [](Image& i) { i.script("app", sound_script("app", starts_after("courier-authdaemon"))); }},
    {"at stop", Code::need_missing, "/etc/rc.d/init.d/app:5",
     [](Image& i) { i.script("app", sound_script("app", "# Required-Start:\n# Required-Stop: gone\n")); }},
    {"by the file's name, by Provides, by itself", Code::need_missing, nullptr,
     [](Image& i) {
         i.script("mariadb", sound_script("mysql"), {"3S40", "2S40"});
         i.script("app", sound_script("app", starts_after("mariadb mysql app base")));
     }},
    {"only wanted", Code::need_missing, nullptr,
     [](Image& i) {
         i.script("app", sound_script("app", wants("rabbitmq-server ntp") + "# X-Start-Before: gone\n"));
     }},
    {"by a plus", Code::need_missing, nullptr,
     [](Image& i) { i.script("app", sound_script("app", starts_after("+ntp"))); }},
    {"a script of the machine, alone in an image", Code::need_missing, nullptr,
     [](Image& i) { i.script("hwclock.sh", sound_script("hwclock", starts_after("mountdevsubfs"))); }},
    {"switched off", Code::need_missing, nullptr,
     [](Image& i) {
         i.script("app", sound_script("app", starts_after("gone")), {"3K50", "0K50"});
     }},

    {"Should-Start", Code::need_case, "/etc/rc.d/init.d/app:6",
     [](Image& i) { i.script("app", sound_script("app", wants("Base"))); }},
    {"Required-Start", Code::need_case, "/etc/rc.d/init.d/app:4",
     [](Image& i) { i.script("app", sound_script("app", starts_after("BASE"))); }},
    {"the same letters", Code::need_case, nullptr,
     [](Image& i) {
         i.script("NetworkManager", sound_script("NetworkManager"), {"3S40", "2S40"});
         i.script("app", sound_script("app", wants("NetworkManager")));
     }},
    {"another word", Code::need_case, nullptr,
     [](Image& i) { i.script("app", sound_script("app", wants("base2"))); }},

    {"off in the level", Code::need_not_started, "/etc/rc.d/init.d/app:4",
     [](Image& i) {
         i.script("db", sound_script("db"), {"2S40", "3K60"});
         i.script("app", sound_script("app", starts_after("db")));
     }},
    {"on in the level", Code::need_not_started, nullptr,
     [](Image& i) {
         i.script("db", sound_script("db"), {"2S40", "3S40"});
         i.script("app", sound_script("app", starts_after("db")));
     }},

    {"both on", Code::provides_doubled, "/etc/rc.d/init.d/sendmail:3",
     [](Image& i) {
         i.script("postfix", sound_script("postfix mail-agent"));
         i.script("sendmail", sound_script("sendmail mail-agent"));
     }},
    {"one on", Code::provides_doubled, nullptr,
     [](Image& i) {
         i.script("postfix", sound_script("postfix mail-agent"));
         i.script("sendmail", sound_script("sendmail mail-agent"), {"3K60", "2K60"});
     }},
    {"a facility", Code::provides_doubled, nullptr,
     [](Image& i) {
         i.script("network", sound_script("network $network"));
         i.script("NetworkManager", sound_script("NetworkManager $network"));
     }},
    {"one script under two names", Code::provides_doubled, nullptr,
     [](Image& i) {
         i.script("app", sound_script("app"));
         i.files.link("app", "/etc/rc.d/init.d/app2");
     }},

    {"of two", Code::loop, "/etc/rc.d/init.d/app:4",
     [](Image& i) {
         i.script("db", sound_script("db", starts_after("app")), {"3S60"});
         i.script("app", sound_script("app", starts_after("db")), {"3S50"});
     }},
    {"at stop", Code::loop, "/etc/rc.d/init.d/app:5",
     [](Image& i) {
         i.script("db", sound_script("db", "# Required-Start:\n# Required-Stop: app\n"), {"0K60"});
         i.script("app", sound_script("app", "# Required-Start:\n# Required-Stop: db\n"), {"0K50"});
     }},
    {"of oneself", Code::loop, nullptr,
     [](Image& i) { i.script("app", sound_script("app", starts_after("") + "# Should-Start: app\n")); }},
    {"with one that is last of all", Code::loop, nullptr,
     [](Image& i) {
         i.script("local", sound_script("local", starts_after("$all")), {"3S99", "2S99"});
         i.script("zeta", sound_script("zeta", starts_after("local")), {"3S99", "2S99"});
     }},
    {"a chain", Code::loop, nullptr,
     [](Image& i) {
         i.script("db", sound_script("db", starts_after("base")), {"3S40", "2S40"});
         i.script("app", sound_script("app", starts_after("db base")), {"3S50", "2S50"});
     }},

    {"too early", Code::link_order, "/etc/rc.d/init.d/app:4",
     [](Image& i) {
         i.script("db", sound_script("db"), {"3S60", "2S60"});
         i.script("app", sound_script("app", starts_after("db")), {"3S50", "2S50"});
     }},
    {"the same number, by name", Code::link_order, "/etc/rc.d/init.d/app:4",
     [](Image& i) {
         i.script("db", sound_script("db"));
         i.script("app", sound_script("app", starts_after("db")));
     }},
    {"stopped too late", Code::link_order, "/etc/rc.d/init.d/app:5",
     [](Image& i) {
         i.script("db", sound_script("db"), {"0K20"});
         i.script("app", sound_script("app", "# Required-Start:\n# Required-Stop: db\n"), {"0K50"});
     }},
    {"in order, whatever the numbers", Code::link_order, nullptr,
     [](Image& i) {
         i.script("db", sound_script("db"), {"3S11", "2S98", "0K88"});
         i.script("app", sound_script("app", "# Required-Start: db\n# Required-Stop: db\n"),
                  {"3S97", "2S99", "0K01"});
     }},
    {"only wanted", Code::link_order, nullptr,
     [](Image& i) {
         i.script("db", sound_script("db"), {"3S60", "2S60"});
         i.script("app", sound_script("app", wants("db")));
     }},
    {"a facility, which chkconfig does not order", Code::link_order, nullptr,
     [](Image& i) {
         i.script("rsyslog", sound_script("rsyslog"), {"3S60", "2S60"});
         i.script("app", sound_script("app", starts_after("$syslog")));
     }},
};

/// Of a tree that insserv keeps.
const LintRow insserv_rows[] = {
    {"a facility's member comes later", Code::link_order, "/etc/init.d/app:4",
     [](Image& i) {
         i.files.file("/etc/insserv.conf", "$syslog +rsyslog\n");
         i.script("rsyslog", sound_script("rsyslog"), {"2S03"});
         i.script("app", sound_script("app", starts_after("$syslog")), {"2S02"});
     }},
    {"a facility's member comes first", Code::link_order, nullptr,
     [](Image& i) {
         i.files.file("/etc/insserv.conf", "$syslog +rsyslog\n");
         i.script("rsyslog", sound_script("rsyslog"), {"2S01"});
         i.script("app", sound_script("app", starts_after("$syslog")), {"2S02"});
     }},
    {"a member that is started before all levels", Code::need_not_started, nullptr,
     [](Image& i) {
         i.script("early", sound_script("early"), {"SS01"});
         i.script("app", sound_script("app", starts_after("early")), {"2S02"});
     }},
    {"numbers that no line asks for", Code::link_number, nullptr,
     [](Image& i) {
         i.files.file("/etc/insserv.conf", "$syslog +rsyslog\n");
         i.script("app", "#!/bin/sh\n# chkconfig: 2345 80 20\n" + actions, {"2S02", "0K01"});
     }},
};

} // namespace

BOOST_AUTO_TEST_CASE(faults_of_headers_needs_and_order_are_found_and_what_looks_alike_is_not)
{
    check_rows(rows);
    check_is_complete(rows,
                      {Code::header_missing, Code::header_unfinished, Code::header_incomplete,
                       Code::header_unknown_keyword, Code::header_doubled_keyword, Code::header_levels,
                       Code::chkconfig_line, Code::facility_unknown, Code::need_missing, Code::need_case,
                       Code::need_not_started, Code::provides_doubled, Code::loop, Code::link_order});
}

BOOST_AUTO_TEST_CASE(a_tree_of_insserv_is_held_to_its_order_and_not_to_numbers)
{
    check_rows(insserv_rows, true);
}

BOOST_AUTO_TEST_CASE(a_fault_in_an_override_is_told_where_it_stands)
{
    Image image;
    image.script("app", sound_script("app"));
    image.files.file("/etc/insserv/overrides/app",
                     block("app", starts_after("gone") + "# Start-Bevore: base\n"));
    const init::lint::Report report = image.judge();
    BOOST_TEST(has(report, Code::need_missing, "/etc/insserv/overrides/app:3"), all_of(report));
    BOOST_TEST(has(report, Code::header_unknown_keyword, "/etc/insserv/overrides/app:5"), all_of(report));
}

BOOST_AUTO_TEST_CASE(a_loop_is_told_once_for_all_levels_that_have_it)
{
    Image image;
    image.script("db", sound_script("db", starts_after("app")), {"2S60", "3S60", "4S60", "5S61"});
    image.script("app", sound_script("app", starts_after("db")), {"2S50", "3S50", "4S50", "5S50"});
    const init::lint::Report report = image.judge();
    BOOST_TEST(report.count(init::lint::Severity::error) == 1u, all_of(report));
    BOOST_TEST(!has(report, Code::link_order, nullptr), all_of(report));
}
