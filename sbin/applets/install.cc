// SPDX-License-Identifier: MIT
// rcinit install: puts the binary and the links to it into /sbin of an image. An image's own programs are
// kept beside them, and no link of the image leads out of its root.
#include "applets/applets.h"
#include "system/rooted_path.h"
#include "system/unique_fd.h"
#include "text/command_line.h"

#include <fmt/format.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <optional>
#include <string_view>
#include <vector>

namespace init::applets {
namespace {

using system::UniqueFd;
using world::errno_code;
using world::Result;

constexpr const char* names[] = {"init",   "telinit",  "runlevel", "shutdown", "halt",     "poweroff",
                                 "reboot", "killall5", "initctl",  "service",  "chkconfig"};
constexpr const char* binary = "rcinit";

struct InstallArguments {
    std::string root;
    std::string error;
};

InstallArguments parse(Arguments words)
{
    constexpr int root = 256;
    constexpr option options[] = {{"root", required_argument, nullptr, root}, {}};
    text::CommandLine line = text::read_command_line(words, options);
    InstallArguments result{{}, std::move(line.error)};
    if (result.error.empty() && !line.words.empty())
        result.error = fmt::format("\"{}\" is no option of this command", line.words[0]);
    for (auto& [name, value] : line.options)
        result.root = std::move(value);
    while (!result.root.empty() && result.root.back() == '/')
        result.root.pop_back();
    return result;
}

/// The folder that is /sbin in the image, open, and what it is called in messages.
struct Target {
    UniqueFd folder;
    std::string path;
};

Result<Target> open_target(const std::string& root)
{
    const auto inside = system::resolve_in_root(root, "/sbin");
    if (!inside)
        return inside.error();
    const std::string path = root + *inside;
    if (::mkdir(path.c_str(), 0755) == 0)
        fmt::print("made {}\n", path);
    auto folder = system::open_folder(root, *inside);
    if (!folder)
        return folder.error();
    return Target{std::move(*folder), path};
}

UniqueFd open_in(const Target& target, const char* name) noexcept
{
    return UniqueFd{::openat(target.folder.get(), name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)};
}

/// True where both are open and hold the same bytes.
bool same_bytes(int left, int right) noexcept
{
    std::array<char, 16384> a{};
    std::array<char, 16384> b{};
    for (off_t at = 0;;) {
        const ssize_t one = ::pread(left, a.data(), a.size(), at);
        const ssize_t two = ::pread(right, b.data(), b.size(), at);
        if (one != two || one < 0 || std::memcmp(a.data(), b.data(), static_cast<std::size_t>(one)) != 0)
            return false;
        if (one == 0)
            return true;
        at += one;
    }
}

Result<void> copy_bytes(int from, int to) noexcept
{
    std::array<char, 65536> part{};
    for (off_t at = 0;;) {
        const ssize_t got = ::pread(from, part.data(), part.size(), at);
        if (got == 0)
            return {};
        if (got < 0 || ::pwrite(to, part.data(), static_cast<std::size_t>(got), at) != got)
            return errno_code();
        at += got;
    }
}

Result<void> place_binary(const Target& target, int self)
{
    constexpr const char* fresh = ".rcinit.new";
    ::unlinkat(target.folder.get(), fresh, 0); // what a broken run left; usually nothing
    const UniqueFd copy{
        ::openat(target.folder.get(), fresh, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0755)};
    if (!copy)
        return errno_code();
    auto written = copy_bytes(self, copy.get());
    if (written && (::fchmod(copy.get(), 0755) != 0 ||
                    ::renameat(target.folder.get(), fresh, target.folder.get(), binary) != 0))
        written = errno_code();
    if (!written)
        ::unlinkat(target.folder.get(), fresh, 0);
    return written;
}

bool install_binary(const Target& target, int self)
{
    if (const UniqueFd there = open_in(target, binary); there && same_bytes(there.get(), self)) {
        fmt::print("{}/{} is in place\n", target.path, binary);
        return true;
    }
    if (const auto placed = place_binary(target, self); !placed) {
        fmt::print(stderr, "rcinit install: cannot copy this program to {}/{}: {}; no link is made\n",
                   target.path, binary, placed.error().message());
        return false;
    }
    fmt::print("copied this program to {}/{}\n", target.path, binary);
    return true;
}

bool is_our_link(const Target& target, const char* name) noexcept
{
    std::array<char, 16> to{};
    const ssize_t size = ::readlinkat(target.folder.get(), name, to.data(), to.size());
    return size > 0 && std::string_view{to.data(), static_cast<std::size_t>(size)} == binary;
}

/// Moves what the image has under this name out of the way. Nothing to keep in a copy of this very program.
Result<void> keep_original(const Target& target, const char* name, int self)
{
    struct stat facts {};
    const int folder = target.folder.get();
    if (::fstatat(folder, name, &facts, AT_SYMLINK_NOFOLLOW) != 0)
        return errno == ENOENT ? Result<void>{} : Result<void>{errno_code()};
    if (S_ISDIR(facts.st_mode))
        return errno_code(EISDIR);
    if (const UniqueFd there = open_in(target, name); there && same_bytes(there.get(), self))
        return ::unlinkat(folder, name, 0) == 0 ? Result<void>{} : Result<void>{errno_code()};
    const std::string kept = fmt::format("{}.distrib", name);
    if (::renameat(folder, name, folder, kept.c_str()) != 0)
        return errno_code();
    fmt::print("kept the image's {0}/{1} as {0}/{2}\n", target.path, name, kept);
    return {};
}

bool install_link(const Target& target, const char* name, int self)
{
    if (is_our_link(target, name)) {
        fmt::print("{}/{} is in place\n", target.path, name);
        return true;
    }
    auto done = keep_original(target, name, self);
    if (done && ::symlinkat(binary, target.folder.get(), name) != 0)
        done = errno_code();
    if (!done) {
        fmt::print(stderr, "rcinit install: cannot link {}/{}: {}; this name is left out\n", target.path,
                   name, done.error().message());
        return false;
    }
    fmt::print("linked {}/{} to {}\n", target.path, name, binary);
    return true;
}

int install_into(const std::string& root)
{
    const auto target = open_target(root);
    if (!target) {
        fmt::print(stderr, "rcinit install: cannot use {}/sbin: {}; nothing was installed\n", root,
                   target.error().message());
        return 1;
    }
    const UniqueFd self{::open("/proc/self/exe", O_RDONLY | O_CLOEXEC)};
    if (!self) {
        fmt::print(stderr,
                   "rcinit install: cannot read this program by /proc/self/exe: {}; nothing was installed\n",
                   std::strerror(errno));
        return 1;
    }
    if (!install_binary(*target, self.get()))
        return 1;
    bool whole = true;
    for (const char* name : names)
        whole = install_link(*target, name, self.get()) && whole;
    return whole ? 0 : 1;
}

} // namespace

int install(Arguments words)
{
    const InstallArguments arguments = parse(words);
    if (!arguments.error.empty()) {
        fmt::print(stderr, "rcinit install: {}; nothing was installed\nUsage: rcinit install [--root DIR]\n",
                   arguments.error);
        return 64;
    }
    return install_into(arguments.root);
}

} // namespace init::applets
