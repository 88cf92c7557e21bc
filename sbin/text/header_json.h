// SPDX-License-Identifier: MIT
// What a script's header says, as one line of JSON with `"schema":1`.
#pragma once

#include "model/script_header.h"

#include <string>
#include <string_view>

namespace init::text {

std::string to_json(const model::ScriptHeader& header, std::string_view file);

} // namespace init::text
