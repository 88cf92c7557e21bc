// SPDX-License-Identifier: MIT
// What chkconfig is asked for. Source: chkconfig(8) of rhel6.
#pragma once

#include "model/chkconfig_plan.h"

#include <optional>
#include <span>
#include <string>

namespace init::applets {

struct ChkconfigArguments {
    enum class Action {
        help,
        version,
        list,
        query, ///< a name alone: is it on?
        change,
        override_links,
    } action = Action::list;
    std::string name;                                     ///< without folders; empty for a list of all
    model::LinkRequest request = model::LinkRequest::add; ///< of `change`
    std::optional<unsigned> levels;                       ///< bits, never none; without --level nothing
    bool sysv = true;                                     ///< --type: scripts count,
    bool xinetd = true;                                   ///< and xinetd's services do
    std::string root;                                     ///< without a slash at its end; empty for `/`
    std::string error;                                    ///< why the line cannot be used; empty otherwise
    bool wants_usage = false;                             ///< the usage helps against the error
};

/// Words without a verb list all services, as --list does.
ChkconfigArguments parse_chkconfig_arguments(std::span<const std::string> words);

/// How it is called, for --help and wrong usage.
extern const char* const chkconfig_usage;

} // namespace init::applets
