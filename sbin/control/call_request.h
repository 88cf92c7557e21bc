// SPDX-License-Identifier: MIT
// What somebody sends who wants a service's script run by init: the words, and what of the caller's own
// surroundings comes along. The connection, and what is done with it, are left to others.
#pragma once

#include "world/soft_limit.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace init::control {

/// Longer calls are refused; an order to a keeper has room for twice as much.
inline constexpr std::size_t call_limit = 16 * 1024;

struct CallRequest {
    std::string service;
    std::vector<std::string> arguments;   ///< of the script; its verb is the first
    std::vector<std::string> environment; ///< KEY=VALUE, each `may_be_handed_on`
    std::vector<world::SoftLimit> limits; ///< of the caller

    bool operator==(const CallRequest&) const = default;
};

struct ParsedCall {
    std::optional<CallRequest> call;
    std::string complaint; ///< why there is no call; empty otherwise
};

/// TERM, LANG, LANGUAGE and LC_*: what service(8) lets through to a script.
bool may_be_handed_on(std::string_view variable) noexcept;

/// As bytes: a letter, a text and a NUL for each part. `s` service, `a` argument, `e` variable, `l`
/// resource:value.
std::string pack_call(const CallRequest& call);

/// Nothing of it is trusted but that the kernel said who sent it. One bad part refuses the call: half a
/// command must not run.
ParsedCall parse_call(std::string_view bytes);

} // namespace init::control
