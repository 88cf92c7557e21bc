// SPDX-License-Identifier: MIT
// The files of a root as they were at one moment, and what has become of them since: mode, owner, size, time,
// what is in them, where links lead, names that came and went.
#pragma once

#include <map>
#include <string>
#include <vector>

namespace hostile {

class RootFiles {
public:
    /// Without what lies below `left_out`, paths inside the root; those are a container's to write.
    RootFiles(std::string root, std::vector<std::string> left_out);

    /// One line for each file that is not what it was.
    [[nodiscard]] std::vector<std::string> changes() const;

private:
    using Facts = std::map<std::string, std::string>;

    [[nodiscard]] Facts look() const;

    std::string root_;
    std::vector<std::string> left_out_;
    Facts before_;
};

/// Where a container writes as it lives, in the roots of these tests.
std::vector<std::string> run_folders();

} // namespace hostile
