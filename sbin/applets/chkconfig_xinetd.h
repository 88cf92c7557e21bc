// SPDX-License-Identifier: MIT
// The services of /etc/xinetd.d for chkconfig: they are on or off as a whole, and xinetd is told of a change.
#pragma once

#include "model/chkconfig_plan.h"
#include "model/xinetd_service.h"
#include "system/rooted_tree.h"

#include <string>

namespace init::applets {

/// Errors: errno of reading the file; EINVAL where it holds no service.
world::Result<model::XinetdService> read_xinetd_service(system::RootedTree& files, const std::string& name);

/// Prints one line each, sorted by name; files that hold none are left out.
void list_xinetd_services(system::RootedTree& files);

/// Rewrites the file, and with an empty root has /etc/init.d/xinetd reload it, where there is one. What there
/// is nothing to do for, such as numbers, is done. False when a step failed, which it names.
bool change_xinetd_service(system::RootedTree& files, const std::string& name, model::LinkRequest request);

} // namespace init::applets
