// SPDX-License-Identifier: MIT
// What lint says: the table of its rules, and the faults found by them. Looking for faults and showing them
// is left to others.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace init::lint {

/// A note is worth knowing and right as it stands; a warning is something that its author did not mean; an
/// error keeps a script from doing its work.
enum class Severity : std::uint8_t { note, warning, error };
std::string_view to_string(Severity severity) noexcept; ///< the words of SARIF's levels as well

enum class Code : std::uint8_t {
    // The text of a script.
    interpreter_missing,
    interpreter_not_executable,
    interpreter_line_missing,
    not_executable,
    unreadable,
    crlf,
    library_missing,
    settings_missing,
    reads_terminal,
    no_stop,
    no_status,
    // Time, with `--grace`.
    sleeps_beyond_grace,
    waits_beyond_grace,
    stop_timeout_beyond_grace,
    grace_differs,
    // Headers.
    header_missing,
    header_unfinished,
    header_incomplete,
    header_unknown_keyword,
    header_doubled_keyword,
    header_levels,
    chkconfig_line,
    // Needs and order.
    facility_unknown,
    need_missing,
    need_case,
    need_not_started,
    provides_doubled,
    loop,
    link_order,
    // Links.
    link_dangling,
    link_start_and_stop,
    link_doubled,
    link_number,
    link_ignored,
    script_unlinked,
    script_skipped,
    // The image.
    policy_forbids_starts,
    systemd_folder,
    setting,
    facility_line,
    no_programs,
    // inittab.
    inittab_line,
    inittab_program_missing,
    getty_device,
    level_empty,
};

struct Rule {
    Code code;
    std::string_view name; ///< stable: what outputs and people call it
    Severity severity;
    std::string_view summary;
    std::string_view mend; ///< what to do about it
};
/// One row for each code, in the order of the codes.
std::span<const Rule> rules() noexcept;
const Rule& rule_of(Code code) noexcept;

struct Finding {
    Code code;
    std::string file;  ///< as it is called inside the tree
    unsigned line = 0; ///< from 1; 0 where the whole file is meant
    std::string text;  ///< what, why, and what happens now
};

class Findings {
public:
    /// `file` and `text` may hold any bytes; they are kept as UTF-8.
    void add(Code code, std::string_view file, unsigned line, std::string_view text);
    /// By file, then line; those of one place in the order they were found.
    [[nodiscard]] std::vector<Finding> sorted() &&;

private:
    std::vector<Finding> list_;
};

} // namespace init::lint
