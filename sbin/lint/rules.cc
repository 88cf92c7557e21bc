// SPDX-License-Identifier: MIT
// The one table of rules. The names are kept for good: people silence and count by them.
#include "lint/finding.h"

namespace init::lint {
namespace {

constexpr auto note = Severity::note;
constexpr auto warning = Severity::warning;
constexpr auto error = Severity::error;

constexpr Rule table[] = {
    {Code::interpreter_missing, "interpreter-missing", error,
     "The interpreter of a script is not in the image",
     "install the interpreter, or name one that is there in the script's first line"},
    {Code::interpreter_not_executable, "interpreter-not-executable", error,
     "The interpreter of a script cannot be executed", "chmod 755 the interpreter, or name another one"},
    {Code::interpreter_line_missing, "interpreter-line-missing", warning, "A script does not begin with #!",
     "make #!/bin/sh, or the shell it is written for, its first line"},
    {Code::not_executable, "not-executable", warning, "A linked script has no exec bit",
     "chmod 755 the script, or remove its links if it is not meant to run"},
    {Code::unreadable, "unreadable", warning, "A file cannot be read",
     "look again as a user who may read it, or chmod it"},
    {Code::crlf, "crlf", error, "Lines of a script end with CR LF",
     "convert the file to plain newlines (sed -i 's/\\r$//')"},
    {Code::library_missing, "library-missing", error, "A script sources a library that is not in the image",
     "install the package that has the library (initscripts, lsb-base, sysvinit-utils), or put the file "
     "there"},
    {Code::settings_missing, "settings-missing", warning,
     "A script sources a file of settings that is not in the image",
     "put the file there, if empty, or source it only where it exists: [ -r FILE ] && . FILE"},
    {Code::reads_terminal, "reads-terminal", warning, "A script asks at the terminal",
     "give the answer in a file of settings, or say X-Interactive: true if it can do without"},
    {Code::no_stop, "no-stop", warning, "A script has start and no stop",
     "add a stop action that ends what start began and waits for its end"},
    {Code::no_status, "no-status", note, "A script has no status action",
     "add a status action with LSB's exit codes: 0 running, 3 stopped"},
    {Code::sleeps_beyond_grace, "sleeps-beyond-grace", warning, "A stop sleeps longer than the grace period",
     "wait for the end of the daemon instead of a fixed time"},
    {Code::waits_beyond_grace, "waits-beyond-grace", note,
     "A stop may wait for its daemon longer than the grace period",
     "shorten the schedule, or give the container a longer grace period"},
    {Code::stop_timeout_beyond_grace, "stop-timeout-beyond-grace", warning,
     "A service's stop-timeout is longer than the grace period",
     "give the container a longer grace period, or lower stop-timeout"},
    {Code::grace_differs, "grace-differs", warning,
     "init reckons with a longer grace period than the container gets",
     "set grace in /etc/rcinit.conf, or RCINIT_GRACE, to what the runtime waits"},
    {Code::header_missing, "header-missing", note, "A linked script has no header",
     "add an INIT INFO block, so that its order can be known and not only numbered"},
    {Code::header_unfinished, "header-unfinished", warning, "An INIT INFO block has no end",
     "close the block with ### END INIT INFO"},
    {Code::header_incomplete, "header-incomplete", note, "An INIT INFO block lacks a keyword",
     "write Provides, Required-Start, Required-Stop, Default-Start and Default-Stop, if empty"},
    {Code::header_unknown_keyword, "header-unknown-keyword", warning,
     "An INIT INFO block has a keyword that nobody knows", "correct the spelling, or begin it with X-"},
    {Code::header_doubled_keyword, "header-doubled-keyword", warning,
     "A keyword stands twice in an INIT INFO block", "join both values in one line"},
    {Code::header_levels, "header-levels", warning, "A header names a level that is none",
     "write the levels as single characters with blanks between them: 2 3 4 5"},
    {Code::chkconfig_line, "chkconfig-line", warning, "chkconfig refuses a script for its chkconfig: line",
     "write levels, start and stop number: # chkconfig: 345 80 20"},
    {Code::facility_unknown, "facility-unknown", warning, "A header needs a facility that is not defined",
     "correct the name, or define it in /etc/insserv.conf.d"},
    {Code::need_missing, "need-missing", warning, "A header needs what no script provides",
     "install the service, correct the name, or make it Should-Start if it is only wanted"},
    {Code::need_case, "need-case", warning, "A header names a service in other letters than it has",
     "write the name as its Provides has it"},
    {Code::need_not_started, "need-not-started", note, "A header needs what its level does not start",
     "enable the needed service in that level as well"},
    {Code::provides_doubled, "provides-doubled", warning, "Two scripts of a level provide the same name",
     "disable one of them, or correct its Provides"},
    {Code::loop, "loop", error, "Needs lead in a circle", "remove one of the needs, or make it Should-Start"},
    {Code::link_order, "link-order", warning, "The links have another order than the headers",
     "make the links anew with insserv or chkconfig, or correct their numbers"},
    {Code::link_dangling, "link-dangling", error, "A link leads to no script",
     "install the script, or remove the link"},
    {Code::link_start_and_stop, "link-start-and-stop", warning,
     "A level both starts and stops the same script", "remove one of the two links"},
    {Code::link_doubled, "link-doubled", warning, "A level has two links of a kind to the same script",
     "remove the older link"},
    {Code::link_number, "link-number", warning, "A link's number is not the chkconfig: line's",
     "chkconfig NAME resetpriorities, or change the line if the link is right"},
    {Code::link_ignored, "link-ignored", warning, "A link is passed over for its name's end",
     "remove what the package manager or editor left, or rename it"},
    {Code::script_unlinked, "script-unlinked", note, "A script has no links",
     "register it with chkconfig --add NAME or update-rc.d NAME defaults, or leave it to be run by hand"},
    {Code::script_skipped, "script-skipped", note, "A script is left out, since its job is a machine's",
     "nothing; removing the package or the links makes the boot's log shorter"},
    {Code::policy_forbids_starts, "policy-forbids-starts", warning, "policy-rc.d forbids to start services",
     "remove /usr/sbin/policy-rc.d at the end of the image's build"},
    {Code::systemd_folder, "systemd-folder", warning, "The image claims that systemd runs",
     "remove /run/systemd/system from the image"},
    {Code::setting, "setting", warning, "A setting of init cannot be used", "see rcinit.conf(5)"},
    {Code::facility_line, "facility-line", warning, "A line of insserv.conf cannot be used",
     "write $facility member +optional-member, or <interactive> name"},
    {Code::no_programs, "no-programs", note, "The tree has scripts and no programs",
     "look at the whole image to have interpreters, libraries and inittab programs checked too"},
    {Code::inittab_line, "inittab-line", warning, "A line of inittab cannot be used as it stands",
     "write id:runlevels:action:process, see inittab(5)"},
    {Code::inittab_program_missing, "inittab-program-missing", warning,
     "inittab runs a program that is not in the image", "install the program, or remove the line"},
    {Code::getty_device, "getty-device", note, "inittab has a getty on a device that is not there",
     "remove the line, unless the container gets that device"},
    {Code::level_empty, "level-empty", note, "The default runlevel starts nothing",
     "link scripts into the level, or correct initdefault"},
};

constexpr bool is_in_order()
{
    for (std::size_t i = 0; i < std::size(table); ++i)
        if (static_cast<std::size_t>(table[i].code) != i)
            return false;
    return static_cast<std::size_t>(Code::level_empty) + 1 == std::size(table);
}
static_assert(is_in_order());

} // namespace

std::span<const Rule> rules() noexcept
{
    return table;
}

} // namespace init::lint
