// SPDX-License-Identifier: MIT
// What most files include, compiled once for a build with RCINIT_PREFIX. No file may rely on it: the
// release build does without, so a file that does not include what it uses fails there.
#pragma once

#include <fmt/format.h>

#include <boost/system/result.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>
