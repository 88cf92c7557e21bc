// SPDX-License-Identifier: MIT
// Where a tree keeps its scripts, and the built-in inittab entries for a tree that has none of its own.
#pragma once

#include "model/inittab.h"

#include <string>

namespace init::model {

enum class Layout { red_hat, debian, plain };
std::string_view to_string(Layout layout) noexcept;

/// What was seen of a root.
struct LayoutFacts {
    bool rc_sysinit = false;  ///< /etc/rc.d/rc.sysinit exists
    bool rc_d_init_d = false; ///< /etc/rc.d/init.d is a folder
    bool rc_d_levels = false; ///< /etc/rc.d/rc3.d, or another level there, is a folder
    bool init_d_rcS = false;  ///< /etc/init.d/rcS exists
    bool etc_rcS_d = false;   ///< /etc/rcS.d is a folder
    bool insserv = false;     ///< /etc/init.d/.depend.* or /etc/insserv.conf
};

Layout layout_of(const LayoutFacts& facts) noexcept;

/// 3 for Red Hat's layout, 2 for Debian's and plain ones.
Runlevel default_level_of(Layout layout) noexcept;

/// The folder that holds the links of one level: `/etc/rc.d/rc3.d` or `/etc/rc3.d`.
std::string level_folder(Layout layout, Runlevel level);
/// `/etc/rc.d/init.d` or `/etc/init.d`.
std::string script_folder(Layout layout);

/// Completes `table`: where it has no sysinit entry and no wait entry that runs an rc, adds `si` and
/// `l0`-`l6` of the layout (file empty). An initdefault of 0 or 6 is refused with a diagnostic, and a missing
/// one replaced, by the layout's default; so the result always has a default level. Never adds a getty or
/// anything that asks a question.
void complete_inittab(Inittab& table, Layout layout);

/// What an entry that runs the distribution's rc asks for.
struct RcCall {
    /// `rc N`; Debian's `rcS`; `rc.sysinit`.
    enum class Kind { level, sysinit_scripts, rc_sysinit } kind = Kind::level;
    Runlevel level;     ///< for `level`; S for `sysinit_scripts`
    std::string script; ///< the path, as the entry has it
    bool operator==(const RcCall&) const = default;
};
/// Recognises `/etc/rc.d/rc N`, `/etc/rc N`, `/etc/init.d/rc N`, `/etc/init.d/rcS`, `/etc/rc.d/rc.sysinit`
/// and `/etc/rc.sysinit`, also behind `/bin/sh`, `/bin/bash` or `exec`; nothing for anything else, and for
/// one with more words than that.
std::optional<RcCall> parse_rc_call(const InittabEntry& entry);

} // namespace init::model
