// SPDX-License-Identifier: MIT
// The text of rc.d/rc.sysinit, carried in the binary so that one file is enough. The definition is generated
// at build time; running it is the caller's.
#pragma once

#include <string_view>

namespace init::host {

extern const std::string_view builtin_rc_sysinit;

} // namespace init::host
