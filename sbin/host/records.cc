// SPDX-License-Identifier: MIT
#include "host/records.h"

#include <fmt/format.h>

#include <unistd.h>

#include <ctime>
#include <new>

namespace init::host {
namespace {

std::int64_t wall_clock() noexcept
{
    return ::time(nullptr);
}

} // namespace

Records::Records(world::Log& log, system::PrepareOptions options, Channels channels, system::UtmpPaths paths)
    : log_(log), options_(std::move(options)), channels_(std::move(channels)), paths_(std::move(paths)),
      both_(paths_), utmp_alone_({paths_.utmp, "", paths_.level})
{
}

void Records::prepare_system()
{
    const system::PrepareReport report = system::prepare_system(options_);
    for (const system::Swept& swept : report.removed)
        log_.say(fmt::format("swept {}: {}", swept.path, swept.why));
    for (const std::string& message : report.messages)
        log_.say(message);
    channels_.open();
}

void Records::mend_files()
{
    system::PrepareOptions again = options_;
    again.first = false;
    (void)system::prepare_system(again);
    channels_.mend();
    mend_records();
}

/// A script may have emptied utmp, or mounted something over it.
void Records::mend_records() noexcept
{
    if (level_.is_none())
        return;
    const auto record = system::read_level_record(paths_.utmp);
    if (record && record->current == level_.letter())
        return;
    if (boot_is_recorded_)
        record_boot();
    record_runlevel(previous_, level_);
}

void Records::remove_file(const std::string& path) noexcept
{
    (void)::unlink(path.c_str());
}

/// The log folder is often a mount, and where nobody answers for it the records in it are lost.
const system::UtmpWriter& Records::writer() const noexcept
try {
    return !options_.answers || options_.answers(paths_.wtmp) ? both_ : utmp_alone_;
} catch (const std::bad_alloc&) {
    return utmp_alone_;
}

// A missing file is no fault, and a full disk must not hold the boot.

void Records::record_boot() noexcept
{
    boot_is_recorded_ = true;
    (void)writer().boot(wall_clock());
}

void Records::record_runlevel(model::Runlevel previous, model::Runlevel level) noexcept
{
    previous_ = previous;
    level_ = level;
    (void)writer().runlevel(previous, level, wall_clock());
    if (level.ends())
        (void)writer().shutdown(wall_clock());
}

void Records::record_process(const std::string& id, pid_t pid, bool alive) noexcept
{
    (void)writer().process(id, pid, alive, wall_clock());
}

} // namespace init::host
