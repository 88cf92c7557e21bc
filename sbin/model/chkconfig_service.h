// SPDX-License-Identifier: MIT
// A service as chkconfig sees it: the header of its script and its links in the folders of runlevels 0 to 6;
// and what is said of it in a list. Reading trees is left to others. Source: chkconfig(8) of rhel6.
#pragma once

#include "model/script_header.h"
#include "model/script_link.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace init::model {

/// Runlevels 0-6, as indices and as bits; chkconfig knows no others.
constexpr int chkconfig_levels = 7;
constexpr unsigned all_level_bits = (1U << chkconfig_levels) - 1;
constexpr unsigned usual_level_bits = 0b0111100; ///< 2-5: what on and off mean without --level

/// `345` as bits; nothing for an empty word and for any character but 0-6.
std::optional<unsigned> parse_levels(std::string_view word) noexcept;

struct LevelLink {
    int level = 0; ///< 0-6
    LinkKind kind = LinkKind::start;
    int number = 0; ///< 0-99
    bool operator==(const LevelLink&) const = default;
};

struct ChkconfigService {
    std::string name;             ///< of the script, and so of the links
    ChkconfigHeader header;       ///< what its override in /etc/chkconfig.d says included
    std::vector<LevelLink> links; ///< more than one in a level is a fault

    [[nodiscard]] bool is_linked(int level) const noexcept;
    /// It has an S-link there: where links are doubled, a boot finds that one.
    [[nodiscard]] bool is_on(int level) const noexcept;
    /// Where it is on, as bits; without any link where --add would put it on.
    [[nodiscard]] unsigned levels_on() const noexcept;
};

/// Reads `S55sshd` or `K25sshd` whatever the service is called: a leftover may have links of its own.
std::optional<ScriptLink> parse_level_link(std::string_view name);

/// True for the files of init.d, xinetd.d that are no services: dot files, `.rpmsave .rpmnew .rpmorig .swp`,
/// and names that end in `~` or `,`.
bool is_passed_over(std::string_view name) noexcept;

/// `sshd           	0:off	1:off	2:on ...`, without a newline.
std::string list_line(const ChkconfigService& service);

} // namespace init::model
