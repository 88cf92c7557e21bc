// SPDX-License-Identifier: MIT
// What a script says of itself: its `# chkconfig:` line as Red Hat's chkconfig reads it, and its INIT INFO
// block as insserv reads it. Each tool's own rule is kept for its own use; where they read the same file
// differently, so do the two values. Our own `# rcinit:` lines are settings and are read there.
#pragma once

#include "model/diagnostic.h"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace init::model {

/// What chkconfig makes of the whole file. Absent where it refuses the script. Source: chkconfig 1.3.49
/// (rhel6), as observed.
struct ChkconfigHeader {
    std::string levels;       ///< ascending digits after Default-Start and Default-Stop; "" for none
    std::optional<int> start; ///< 0-99
    std::optional<int> stop;  ///< 0-99
    std::string description;  ///< its continuation lines joined by a blank
    bool hidden = false;      ///< `# hide: true`
    bool has_lsb = false;     ///< it read an LSB keyword, so numbers move with dependencies
    std::vector<std::string> provides, required_start, required_stop, should_start, should_stop;

    bool operator==(const ChkconfigHeader&) const = default;
};

enum class LsbKeyword : std::uint8_t {
    provides,
    required_start,
    required_stop,
    should_start,
    should_stop,
    x_start_before,
    x_stop_after,
    default_start,
    default_stop,
    x_interactive,
    short_description,
    description,
};
constexpr std::size_t lsb_keywords = 12;
/// As LSB writes it: `Required-Start`, `X-Start-Before`.
std::string_view to_string(LsbKeyword keyword) noexcept;

/// What insserv reads between `### BEGIN INIT INFO` and `### END INIT INFO`: the first block, the first of a
/// doubled keyword, values up to the first byte that cannot be printed. A list with a doubled separator is
/// read to its end all the same. Source: insserv(8), LSB 3.1 20.3, and insserv 1.24 as observed.
struct LsbHeader {
    std::vector<std::string> provides, required_start, required_stop, should_start, should_stop;
    std::vector<std::string> x_start_before, x_stop_after;
    std::vector<std::string> default_start, default_stop; ///< tokens of one character
    bool x_interactive = false;
    std::string short_description, description;   ///< valid UTF-8: a byte that is not is replaced
    unsigned line = 0;                            ///< of BEGIN, from 1
    std::array<unsigned, lsb_keywords> line_of{}; ///< of each keyword, 0 where it is absent

    [[nodiscard]] bool has(LsbKeyword keyword) const noexcept
    {
        return line_of[static_cast<std::size_t>(keyword)] != 0;
    }
    /// Provides, Required-Start, Required-Stop, Default-Start and Default-Stop are there, if empty, and
    /// Provides is not: insserv calls any other block incomplete.
    [[nodiscard]] bool is_complete() const noexcept;

    bool operator==(const LsbHeader&) const = default;
};

/// What a complaint about a header is about; `Diagnostic::fault` holds it.
enum class HeaderFault : std::uint8_t {
    none,
    no_end,          ///< the block's END is missing
    unknown_keyword, ///< in the block
    doubled_keyword, ///< the later one is passed over
    level,           ///< a level that is none, or several in one word
    numbers,         ///< a `chkconfig:` line that chkconfig refuses
};

struct ScriptHeader {
    std::optional<ChkconfigHeader> chkconfig;
    std::optional<LsbHeader> lsb; ///< nothing without a block, or with one that has no end
    Diagnostics complaints;       ///< a fault costs one line; the script still runs at its number
};

/// Reads a whole script, in any encoding. `file` is for the complaints. Linear in the size of `text`.
ScriptHeader read_script_header(std::string_view text, std::string_view file);

/// Only the block, for a boot: the same values as `read_script_header().lsb`, without chkconfig's pass.
std::optional<LsbHeader> read_lsb_header(std::string_view text, std::string_view file,
                                         Diagnostics& complaints);

/// Only what chkconfig makes of it: the same value as `read_script_header().chkconfig`.
std::optional<ChkconfigHeader> read_chkconfig_header(std::string_view text, std::string_view file,
                                                     Diagnostics& complaints);

/// What /etc/chkconfig.d/NAME says instead of the script's own lines: of `header` only what the override
/// gives is replaced. Source: chkconfig(8), --override.
void apply_chkconfig_override(std::optional<ChkconfigHeader>& header, std::string_view text,
                              std::string_view file, Diagnostics& complaints);

} // namespace init::model
