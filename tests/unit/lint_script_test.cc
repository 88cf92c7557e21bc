// SPDX-License-Identifier: MIT
// The rules about a script's text and about time: what triggers each, and what looks alike and must not.
#define BOOST_TEST_MODULE lint_script
#include "lint_image.h"

using namespace init::test;
using init::lint::Code;

namespace {

constexpr const char* app = "/etc/rc.d/init.d/app";

std::string with_first_line(const std::string& line)
{
    return line + "\n" + block("app") + actions;
}

std::string with_line(const std::string& line)
{
    return "#!/bin/sh\n" + block("app") + line + "\n" + actions;
}

std::string crlf(std::string text)
{
    for (std::size_t at = 0; (at = text.find('\n', at)) != std::string::npos; at += 2)
        text.replace(at, 1, "\r\n");
    return text;
}

const LintRow rows[] = {
    {"one that is not there", Code::interpreter_missing, "/etc/rc.d/init.d/app:1",
     [](Image& i) { i.script("app", with_first_line("#!/bin/ksh93 -e")); }},
    {"env finds nothing of that name", Code::interpreter_missing, "/etc/rc.d/init.d/app:1",
     [](Image& i) { i.script("app", with_first_line("#!/usr/bin/env fish")); }},
    {"a name without a path", Code::interpreter_missing, "/etc/rc.d/init.d/app:1",
     [](Image& i) { i.script("app", with_first_line("#!sh")); }},
    {"a link out of the tree", Code::interpreter_missing, "/etc/rc.d/init.d/app:1",
     [](Image& i) {
         i.files.link("/proc/self/exe", "/bin/mine");
         i.script("app", with_first_line("#!/bin/mine"));
     }},
    {"blanks and arguments", Code::interpreter_missing, nullptr,
     [](Image& i) { i.script("app", with_first_line("#! /bin/bash -e -u")); }},
    {"env with options and assignments", Code::interpreter_missing, nullptr,
     [](Image& i) { i.script("app", with_first_line("#!/usr/bin/env -i LC_ALL=C bash")); }},
    {"env with a path", Code::interpreter_missing, nullptr,
     [](Image& i) {
         i.program("/lib/init/init-d-script");
         i.script("app",
                  "#!/usr/bin/env /lib/init/init-d-script\n" + block("app") + "DAEMON=/usr/sbin/app\n");
     }},
    {"a link to a program of the tree", Code::interpreter_missing, nullptr,
     [](Image& i) {
         i.files.link("/bin/bash", "/bin/rbash");
         i.script("app", with_first_line("#!/bin/rbash"));
     }},

    {"no exec bit", Code::interpreter_not_executable, "/etc/rc.d/init.d/app:1",
     [](Image& i) {
         i.files.file("/bin/flat", "");
         i.script("app", with_first_line("#!/bin/flat"));
     }},
    {"a folder", Code::interpreter_not_executable, "/etc/rc.d/init.d/app:1",
     [](Image& i) {
         i.files.folder("/opt/sh");
         i.script("app", with_first_line("#!/opt/sh"));
     }},
    {"only one of its bits", Code::interpreter_not_executable, nullptr,
     [](Image& i) {
         i.chmod("/bin/bash", 0500);
         i.script("app", with_first_line("#!/bin/bash"));
     }},

    {"a comment comes first", Code::interpreter_line_missing, "/etc/rc.d/init.d/app:1",
     [](Image& i) { i.script("app", "# app\n" + with_first_line("#!/bin/sh")); }},
    {"a library without links and exec bit", Code::interpreter_line_missing, nullptr,
     [](Image& i) { i.files.file("/etc/rc.d/init.d/app-common", "# sourced\nhelp() { :; }\n"); }},
    {"a program", Code::interpreter_line_missing, nullptr,
     [](Image& i) {
         i.script("app", std::string("\x7f"
                                     "ELF\2\1\1\0\0",
                                     9));
     }},

    {"linked", Code::not_executable, app,
     [](Image& i) {
         i.script("app", sound_script("app"));
         i.chmod(app, 0644);
     }},
    {"not linked", Code::not_executable, nullptr,
     [](Image& i) {
         i.script("app", sound_script("app"), {});
         i.chmod(app, 0644);
     }},
    {"README beside the scripts", Code::not_executable, nullptr,
     [](Image& i) { i.files.file("/etc/rc.d/init.d/README", "Read me.\n"); }},

    {"everywhere", Code::crlf, "/etc/rc.d/init.d/app:1",
     [](Image& i) { i.script("app", crlf(sound_script("app"))); }},
    {"in one line", Code::crlf, "/etc/rc.d/init.d/app:9",
     [](Image& i) { i.script("app", with_line("echo a\r\necho b\r")); }},
    {"in comments alone", Code::crlf, nullptr,
     [](Image& i) { i.script("app", with_line("# written elsewhere\r\n\t# and here\r")); }},
    {"inside a line", Code::crlf, nullptr, [](Image& i) { i.script("app", with_line("printf 'a\rb'")); }},
    {"another interpreter", Code::crlf, nullptr,
     [](Image& i) { i.script("app", "#!/usr/bin/perl\nprint 1;\r\n"); }},

    {"functions under another path", Code::library_missing, "/etc/rc.d/init.d/app:9",
     [](Image& i) { i.script("app", with_line(". /etc/init.d/functions")); }},
    {"by the word source", Code::library_missing, "/etc/rc.d/init.d/app:9",
     [](Image& i) { i.script("app", with_line("source /etc/rc.status")); }},
    {"those that are there", Code::library_missing, nullptr,
     [](Image& i) { i.script("app", with_line(". /etc/rc.d/init.d/functions\n. /lib/lsb/init-functions")); }},
    {"sourced where it exists", Code::library_missing, nullptr,
     [](Image& i) {
         i.script("app", with_line("[ -f /etc/rc.status ] && . /etc/rc.status\n"
                                   "if [ -f /etc/init.d/functions ]; then\n. /etc/init.d/functions\nfi"));
     }},
    {"tested before", Code::library_missing, nullptr,
     [](Image& i) { i.script("app", with_line("test -r /etc/rc.status || exit 5\n. /etc/rc.status")); }},
    {"in a function", Code::library_missing, nullptr,
     [](Image& i) { i.script("app", with_line("suse() {\n. /etc/rc.status\n}")); }},
    {"a path that is not known", Code::library_missing, nullptr,
     [](Image& i) { i.script("app", with_line(". $HOME/lib.sh\n. \"/opt/$APP/env\"")); }},
    {"words of a message", Code::library_missing, nullptr,
     [](Image& i) { i.script("app", with_line("echo 'use . /etc/rc.status'\n# . /etc/rc.status")); }},

    {"with sh", Code::settings_missing, "/etc/rc.d/init.d/app:9",
     [](Image& i) { i.script("app", with_line(". /etc/sysconfig/network")); }},
    {"with bash, which goes on", Code::settings_missing, nullptr,
     [](Image& i) {
         i.script("app", "#!/bin/bash\n" + block("app") + ". /etc/sysconfig/network\n" + actions);
     }},
    {"where it exists", Code::settings_missing, nullptr,
     [](Image& i) { i.script("app", with_line("[ -r /etc/default/app ] && . /etc/default/app")); }},

    {"read with a prompt", Code::reads_terminal, "/etc/rc.d/init.d/app:9",
     [](Image& i) { i.script("app", with_line("read -p 'Continue (y/N)? ' answer")); }},
    {"from the terminal itself", Code::reads_terminal, "/etc/rc.d/init.d/app:9",
     [](Image& i) { i.script("app", with_line("read answer </dev/tty")); }},
    {"from a file and in a loop", Code::reads_terminal, nullptr,
     [](Image& i) {
         i.script("app", with_line("read pid </run/app.pid\nwhile read -r a b; do :; done </etc/mtab"));
     }},
    {"writing there", Code::reads_terminal, nullptr,
     [](Image& i) { i.script("app", with_line("echo up >/dev/console 2>/dev/tty1")); }},
    {"a header that says so", Code::reads_terminal, nullptr,
     [](Image& i) {
         i.script("app", "#!/bin/sh\n" +
                             block("app", "# Required-Start:\n# Required-Stop:\n# X-Interactive: true\n") +
                             "read -p 'Phrase: ' phrase\n" + actions);
     }},

    {"only start", Code::no_stop, app,
     [](Image& i) {
         i.script("app", "#!/bin/sh\n" + block("app") + "case $1 in\nstart) : ;;\nstatus) : ;;\nesac\n");
     }},
    {"labels of all kinds", Code::no_stop, nullptr,
     [](Image& i) {
         i.script("app", "#!/bin/sh\n" + block("app") +
                             "case $1 in\n  'start' | restart) : ;;\n  status|\"stop\" ) : ;;\nesac\n");
     }},
    {"handed on to another", Code::no_stop, nullptr,
     [](Image& i) {
         i.script("app", "#!/bin/sh\n" + block("app") +
                             "case $1 in\nstart) : ;;\n*) /opt/app/ctl \"$@\" ;;\nesac\n");
     }},
    {"a function of the action's name", Code::no_stop, nullptr,
     [](Image& i) {
         i.script("app",
                  "#!/bin/sh\n" + block("app") + "case $1 in\nstart|status) : ;;\n*) do_it $1 ;;\nesac\n");
     }},
    {"without cases", Code::no_stop, nullptr,
     [](Image& i) { i.script("app", "#!/bin/sh\n" + block("app") + "if [ \"$1\" = start ]; then :; fi\n"); }},
    {"settings for init-d-script", Code::no_stop, nullptr,
     [](Image& i) {
         i.program("/lib/init/init-d-script");
         i.script("app", "#!/lib/init/init-d-script\n" + block("app") + "case x in start) : ;; esac\n");
     }},

    {"start and stop", Code::no_status, app,
     [](Image& i) {
         i.script("app", "#!/bin/sh\n" + block("app") + "case $1 in\nstart) : ;;\nstop) : ;;\nesac\n");
     }},
    {"all three", Code::no_status, nullptr, [](Image& i) { i.script("app", sound_script("app")); }},
    {"a script of the machine", Code::no_status, nullptr,
     [](Image& i) { i.script("hwclock", "#!/bin/sh\ncase $1 in start) : ;; esac\n"); }},
};

/// Judged with a grace period of 10 s.
const LintRow time_rows[] = {
    {"in a function", Code::sleeps_beyond_grace, "/etc/rc.d/init.d/app:10",
     [](Image& i) { i.script("app", with_line("do_stop() {\nsleep 30\n}")); }},
    {"in the action", Code::sleeps_beyond_grace, "/etc/rc.d/init.d/app:12",
     [](Image& i) {
         i.script("app", "#!/bin/sh\n" + block("app") +
                             "case $1 in\nstart|status) : ;;\nstop)\n  sleep 1m ;;\nesac\n");
     }},
    {"not longer than it", Code::sleeps_beyond_grace, nullptr,
     [](Image& i) { i.script("app", with_line("stop() {\nsleep 10\nsleep 0.5\nsleep $DELAY\n}")); }},
    {"in a start", Code::sleeps_beyond_grace, nullptr,
     [](Image& i) { i.script("app", with_line("start() {\nsleep 30\n}")); }},
    {"in a restart", Code::sleeps_beyond_grace, nullptr,
     [](Image& i) { i.script("app", with_line("stop() {\n:\n}\nrestart() {\nstop; sleep 30\n}")); }},

    {"a number", Code::waits_beyond_grace, "/etc/rc.d/init.d/app:9",
     [](Image& i) { i.script("app", with_line("start-stop-daemon --stop --retry 6 --pidfile /run/a")); }},
    {"a schedule", Code::waits_beyond_grace, "/etc/rc.d/init.d/app:9",
     [](Image& i) { i.script("app", with_line("/sbin/start-stop-daemon -K -R TERM/8/KILL/5 -x /a")); }},
    {"killproc's delay", Code::waits_beyond_grace, "/etc/rc.d/init.d/app:9",
     [](Image& i) { i.script("app", with_line("killproc -p /run/a.pid -d 30 app")); }},
    {"short ones", Code::waits_beyond_grace, nullptr,
     [](Image& i) {
         i.script("app", with_line("start-stop-daemon --stop --retry 5\nstart-stop-daemon -K "
                                   "--retry=TERM/5/KILL/5\nkillproc -d 10 app"));
     }},
    {"what cannot be known", Code::waits_beyond_grace, nullptr,
     [](Image& i) {
         i.script("app",
                  with_line("start-stop-daemon --stop --retry=$SCHEDULE\nstart-stop-daemon --stop --retry "
                            "forever/TERM/60\necho --retry 99"));
     }},

    {"in another action", Code::waits_beyond_grace, nullptr,
     [](Image& i) { i.script("app", with_line("restart() {\nstart-stop-daemon --stop --retry 30\n}")); }},

    {"in the script", Code::stop_timeout_beyond_grace, "/etc/rc.d/init.d/app:2",
     [](Image& i) { i.script("app", "#!/bin/sh\n# rcinit: stop-timeout=20s\n" + block("app") + actions); }},
    {"in its file", Code::stop_timeout_beyond_grace, "/etc/rcinit.conf.d/app.service:2",
     [](Image& i) {
         i.script("app", sound_script("app"));
         i.files.file("/etc/rcinit.conf.d/app.service", "# slow\nstop-timeout=1min\n");
     }},
    {"below it", Code::stop_timeout_beyond_grace, nullptr,
     [](Image& i) {
         i.script("app",
                  "#!/bin/sh\n# rcinit: stop-timeout=5s start-timeout=10min\n" + block("app") + actions);
     }},

    {"init's is longer", Code::grace_differs, "/etc/rcinit.conf",
     [](Image& i) { i.settings.grace = std::chrono::seconds{30}; }},
    {"init's is the same", Code::grace_differs, nullptr, [](Image&) {}},
    {"init's is shorter", Code::grace_differs, nullptr,
     [](Image& i) { i.settings.grace = std::chrono::seconds{5}; }},
};

} // namespace

