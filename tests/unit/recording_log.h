// SPDX-License-Identifier: MIT
// A log that a test can read.
#pragma once

#include "world/log.h"

#include <algorithm>
#include <string>
#include <vector>

namespace init::test {

class RecordingLog final : public world::Log {
public:
    void say(std::string_view line) noexcept override { lines.emplace_back(line); }
    void debug(std::string_view) noexcept override {}
    [[nodiscard]] bool has(std::string_view part) const
    {
        return std::any_of(lines.begin(), lines.end(),
                           [&](const std::string& line) { return line.find(part) != std::string::npos; });
    }
    std::vector<std::string> lines;
};

} // namespace init::test
