// SPDX-License-Identifier: MIT
// Reads the text of /etc/inittab and /etc/inittab.d/*.tab into entries. What is done with an entry, and
// when, is the supervisor's; which built-in entries complete a bare table is in `rc_layout`.
#pragma once

#include "model/diagnostic.h"
#include "model/runlevel.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace init::model {

/// The third field. Source: inittab(5) of sysvinit.
enum class Action {
    sysinit,
    boot,
    bootwait,
    wait,
    once,
    respawn,
    ondemand,
    off,
    initdefault,
    powerfail,
    powerwait,
    powerfailnow,
    powerokwait,
    ctrlaltdel,
    kbrequest,
};

std::optional<Action> parse_action(std::string_view word) noexcept; ///< case does not matter
std::string_view to_string(Action action) noexcept;

/// True for the actions init waits for before it goes on in the table.
bool is_waited_for(Action action) noexcept;

struct InittabEntry {
    std::string id;     ///< 1 to 4 characters
    RunlevelSet levels; ///< an empty field is `0123456789`
    Action action = Action::off;
    std::string process; ///< without the prefixes `+` and `@`, without a trailing comment
    bool records = true; ///< false with the prefix `+`: no utmp and wtmp records
    bool shell = true;   ///< false with the prefix `@`: never through /bin/sh
    std::string file;    ///< where it stands; empty for a built-in entry
    unsigned line = 0;

    bool operator==(const InittabEntry&) const = default;
};

struct Inittab {
    std::vector<InittabEntry> entries;     ///< in file order; no initdefault among them
    std::optional<Runlevel> default_level; ///< highest character of the first initdefault line
    Diagnostics diagnostics;
};

/// Reads one inittab. A bad line costs that line and adds a diagnostic; the last line needs no newline.
/// Limits: id 1-4 characters, runlevels 11, action 32, process 4096 (sysvinit: 256; a longer one there is
/// dropped), 10,000 entries.
Inittab parse_inittab(std::string_view text, std::string_view file);

/// Adds the first entry of a *.tab file to `table`. A second entry of the file, or an id that the
/// table holds, is left out with a diagnostic. Source: inittab(5), /etc/inittab.d.
void add_inittab_fragment(Inittab& table, std::string_view text, std::string_view file);

/// How a process field is started.
struct InittabCommand {
    bool through_shell = false;
    std::vector<std::string> argv; ///< `/bin/sh -c TEXT` when through the shell
};

/// Splits at blanks, or hands the whole text to /bin/sh where it holds one of ~`!$^&*()=|\{}[];"'<>?
/// and the entry lets it. Never empty: a process field that is empty was refused by the parser.
InittabCommand command_of(const InittabEntry& entry);

} // namespace init::model