BOOST_AUTO_TEST_CASE(faults_of_a_scripts_text_are_found_and_what_looks_alike_is_not)
{
    check_rows(rows);
    check_is_complete(rows, {Code::interpreter_missing, Code::interpreter_not_executable,
                             Code::interpreter_line_missing, Code::not_executable, Code::crlf,
                             Code::library_missing, Code::settings_missing, Code::reads_terminal,
                             Code::no_stop, Code::no_status});
}

BOOST_AUTO_TEST_CASE(what_cannot_fit_in_the_grace_period_is_found)
{
    check_rows(time_rows, false, std::chrono::seconds{10});
    check_is_complete(time_rows, {Code::sleeps_beyond_grace, Code::waits_beyond_grace,
                                  Code::stop_timeout_beyond_grace, Code::grace_differs});
}

BOOST_AUTO_TEST_CASE(times_are_not_judged_without_a_grace_period)
{
    for (const LintRow& row : time_rows) {
        Image image;
        row.make(image);
        BOOST_TEST(!has(image.judge(), row.rule, nullptr), row.claim);
    }
}

BOOST_AUTO_TEST_CASE(without_programs_only_etc_is_judged)
{
    const TemporaryTree files;
    files.file("/etc/init.d/app", with_line(". /lib/lsb/init-functions\n. /etc/init.d/functions"));
    files.folder("/etc/rc2.d");
    init::system::RootedTree tree(files.path());
    const init::lint::Report report = init::lint::lint(tree, {}, {}, {}, {});
    BOOST_TEST(has(report, Code::no_programs, "/"), all_of(report));
    BOOST_TEST(!has(report, Code::interpreter_missing, nullptr), all_of(report));
    BOOST_TEST(report.count(init::lint::Severity::error) == 1u, all_of(report));
    BOOST_TEST(has(report, Code::library_missing, "/etc/init.d/app:10"), all_of(report));
    BOOST_TEST(!has(Image{}.judge(), Code::no_programs, nullptr));
}
