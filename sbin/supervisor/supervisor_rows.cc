// SPDX-License-Identifier: MIT
// The transitions of PID 1, every one. In each state the first row that is ready is taken, so a stop stands
// before everything else, and the reserve of a stop before its other steps.
#include "supervisor/supervisor.h"

namespace init::supervisor {

std::span<const Supervisor::Row> Supervisor::rows() noexcept
{
    using S = Supervisor;
    using enum State;

    // Ready when ...
    constexpr auto always = [](const S&) { return true; };
    constexpr auto stop_is_wanted = [](const S& s) { return s.stop_wanted_.has_value(); };
    constexpr auto pass_is_over = [](const S& s) { return s.pass_is_over(); };
    constexpr auto sysinit_ends_it = [](const S& s) { return s.sysinit_ends_it(); };
    constexpr auto level_is_wanted = [](const S& s) { return s.level_is_wanted(); };
    constexpr auto nothing_leaves = [](const S& s) { return s.nothing_leaves(); };
    constexpr auto single_user_is_over = [](const S& s) { return s.single_user_is_over(); };
    constexpr auto reserve_is_due = [](const S& s) { return s.stop_.reserve_is_due(); };
    constexpr auto has_command = [](const S& s) { return !s.stop_.command_is_over(); };
    constexpr auto command_is_over = [](const S& s) { return s.stop_.command_is_over(); };
    constexpr auto share_is_over = [](const S& s) { return s.stop_.share_is_over(); };
    constexpr auto entries_are_over = [](const S& s) { return s.stop_.entries_are_over(); };
    constexpr auto script_is_deaf = [](const S& s) { return s.stop_.script_is_deaf(); };
    constexpr auto level_is_over = [](const S& s) { return s.stop_.level_is_over(); };
    constexpr auto unlinked_are_over = [](const S& s) { return s.stop_.unlinked_are_over(); };
    constexpr auto next_is_due = [](const S& s) {
        return s.stop_.unlinked_step_is_over() && s.stop_.has_unlinked();
    };
    constexpr auto hook_is_over = [](const S& s) { return s.stop_.hook_is_over(); };
    constexpr auto rest_is_over = [](const S& s) { return s.stop_.rest_is_over(); };
    constexpr auto stop_is_over = [](const S& s) { return s.stop_.is_over(); };
    // What is done.
    constexpr auto begin_sysinit = [](S& s) { s.begin_sysinit(); };
    constexpr auto begin_boot_entries = [](S& s) { s.begin_boot_entries(); };
    constexpr auto end_with_sysinit = [](S& s) { s.end_with_sysinit(); };
    constexpr auto enter_first_level = [](S& s) { s.enter_first_level(); };
    constexpr auto enter_wanted_level = [](S& s) { s.enter_wanted_level(); };
    constexpr auto begin_level_pass = [](S& s) { s.begin_level_pass(); };
    constexpr auto level_is_reached = [](S& s) { s.level_is_reached(); };
    constexpr auto leave_single_user = [](S& s) { s.leave_single_user(); };
    constexpr auto begin_stop = [](S& s) { s.begin_stop(); };
    constexpr auto end_command = [](S& s) { s.stop_.end_command(); };
    constexpr auto overtake_command = [](S& s) { s.stop_.overtake_command(); };
    constexpr auto end_entries = [](S& s) { s.stop_.end_entries(); };
    constexpr auto wait_for_script = [](S& s) { s.stop_.wait_for_script(); };
    constexpr auto enter_stop_level = [](S& s) {
        s.stop_.enter_level(s.context_);
        s.begin_level_pass();
    };
    constexpr auto gather_unlinked = [](S& s) { s.stop_.gather_unlinked(); };
    constexpr auto next_unlinked = [](S& s) { s.stop_.next_unlinked(); };
    constexpr auto begin_hook = [](S& s) { s.stop_.begin_hook(); };
    constexpr auto begin_reserve = [](S& s) { s.stop_.begin_reserve(); };
    constexpr auto begin_killing = [](S& s) { s.stop_.begin_killing(); };
    constexpr auto nothing = [](S&) {};

    // clang-format off
    static constexpr Row table[] = {
        // from               ready                enter               to
        {boot,              stop_is_wanted,      begin_stop,         stopping},
        {boot,              always,              begin_sysinit,      sysinit},

        {sysinit,           stop_is_wanted,      begin_stop,         stopping},
        {sysinit,           pass_is_over,        begin_boot_entries, boot_entries},

        {boot_entries,      stop_is_wanted,      begin_stop,         stopping},
        {boot_entries,      sysinit_ends_it,     end_with_sysinit,   boot_entries},
        {boot_entries,      pass_is_over,        enter_first_level,  leaving},

        {leaving,           stop_is_wanted,      begin_stop,         stopping},
        {leaving,           level_is_wanted,     enter_wanted_level, leaving},
        {leaving,           nothing_leaves,      begin_level_pass,   entering},

        {entering,          stop_is_wanted,      begin_stop,         stopping},
        {entering,          level_is_wanted,     enter_wanted_level, leaving},
        {entering,          pass_is_over,        level_is_reached,   running},

        {running,           stop_is_wanted,      begin_stop,         stopping},
        {running,           level_is_wanted,     enter_wanted_level, leaving},
        {running,           single_user_is_over, leave_single_user,  leaving},

        {stopping,          reserve_is_due,      begin_reserve,      reserve},
        {stopping,          has_command,         end_command,        ending_command},
        {stopping,          always,              end_entries,        ending_entries},

        {ending_command,    reserve_is_due,      begin_reserve,      reserve},
        {ending_command,    command_is_over,     end_entries,        ending_entries},
        {ending_command,    share_is_over,       overtake_command,   ending_entries},

        {ending_entries,    reserve_is_due,      begin_reserve,      reserve},
        {ending_entries,    entries_are_over,    enter_stop_level,   stopping_level},
        {ending_entries,    script_is_deaf,      wait_for_script,    ending_entries},
        {ending_entries,    share_is_over,       enter_stop_level,   stopping_level},

        {stopping_level,    reserve_is_due,      begin_reserve,      reserve},
        {stopping_level,    level_is_over,       gather_unlinked,    stopping_unlinked},

        {stopping_unlinked, reserve_is_due,      begin_reserve,      reserve},
        {stopping_unlinked, next_is_due,         next_unlinked,      stopping_unlinked},
        {stopping_unlinked, unlinked_are_over,   begin_hook,         stop_hook},

        {stop_hook,         reserve_is_due,      begin_reserve,      reserve},
        {stop_hook,         hook_is_over,        begin_reserve,      reserve},

        {reserve,           rest_is_over,        begin_killing,      killing},
        {killing,           stop_is_over,        nothing,            gone},
    };
    // clang-format on
    return table;
}

} // namespace init::supervisor
