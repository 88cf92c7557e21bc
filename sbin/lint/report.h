// SPDX-License-Identifier: MIT
// The same findings for people, for programs, and for what shows SARIF beside the code.
#pragma once

#include "lint/lint.h"

#include <string>

namespace init::lint {

/// One finding in two lines, the sum in a last one.
std::string to_text(const Report& report);
/// One object with `"schema":1`, without a newline at its end.
std::string to_json(const Report& report);
/// SARIF 2.1.0; places are relative to the root, which is called ROOT. Source: OASIS SARIF 2.1.0.
std::string to_sarif(const Report& report);

} // namespace init::lint
