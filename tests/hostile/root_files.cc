// SPDX-License-Identifier: MIT
#include "root_files.h"

#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace fs = std::filesystem;

namespace hostile {
namespace {

std::string content_of(const fs::path& path, const struct stat& info)
{
    std::error_code error;
    if (S_ISLNK(info.st_mode))
        return fs::read_symlink(path, error).string();
    if (!S_ISREG(info.st_mode))
        return {};
    std::ifstream in{path, std::ios::binary};
    std::ostringstream text;
    text << in.rdbuf();
    return std::to_string(std::hash<std::string>{}(text.str()));
}

std::string facts_of(const fs::path& path)
{
    struct stat info {};
    if (::lstat(path.c_str(), &info) != 0)
        return "gone";
    std::ostringstream text;
    text << "mode " << std::oct << info.st_mode << std::dec << " owner " << info.st_uid << ":" << info.st_gid;
    // A folder's size and time change with the names in it, which are looked at themselves.
    if (!S_ISDIR(info.st_mode))
        text << " size " << info.st_size << " time " << info.st_mtim.tv_sec << "." << info.st_mtim.tv_nsec
             << " holds " << content_of(path, info);
    return text.str();
}

} // namespace

std::vector<std::string> run_folders()
{
    return {"/run", "/var/run", "/var/lock", "/var/log", "/var/events", "/tmp", "/dev", "/proc", "/sys"};
}

RootFiles::RootFiles(std::string root, std::vector<std::string> left_out)
    : root_{std::move(root)}, left_out_{std::move(left_out)}, before_{look()}
{
}

RootFiles::Facts RootFiles::look() const
{
    Facts facts;
    std::error_code error;
    for (fs::recursive_directory_iterator at{root_, error}, end; at != end; at.increment(error)) {
        const std::string path = at->path().string().substr(root_.size());
        if (std::ranges::find(left_out_, path) != left_out_.end())
            at.disable_recursion_pending();
        else
            facts[path] = facts_of(at->path());
    }
    return facts;
}

std::vector<std::string> RootFiles::changes() const
{
    std::vector<std::string> changes;
    const Facts now = look();
    for (const auto& [path, facts] : before_) {
        const auto found = now.find(path);
        if (found == now.end())
            changes.push_back(path + ": gone");
        else if (found->second != facts)
            changes.push_back(path + ": was " + facts + ", is " + found->second);
    }
    for (const auto& [path, facts] : now)
        if (!before_.contains(path))
            changes.push_back(path + ": new, " + facts);
    return changes;
}

} // namespace hostile
