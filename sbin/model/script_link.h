// SPDX-License-Identifier: MIT
// The names of the links in rcN.d: what `S55sshd` says, and which names a sequencer leaves alone.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace init::model {

enum class LinkKind { start, stop }; ///< S and K

struct ScriptLink {
    LinkKind kind = LinkKind::start;
    int number = 0;   ///< 0-99
    std::string name; ///< the service

    bool operator==(const ScriptLink&) const = default;
};

/// Reads `S55sshd` or `K25sshd`; nothing for any other name and for a leftover that is ignored.
std::optional<ScriptLink> parse_script_link(std::string_view name);

/// `S55sshd`.
std::string to_string(const ScriptLink& link);

/// True for what package managers and editors leave: `~ .bak .orig .rpmnew .rpmorig .rpmsave .swp
/// .dpkg-old .dpkg-dist .dpkg-new .dpkg-tmp .ucf-old .ucf-dist ,v` and dot files.
/// Source: is_ignored_file of Red Hat's functions, and what run-parts leaves out.
bool is_ignored_name(std::string_view name) noexcept;

} // namespace init::model
