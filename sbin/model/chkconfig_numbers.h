// SPDX-License-Identifier: MIT
// The numbers of links: a header's own, moved until every script with an INIT INFO block starts behind what
// it requires and stops before it. Which links are then made is decided elsewhere.
#pragma once

#include "model/chkconfig_service.h"

#include <vector>

namespace init::model {

struct LinkNumbers {
    int start = 50;      ///< for an S-link made anew
    int stop = 50;       ///< for a K-link made anew
    int least_start = 0; ///< an S-link below this comes before what it requires
    int most_stop = 99;  ///< a K-link above this comes after it

    [[nodiscard]] int of(LinkKind kind) const noexcept { return kind == LinkKind::start ? start : stop; }
    /// The link stands where the dependencies cannot be kept.
    [[nodiscard]] bool rules_out(const LevelLink& link) const noexcept
    {
        return link.kind == LinkKind::start ? link.number < least_start : link.number > most_stop;
    }
};

/// One for each of `services`. The one at `target` begins with the numbers of its header, the others with the
/// later of header and S-links and the earlier of header and K-links, so that what somebody set by hand
/// counts; a missing number is 50. Then, until nothing changes, each service with a block gets a start number
/// above that of every service that it requires or would like, a stop number below, and never leaves 0-99. A
/// requirement is met by a script's name or by what it provides, facilities included; what a service provides
/// itself asks nothing of it. A service that is on somewhere has no use for one that is off in all of these
/// levels, so that one does not count.
///
/// `on` has the levels of each service as bits once the request is carried out. Where the target has no block
/// only what depends on it, if through others, is moved.
std::vector<LinkNumbers> settle_numbers(const std::vector<ChkconfigService>& services,
                                        const std::vector<unsigned>& on, std::size_t target);

/// The first that the service at `target` requires and no linked service but itself provides; nullptr where
/// there is none. `$local_fs` is always there. Source: install_initd of LSB 3.1 20.4.
const std::string* find_unmet(const std::vector<ChkconfigService>& services, std::size_t target) noexcept;

/// A linked service that could not have its requirements met without the one at `target`; nullptr where there
/// is none.
const ChkconfigService* find_dependent(const std::vector<ChkconfigService>& services,
                                       std::size_t target) noexcept;

} // namespace init::model
