// SPDX-License-Identifier: MIT
// A new file beside the old one, then rename(2). Nothing is synced: the files tell of this boot only.
#include "control/status_file.h"

#include "system/unique_fd.h"
#include "system/write_text.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <array>
#include <cstdio>

namespace init::control {
namespace {

using system::UniqueFd;
using world::errno_code;
using world::Result;

constexpr std::size_t most_bytes = 4U << 20U;

Result<void> write_new(const std::string& path, std::string_view bytes, mode_t mode)
{
    // What an earlier attempt left is in the way of O_EXCL; that nothing is there is the usual case.
    ::unlink(path.c_str());
    const UniqueFd fd{::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode)};
    if (!fd)
        return errno_code();
    if (::fchmod(fd.get(), mode) != 0) // the umask must not hide it from those it is for
        return errno_code();
    return system::write_text(fd.get(), bytes);
}

Result<void> replace(const std::string& folder, const std::string& name, std::string_view bytes, mode_t mode)
{
    if (folder.empty())
        return errno_code(ENOENT);
    const std::string fresh = folder + "/." + name + ".new";
    auto written = write_new(fresh, bytes, mode);
    if (written && ::rename(fresh.c_str(), (folder + "/" + name).c_str()) != 0)
        written = errno_code();
    if (!written)
        ::unlink(fresh.c_str());
    return written;
}

} // namespace

Result<void> write_status_file(const std::string& folder, std::string_view json)
{
    return replace(folder, "status.json", json, 0644);
}

Result<std::string> read_status_file(const std::string& folder)
{
    const UniqueFd fd{
        ::open((folder + "/status.json").c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)};
    if (!fd)
        return errno_code();
    std::string text;
    std::array<char, 16384> part{};
    for (;;) {
        const ssize_t got = ::read(fd.get(), part.data(), part.size());
        if (got < 0)
            return errno_code();
        if (got == 0)
            return text;
        text.append(part.data(), static_cast<std::size_t>(got));
        if (text.size() > most_bytes)
            return errno_code(EFBIG);
    }
}

Result<void> write_environment_file(const std::string& folder, std::span<const std::string> environment)
{
    std::string bytes;
    for (const std::string& variable : environment)
        bytes.append(variable).push_back('\0');
    return replace(folder, "environment", bytes, 0600);
}

} // namespace init::control
