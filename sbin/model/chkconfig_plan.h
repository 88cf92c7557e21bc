// SPDX-License-Identifier: MIT
// What chkconfig changes: from the services with their links as they are, and a request, to the links that
// are made and removed. Making them is left to others.
#pragma once

#include "model/chkconfig_service.h"

#include <string>
#include <vector>

namespace init::model {

enum class LinkRequest { add, del, on, off, reset, resetpriorities };

/// In one level the link `make` is made first, and then those in `remove` go, so that the service is never
/// without one. A link of that name that is there already is to lead to the script as well.
struct LinkChange {
    int level = 0;
    std::string service;
    std::string make; ///< empty where links are only removed
    std::vector<std::string> remove;

    bool operator==(const LinkChange&) const = default;
};

/// The changes for the service at `target`, level by level, and then those for others whose dependencies
/// move with it.
/// - add: a link in each level that has none; of a script with a block the links there are get new numbers.
/// - del: all links go. `levels` does not count for these two.
/// - on, off, reset: one link in each of `levels`, as asked or as the header says.
/// - resetpriorities: in each of `levels` that has a link, on or off as before.
std::vector<LinkChange> plan_links(const std::vector<ChkconfigService>& services, std::size_t target,
                                   LinkRequest request, unsigned levels);

/// The links of the service at `target` are exactly those that --add makes.
bool is_as_added(const std::vector<ChkconfigService>& services, std::size_t target);

} // namespace init::model
