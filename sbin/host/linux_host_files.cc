// SPDX-License-Identifier: MIT
// The host's eyes on files, and the files that init owns: run and lock folders, records, FIFOs, control
// socket, status.
#include "control/status_file.h"
#include "host/linux_host.h"
#include "keeper/script_environment.h"
#include "system/file_kind.h"
#include "system/machine_probe.h"
#include "system/prepare.h"
#include "system/read_text.h"
#include "system/resident_memory.h"
#include "text/status_json.h"

#include <boost/filesystem/operations.hpp>

#include <fmt/format.h>

#include <sched.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>

namespace init::host {
namespace {

using namespace std::chrono_literals;

} // namespace

world::Result<std::string> LinuxHost::read_file(const std::string& path, std::size_t limit)
{
    return system::read_text(path, limit);
}

world::Result<std::vector<std::string>> LinuxHost::list_folder(const std::string& path)
{
    std::vector<std::string> names;
    boost::system::error_code error;
    boost::filesystem::directory_iterator at(path, error);
    for (const boost::filesystem::directory_iterator end; !error && at != end; at.increment(error))
        names.push_back(at->path().filename().native());
    if (error)
        return error;
    std::sort(names.begin(), names.end());
    return names;
}

world::FileLook LinuxHost::look(const std::string& path)
{
    struct stat found {};
    if (::stat(path.c_str(), &found) != 0)
        return {};
    return {system::file_kind(found.st_mode), ::access(path.c_str(), X_OK) == 0, found.st_mtime};
}

unsigned LinuxHost::processors() noexcept
{
    cpu_set_t set;
    if (::sched_getaffinity(0, sizeof set, &set) != 0)
        return 1;
    return static_cast<unsigned>(std::max(CPU_COUNT(&set), 1));
}

model::MachineFacts LinuxHost::machine_facts()
{
    if (!facts_) {
        facts_ = system::probe_machine();
        facts_->set_hostname = set_hostname_;
    }
    return *facts_;
}

void LinuxHost::say_all(const std::vector<std::string>& messages)
{
    for (const std::string& message : messages)
        say(message);
}

void LinuxHost::prepare_system()
{
    system::PrepareOptions options;
    options.shared_pid_namespace = !is_first_;
    options.is_own = [this](pid_t pid) { return pool_->is_own(pid); };
    const system::PrepareReport report = system::prepare_system(options);
    for (const system::Swept& swept : report.removed)
        say(fmt::format("swept {}: {}", swept.path, swept.why));
    say_all(report.messages);
    mend_state();
    fifo_.open();
    write_status(); // at once: one of an earlier life must not say that this one is running
}

/// The state folder, what is in it, and the socket. A folder that cannot be had was said by the folder
/// itself.
void LinuxHost::mend_state()
{
    if (state_.mend() && !state_.path().empty()) {
        status_changed();
        if (const auto written = control::write_environment_file(state_.path(), keeper::environment_with({}));
            !written)
            say(fmt::format("cannot write {}/environment: {}; going on without it", state_.path(),
                            written.error().message()));
    }
    socket_.mend(state_.path());
}

void LinuxHost::mend_files()
{
    system::PrepareOptions options;
    options.shared_pid_namespace = !is_first_;
    options.first = false;
    (void)system::prepare_system(options);
    mend_state();
    if (channel_open_)
        fifo_.mend();
    if (recorded_level_.is_none())
        return;
    const auto record = system::read_level_record(system::UtmpPaths{}.utmp);
    if (record && record->current == recorded_level_.letter())
        return;
    if (boot_recorded_)
        record_boot();
    record_runlevel(recorded_previous_, recorded_level_);
}

void LinuxHost::remove_file(const std::string& path) noexcept
{
    (void)::unlink(path.c_str());
}

void LinuxHost::record_boot() noexcept
{
    boot_recorded_ = true;
    (void)utmp_.boot(wall_clock()); // a missing file is no fault, and a full disk must not hold the boot
}

void LinuxHost::record_runlevel(model::Runlevel previous, model::Runlevel level) noexcept
{
    recorded_previous_ = previous;
    recorded_level_ = level;
    (void)utmp_.runlevel(previous, level, wall_clock());
    if (level.ends())
        (void)utmp_.shutdown(wall_clock());
}

void LinuxHost::record_process(const std::string& id, pid_t pid, bool alive) noexcept
{
    (void)utmp_.process(id, pid, alive, wall_clock());
}

void LinuxHost::control_channel(bool open) noexcept
{
    channel_open_ = open;
    if (open)
        fifo_.open();
    else
        fifo_.close();
}

void LinuxHost::release_console() noexcept
{
    if (terminal_)
        say("the container's terminal is lost; entries are started without one from now on");
    terminal_ = false;
}

void LinuxHost::status_changed()
{
    if (!status_due_ && !austere_)
        status_due_ = now() + 300ms;
}

std::string LinuxHost::status_json()
{
    if (!report_)
        return text::error_json("init has not begun to boot");
    return text::to_json(report_());
}

void LinuxHost::write_status()
{
    if (state_.path().empty())
        return;
    (void)control::write_status_file(state_.path(), status_json() + "\n");
    // A status is the largest thing that is ever built here, and it comes after a burst of work: what both
    // leave free in the memory would stay resident in PID 1 for the container's life.
    system::release_idle_memory();
}

} // namespace init::host
