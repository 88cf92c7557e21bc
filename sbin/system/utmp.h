// SPDX-License-Identifier: MIT
// The records of boots, runlevels and processes that `runlevel`, `who` and `last` read. They are written
// without the C library's locks, which could wait for a file's other users for ever; a file that is not there
// stays so.
#pragma once

#include "model/runlevel.h"
#include "world/result.h"

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace init::system {

struct UtmpPaths {
    std::string utmp = "/var/run/utmp";
    std::string wtmp = "/var/log/wtmp";
    std::string level = "/var/run/runlevel"; ///< one character
};

/// Someone logged in, as a USER_PROCESS record tells.
struct Login {
    std::string user;
    std::string line; ///< below /dev
    pid_t pid = 0;
};

struct LevelRecord {
    char previous = 'N';
    char current = 'N';
    bool operator==(const LevelRecord&) const = default;
};

/// Writes to both files; `now` is seconds since 1970. A file that does not exist is no error and is not made.
/// Each call does all it can and returns the first error. Never blocks: no lock, no FIFO or device in a
/// file's place is opened. Source: utmp(5), and sysvinit for which fields a record carries.
class UtmpWriter {
public:
    explicit UtmpWriter(UtmpPaths paths = {}) : paths_(std::move(paths)) {}

    world::Result<void> boot(std::int64_t now) const;
    /// RUN_LVL, and the one character in `paths.level`, which is made where its folder exists.
    world::Result<void> runlevel(model::Runlevel previous, model::Runlevel level, std::int64_t now) const;
    /// INIT_PROCESS while `alive`, else DEAD_PROCESS, which keeps the line that the record had. `id`: up to 4
    /// characters.
    world::Result<void> process(std::string_view id, pid_t pid, bool alive, std::int64_t now) const;
    /// The end of the boot; in wtmp only.
    world::Result<void> shutdown(std::int64_t now) const;

private:
    UtmpPaths paths_;
};

/// The last RUN_LVL record. Errors: errno of the file; ENOENT also where it holds no such record.
world::Result<LevelRecord> read_level_record(const std::string& utmp);
/// The character in `paths.level`, where it is a runlevel.
std::optional<char> read_level_file(const std::string& path);
/// Everyone whose record says USER_PROCESS; empty where the file cannot be read.
std::vector<Login> read_logins(const std::string& utmp);

} // namespace init::system
