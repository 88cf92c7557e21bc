// SPDX-License-Identifier: MIT
#include "host/program_search.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <climits>
#include <cstdlib>

namespace init::host {
namespace {

bool is_file(const std::string& path) noexcept
{
    struct stat facts {};
    return ::stat(path.c_str(), &facts) == 0 && S_ISREG(facts.st_mode);
}

} // namespace

std::string_view container_path() noexcept
{
    const char* const path = std::getenv("PATH");
    return path != nullptr && *path != '\0' ? std::string_view(path) : system_path;
}

std::string find_program(const std::string& name, std::string_view path,
                         const std::function<bool(const std::string&)>& answers)
{
    if (name.find('/') != std::string::npos)
        return name;
    std::string other;
    if (name.size() > NAME_MAX)
        return other;
    std::size_t folders = 0;
    for (std::size_t begin = 0; begin <= path.size() && folders < most_folders; ++folders) {
        const std::size_t end = std::min(path.find(':', begin), path.size());
        // An empty part is the working directory. Source: execvp(3).
        const std::string folder(end == begin ? "." : path.substr(begin, end - begin));
        std::string file = folder + "/" + name;
        if ((!answers || answers(file)) && is_file(file)) {
            if (::access(file.c_str(), X_OK) == 0)
                return file;
            if (other.empty())
                other = std::move(file);
        }
        begin = end + 1;
    }
    return other;
}

bool is_program(const std::string& word)
{
    const std::string path = find_program(word, container_path());
    return is_file(path) && ::access(path.c_str(), X_OK) == 0;
}

} // namespace init::host
