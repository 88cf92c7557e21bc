// SPDX-License-Identifier: MIT
// A process keeps its start time through execve(2), and so does an init that boots again in place: its mounts
// stay its own.
#include "system/fresh_mount.h"

#include "system/folder_list.h"
#include "system/read_text.h"
#include "system/trusted_path.h"
#include "system/unique_fd.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <charconv>
#include <chrono>
#include <ctime>
#include <optional>

namespace init::system {
namespace {

using std::chrono::nanoseconds;
using std::chrono::seconds;

constexpr std::size_t most_names = 1000;                    // of a folder that a runtime has just made
constexpr nanoseconds tick = std::chrono::milliseconds{10}; // how exact the times of files and processes are

template <class Time> nanoseconds nanoseconds_of(const Time& time) noexcept
{
    return seconds{time.tv_sec} + nanoseconds{time.tv_nsec};
}

nanoseconds now(clockid_t clock) noexcept
{
    timespec time{};
    (void)::clock_gettime(clock, &time);
    return nanoseconds_of(time);
}

/// In ticks since the machine's start. Source: proc(5), field 22 of /proc/PID/stat.
std::optional<long long> start_ticks()
{
    const auto stat = read_text("/proc/self/stat", 4096);
    if (!stat)
        return std::nullopt;
    // The name in the second field may hold anything, blanks too; the last bracket ends it.
    std::size_t at = stat->rfind(')');
    for (int field = 2; field < 22 && at != std::string::npos; ++field)
        at = stat->find(' ', at + 1);
    long long ticks = 0;
    if (at == std::string::npos ||
        std::from_chars(stat->data() + at + 1, stat->data() + stat->size(), ticks).ec != std::errc{})
        return std::nullopt;
    return ticks;
}

/// When this process began, as files tell the time.
std::optional<nanoseconds> start_of_process()
{
    const auto ticks = start_ticks();
    const long in_a_second = ::sysconf(_SC_CLK_TCK);
    if (!ticks || in_a_second <= 0)
        return std::nullopt;
    const nanoseconds since_boot = nanoseconds{seconds{1}} / in_a_second * *ticks;
    return now(CLOCK_REALTIME) - now(CLOCK_BOOTTIME) + since_boot;
}

/// Nothing where the kernel does not tell.
std::optional<nanoseconds> birth_of(int folder) noexcept
{
    struct statx look {};
    if (::statx(folder, "", AT_EMPTY_PATH, STATX_BTIME, &look) != 0 || (look.stx_mask & STATX_BTIME) == 0)
        return std::nullopt;
    return nanoseconds_of(look.stx_btime);
}

/// No file can be given an earlier change time than that of its making.
bool has_nothing_older(int folder, nanoseconds than)
{
    struct stat look {};
    if (::fstat(folder, &look) != 0 || nanoseconds_of(look.st_ctim) < than)
        return false;
    bool older = false;
    const UniqueFd readable{::openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
    const auto listed = for_each_entry(readable.get(), most_names, [&](const char* name, unsigned char) {
        older = older || ::fstatat(folder, name, &look, AT_SYMLINK_NOFOLLOW) != 0 ||
                nanoseconds_of(look.st_ctim) < than;
    });
    return listed && *listed == Listed::whole && !older;
}

} // namespace

bool is_fresh_mount(int folder)
{
    const auto start = start_of_process();
    if (!start)
        return false;
    const auto birth = birth_of(folder);
    return birth ? *birth >= *start - tick : has_nothing_older(folder, *start - tick);
}

bool is_on_older_mount(const MountTable& table, const std::string& root, std::string_view path)
{
    for (; !path.empty(); path = path.substr(0, path.rfind('/'))) {
        if (!is_state_folder(path) || !table.is_mount_point(root + std::string{path}))
            continue;
        const auto folder = open_trusted(root, path);
        if (!folder || !is_fresh_mount(folder->fd.get()))
            return true;
    }
    return false;
}

} // namespace init::system
