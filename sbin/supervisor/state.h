// SPDX-License-Identifier: MIT
// The states of PID 1. Every one before `stopping` is left for it when a stop is wanted, at any instant.
//
//   boot               Nothing has run. Left when the run and lock folders stand and the table is read.
//   sysinit            The inittab's sysinit entries run, rc.sysinit and rcS among them. Left when all that
//                      is waited for has ended.
//   boot_entries       Its boot and bootwait entries run. Left when all that is waited for has ended.
//   leaving            A level was chosen: what does not belong to it ends. Left when that has ended, or
//                      for itself when another level is asked for.
//   entering           The level's entries run: K- and S-scripts among them. Left for `running` when nothing
//                      is waited for any more, for `leaving` when another level is asked for.
//   running            Respawns, requests, deaths. Left when another level is asked for, or when
//                      single-user mode ends.
//
// The stop. Before `reserve` each of these is left for it when the reserve is due: at its time, at a third
// signal, or at once where no K-script is to run.
//
//   stopping           The stop is laid out against its deadline. Left at once.
//   ending_command     The command in the foreground has its signal. Left when it has ended or its share of
//                      the time is over.
//   ending_entries     The inittab's children and the scripts that start something have TERM. Left when they
//                      have ended; when the share is over the children get KILL, and a script that is deaf
//                      has one more share each time.
//   stopping_level     The entries of level 0 or 6 run: K-scripts among them. Left when nothing is waited for
//                      any more; a script that has used its share is not.
//   stopping_unlinked  The services that no K-link names are stopped, one after another. Left when none is to
//                      come and no script that was overtaken is at work.
//   stop_hook          The image's halt.local runs, where there is one. Left when it has ended.
//   reserve            Everything that is left has TERM. Nothing allocates from here on. Left when nothing is
//                      left, or 0.3 s before the deadline.
//   killing            Everything that is left has KILL, again and again; keepers write out what they hold.
//                      Left when they are gone, or at the deadline.
//   gone               Nothing happens any more; `run` returns the container's exit status.
#pragma once

#include <cstddef>
#include <string_view>

namespace init::supervisor {

enum class State {
    boot,
    sysinit,
    boot_entries,
    leaving,
    entering,
    running,
    stopping,
    ending_command,
    ending_entries,
    stopping_level,
    stopping_unlinked,
    stop_hook,
    reserve,
    killing,
    gone
};
inline constexpr std::size_t states = 15;

/// The word that people read: what a stop is at is `stopping` for them.
std::string_view to_string(State state) noexcept;

constexpr bool is_stopping(State state) noexcept
{
    return state >= State::stopping;
}
/// From here on nothing is kept, said or allocated.
constexpr bool is_reserve(State state) noexcept
{
    return state >= State::reserve;
}

} // namespace init::supervisor
