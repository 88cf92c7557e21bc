// SPDX-License-Identifier: MIT
// A folder of a test's own below /tmp, removed with all that is in it when the test ends.
#pragma once

#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

namespace init::tests {

class TemporaryFolder {
public:
    TemporaryFolder()
    {
        char name[] = "/tmp/rcinit-test-XXXXXX";
        const char* made = ::mkdtemp(name);
        path_ = made != nullptr ? made : "";
    }
    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;
    ~TemporaryFolder()
    {
        std::error_code ignored;
        if (!path_.empty())
            std::filesystem::remove_all(path_, ignored);
    }

    [[nodiscard]] const std::string& path() const noexcept { return path_; }
    [[nodiscard]] std::string operator/(const std::string& name) const { return path_ + "/" + name; }
    void write(const std::string& name, const std::string& text) const
    {
        const std::filesystem::path file = path_ + "/" + name;
        std::filesystem::create_directories(file.parent_path());
        std::ofstream{file} << text;
    }
    [[nodiscard]] std::string read(const std::string& name) const
    {
        std::ifstream in{path_ + "/" + name};
        return {std::istreambuf_iterator<char>{in}, {}};
    }

private:
    std::string path_;
};

} // namespace init::tests
