// SPDX-License-Identifier: MIT
// Finds the slot of a record in utmp by the rules of getutid(3), writes whole records, and appends to wtmp.
// A file is opened so that nothing planted in its place can hold the caller up.
#include "system/utmp.h"

#include "system/unique_fd.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>
#include <utmp.h>

#include <algorithm>
#include <cstring>
#include <span>

namespace init::system {
namespace {

using Record = ::utmp;

/// No container has more logins; a larger file is taken for damage and not read to its end.
constexpr off_t most_slots = 8192;

void put(std::span<char> field, std::string_view text) noexcept
{
    std::memcpy(field.data(), text.data(), std::min(field.size(), text.size()));
}

std::string take(std::span<const char> field)
{
    return {field.begin(), std::ranges::find(field, '\0')};
}

Record make_record(short type, std::string_view id, std::string_view line, std::string_view user, pid_t pid,
                   std::int64_t now) noexcept
{
    Record record{};
    record.ut_type = type;
    record.ut_pid = pid;
    put(record.ut_id, id);
    put(record.ut_line, line);
    put(record.ut_user, user);
    record.ut_tv.tv_sec = static_cast<decltype(record.ut_tv.tv_sec)>(now);
    return record;
}

/// O_NONBLOCK: a FIFO or a device in the file's place must not hold init up. Errors: EINVAL for what is no
/// file with this one name.
world::Result<UniqueFd> open_regular(const std::string& path, int flags) noexcept
{
    UniqueFd fd{::open(path.c_str(), flags | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC, 0644)};
    if (!fd)
        return world::errno_code();
    struct stat facts {};
    if (::fstat(fd.get(), &facts) != 0)
        return world::errno_code();
    // A second name is of a file that is none of these: in a folder open to all anybody may have put it
    // there.
    if (!S_ISREG(facts.st_mode) || facts.st_nlink > 1)
        return world::errno_code(EINVAL);
    return fd;
}

/// An image without the file, or without its folder, keeps no such records: that is no error.
bool is_missing(const boost::system::error_code& error) noexcept
{
    return error.value() == ENOENT || error.value() == ENOTDIR;
}

bool is_process_type(short type) noexcept
{
    return type >= INIT_PROCESS && type <= DEAD_PROCESS;
}

bool same_slot(const Record& there, const Record& ours) noexcept
{
    if (is_process_type(ours.ut_type))
        return is_process_type(there.ut_type) && std::ranges::equal(there.ut_id, ours.ut_id);
    return there.ut_type == ours.ut_type;
}

/// Calls `visit(record, offset)` for each whole record until it returns false.
template <class Visit> world::Result<void> each_record(int fd, Visit&& visit)
{
    Record record{};
    for (off_t slot = 0; slot < most_slots; ++slot) {
        const off_t offset = slot * static_cast<off_t>(sizeof record);
        const ssize_t got = ::pread(fd, &record, sizeof record, offset);
        if (got < 0)
            return world::errno_code();
        if (static_cast<std::size_t>(got) < sizeof record || !visit(record, offset))
            return {};
    }
    return world::errno_code(EFBIG);
}

world::Result<void> write_whole(int fd, const Record& record, off_t offset) noexcept
{
    const ssize_t put = ::pwrite(fd, &record, sizeof record, offset);
    if (put < 0)
        return world::errno_code();
    if (static_cast<std::size_t>(put) != sizeof record)
        return world::errno_code(ENOSPC);
    return {};
}

world::Result<void> write_slot(const std::string& path, Record record)
{
    auto fd = open_regular(path, O_RDWR);
    if (!fd)
        return is_missing(fd.error()) ? world::Result<void>{} : world::Result<void>{fd.error()};

    off_t place = 0;
    bool found = false;
    const auto read = each_record(fd->get(), [&](const Record& there, off_t offset) {
        found = same_slot(there, record);
        place = found ? offset : offset + static_cast<off_t>(sizeof record);
        if (found && record.ut_type == DEAD_PROCESS)
            std::memcpy(record.ut_line, there.ut_line, sizeof record.ut_line);
        return !found;
    });
    if (!read)
        return read;
    return write_whole(fd->get(), record, place);
}

/// A file cut short in a record would make every later one unreadable, so the torn end goes first.
world::Result<void> drop_torn_end(int fd) noexcept
{
    struct stat facts {};
    if (::fstat(fd, &facts) != 0)
        return world::errno_code();
    const off_t whole = facts.st_size - facts.st_size % static_cast<off_t>(sizeof(Record));
    if (whole != facts.st_size && ::ftruncate(fd, whole) != 0)
        return world::errno_code();
    return {};
}

world::Result<void> append(const std::string& path, Record record) noexcept
{
    auto fd = open_regular(path, O_WRONLY | O_APPEND);
    if (!fd)
        return is_missing(fd.error()) ? world::Result<void>{} : world::Result<void>{fd.error()};
    if (auto even = drop_torn_end(fd->get()); !even)
        return even;

    utsname kernel{};
    if (::uname(&kernel) == 0)
        put(record.ut_host, kernel.release);
    const ssize_t put = ::write(fd->get(), &record, sizeof record);
    if (put < 0)
        return world::errno_code();
    return static_cast<std::size_t>(put) == sizeof record ? world::Result<void>{}
                                                          : world::Result<void>{world::errno_code(ENOSPC)};
}

world::Result<void> write_both(const UtmpPaths& paths, const Record& record)
{
    const auto first = write_slot(paths.utmp, record);
    const auto second = append(paths.wtmp, record);
    return first ? second : first;
}

world::Result<void> write_level_file(const std::string& path, char level) noexcept
{
    auto fd = open_regular(path, O_WRONLY | O_CREAT);
    if (!fd)
        return is_missing(fd.error()) ? world::Result<void>{} : world::Result<void>{fd.error()};
    // One character over another: a reader never meets an empty file.
    if (::pwrite(fd->get(), &level, 1, 0) != 1 || ::ftruncate(fd->get(), 1) != 0)
        return world::errno_code();
    return {};
}

} // namespace

world::Result<void> UtmpWriter::boot(std::int64_t now) const
{
    return write_both(paths_, make_record(BOOT_TIME, "~~", "~", "reboot", 0, now));
}

world::Result<void> UtmpWriter::runlevel(model::Runlevel previous, model::Runlevel level,
                                         std::int64_t now) const
{
    const pid_t both = level.letter() + 256 * previous.letter();
    const auto records = write_both(paths_, make_record(RUN_LVL, "~~", "~", "runlevel", both, now));
    const auto file = write_level_file(paths_.level, level.letter());
    return records ? file : records;
}

world::Result<void> UtmpWriter::process(std::string_view id, pid_t pid, bool alive, std::int64_t now) const
{
    Record record = make_record(alive ? INIT_PROCESS : DEAD_PROCESS, id, "", "", pid, now);
    return write_both(paths_, record);
}

world::Result<void> UtmpWriter::shutdown(std::int64_t now) const
{
    return append(paths_.wtmp, make_record(RUN_LVL, "~~", "~~", "shutdown", 0, now));
}

world::Result<LevelRecord> read_level_record(const std::string& utmp)
{
    auto fd = open_regular(utmp, O_RDONLY);
    if (!fd)
        return fd.error();
    std::optional<LevelRecord> last;
    const auto read = each_record(fd->get(), [&](const Record& record, off_t) {
        if (record.ut_type == RUN_LVL) {
            const int previous = record.ut_pid / 256 % 256;
            last = LevelRecord{previous == 0 ? 'N' : static_cast<char>(previous),
                               static_cast<char>(record.ut_pid % 256)};
        }
        return true;
    });
    if (last)
        return *last;
    return read ? world::errno_code(ENOENT) : read.error();
}

std::optional<char> read_level_file(const std::string& path)
{
    auto fd = open_regular(path, O_RDONLY);
    char level = 0;
    if (!fd || ::read(fd->get(), &level, 1) != 1)
        return std::nullopt;
    const auto known = model::Runlevel::from(level);
    return known ? std::optional{known->letter()} : std::nullopt;
}

std::vector<Login> read_logins(const std::string& utmp)
{
    std::vector<Login> logins;
    auto fd = open_regular(utmp, O_RDONLY);
    if (!fd)
        return logins;
    // A damaged end costs the records behind it; those before it stand.
    (void)each_record(fd->get(), [&](const Record& record, off_t) {
        if (record.ut_type == USER_PROCESS && record.ut_user[0] != '\0')
            logins.push_back({take(record.ut_user), take(record.ut_line), record.ut_pid});
        return true;
    });
    return logins;
}

} // namespace init::system
