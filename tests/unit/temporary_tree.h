// SPDX-License-Identifier: MIT
// A folder of a test's own that goes away with it, and the few steps by which tests fill it. For tests of
// code that takes a root.
#pragma once

#include "system/unique_fd.h"

#include <sched.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>

#include <cstring>
#include <filesystem>
#include <fstream>
#include <functional>
#include <sstream>
#include <string>

namespace init::test {

class TemporaryTree {
public:
    TemporaryTree()
    {
        std::string name = (std::filesystem::temp_directory_path() / "tree.XXXXXX").string();
        path_ = ::mkdtemp(name.data());
    }
    TemporaryTree(const TemporaryTree&) = delete;
    TemporaryTree& operator=(const TemporaryTree&) = delete;
    ~TemporaryTree()
    {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }

    [[nodiscard]] const std::string& path() const { return path_; }
    [[nodiscard]] std::string at(const std::string& inside) const { return path_ + inside; }
    [[nodiscard]] bool has(const std::string& inside) const
    {
        return std::filesystem::exists(std::filesystem::symlink_status(at(inside)));
    }
    void folder(const std::string& inside) const { std::filesystem::create_directories(at(inside)); }
    void file(const std::string& inside, const std::string& text) const
    {
        folder(std::filesystem::path{inside}.parent_path().string());
        std::ofstream{at(inside)} << text;
    }
    [[nodiscard]] std::string text(const std::string& inside) const
    {
        std::ostringstream all;
        all << std::ifstream{at(inside)}.rdbuf();
        return all.str();
    }
    void link(const std::string& target, const std::string& inside) const
    {
        std::filesystem::create_symlink(target, at(inside));
    }

    /// A socket of this type bound there; closed again it stays behind as a dead one. STREAM and SEQPACKET
    /// listen.
    [[nodiscard]] system::UniqueFd socket(const std::string& inside, int type) const
    {
        folder(std::filesystem::path{inside}.parent_path().string());
        system::UniqueFd fd{::socket(AF_UNIX, type | SOCK_CLOEXEC, 0)};
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        std::strncpy(address.sun_path, at(inside).c_str(), sizeof address.sun_path - 1);
        if (::bind(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
            return {};
        if (type != SOCK_DGRAM)
            ::listen(fd.get(), 1);
        return fd;
    }

private:
    std::string path_;
};

/// A process id that names nobody: of a child that has been waited for.
inline pid_t dead_pid()
{
    const pid_t child = ::fork();
    if (child == 0)
        ::_exit(0);
    ::waitpid(child, nullptr, 0);
    return child;
}

/// Runs `work` in a child with user and mount namespaces of its own, where it may mount. Gives what `work`
/// returned (0 to 100), or -1 where namespaces are denied.
inline int in_own_namespaces(const std::function<int()>& work)
{
    constexpr int not_allowed = 101;
    const uid_t uid = ::geteuid();
    const gid_t gid = ::getegid();
    const pid_t child = ::fork();
    if (child == 0) {
        if (::unshare(uid == 0 ? CLONE_NEWNS : CLONE_NEWNS | CLONE_NEWUSER) != 0)
            ::_exit(not_allowed);
        if (uid != 0) {
            std::ofstream{"/proc/self/uid_map"} << "0 " << uid << " 1\n";
            std::ofstream{"/proc/self/setgroups"} << "deny";
            std::ofstream{"/proc/self/gid_map"} << "0 " << gid << " 1\n";
        }
        if (::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0)
            ::_exit(not_allowed);
        try {
            ::_exit(work());
        } catch (...) {
            ::_exit(100);
        }
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    const int code = WIFEXITED(status) ? WEXITSTATUS(status) : 100;
    return code == not_allowed ? -1 : code;
}

} // namespace init::test
