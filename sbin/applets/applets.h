// SPDX-License-Identifier: MIT
// The programs inside the one binary, by the names they are called by. Each takes the words after its name,
// writes to stdout and stderr, and returns its exit status; picking one by name is left to main.
#pragma once

#include <span>
#include <string>

namespace init::applets {

using Arguments = std::span<const std::string>;

/// Boots, as PID 1 or as the parent of its own tree; does not return once it has begun.
int init(Arguments words);

/// `telinit`, and `init` where it is not PID 1: 0 sent, 1 not.
int telinit(Arguments arguments);
/// `runlevel [utmpfile]`: 0 known, 1 `unknown`.
int runlevel(Arguments arguments);
int shutdown(Arguments arguments);
int halt(Arguments arguments);
int poweroff(Arguments arguments);
int reboot(Arguments arguments);
/// 0 something was signalled, 1 error, 2 nothing to signal.
int killall5(Arguments arguments);
/// `chkconfig [--root DIR] ...`: 0 done, listed, or on; 1 off, refused, wrong usage, or a step failed.
int chkconfig(Arguments words);
/// LSB's names for `chkconfig --add` and `--del` where every requirement must be met.
int install_initd(Arguments words);
int remove_initd(Arguments words);
/// Upstart's client, as far as packages and rc scripts ask for it.
int initctl(Arguments arguments);

/// `rcinit install [--root DIR]`: makes the links to this binary; 0 done, 1 something could not be, 64 wrong
/// usage.
int install(Arguments arguments);
/// `rcinit status [NAME] [--json]`: 0 up, 1 failed, 3 not running, 4 unknown or init unreachable, 64 wrong
/// usage.
int status(Arguments arguments);
/// `rcinit header [--json] FILE...`: 0 all read, 1 a file could not be, 64 wrong usage.
int header(Arguments words);
/// `rcinit plan [--root DIR] [RUNLEVEL] [--json | --dot]`: 0 told, 1 the tree cannot be looked at, 64 wrong
/// usage.
int plan(Arguments words);
/// `rcinit why NAME`, `rcinit why-not NAME`: 0 told, 1 nothing is known of the name, 64 wrong usage.
int why(Arguments words);
int why_not(Arguments words);
/// `service NAME VERB [ARGUMENTS]`: the script's own status; 1 for a name without a script.
int service(Arguments words);
/// `rcinit start NAME...` and its kin: the script's status, 5 for a name without a script, 64 wrong usage.
int start(Arguments names);
int stop(Arguments names);
int restart(Arguments names);
int reload(Arguments names);
int try_restart(Arguments names);
/// `rcinit lint [--root DIR] [--grace TIME] [--quiet] [--json | --sarif]`: 0 no fault, 1 warnings or errors,
/// 2 the tree cannot be looked at, 64 wrong usage.
int lint(Arguments words);
/// `rcinit signals`: what each signal to PID 1 does.
int signals(Arguments arguments);

} // namespace init::applets
