// SPDX-License-Identifier: MIT
// The process named by the file is looked at before it is believed or signalled.
#include "applets/shutdown_pid.h"

#include "system/read_text.h"
#include "system/signal_process.h"
#include "system/unique_fd.h"
#include "system/write_text.h"

#include <fmt/format.h>

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstring>
#include <string_view>

namespace init::applets {
namespace {

constexpr std::size_t most_bytes = 4096;

pid_t pid_in(const std::string& path)
{
    const auto text = system::read_text(path, 32);
    pid_t pid = 0;
    if (text)
        (void)std::from_chars(text->data(), text->data() + text->size(), pid);
    return pid > 1 ? pid : 0;
}

/// As `shutdown`, or as `rcinit shutdown`, or inside `halt`, `poweroff` and `reboot`, which wait in its
/// place.
bool is_shutdown(pid_t pid)
{
    const auto comm = system::read_text(fmt::format("/proc/{}/comm", pid), 64);
    if (!comm)
        return false;
    const std::string_view name = std::string_view{*comm}.substr(0, comm->find('\n'));
    if (name == "shutdown" || name == "halt" || name == "poweroff" || name == "reboot")
        return true;
    const auto words = system::read_text(fmt::format("/proc/{}/cmdline", pid), most_bytes);
    return name == "rcinit" && words &&
           words->find(std::string_view{"\0shutdown\0", 10}) != std::string::npos;
}

} // namespace

pid_t running_shutdown(const std::string& path)
{
    const pid_t pid = pid_in(path);
    return pid != 0 && pid != ::getpid() && is_shutdown(pid) ? pid : 0;
}

std::string cancel_shutdown(const std::string& path)
{
    const pid_t pid = running_shutdown(path);
    if (pid == 0)
        return fmt::format("cannot cancel: {} names no running shutdown; nothing changes", path);
    if (const auto sent = system::send_signal(pid, SIGINT); !sent)
        return fmt::format("cannot cancel the shutdown with pid {}: {}; it goes on", pid,
                           sent.error().message());
    return {};
}

ShutdownPidFile::ShutdownPidFile(std::string path) : path_(std::move(path))
{
    // Nobody alive owns it: the caller has looked.
    ::unlink(path_.c_str());
    const system::UniqueFd fd{
        ::open(path_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644)};
    const std::string text = fmt::format("{}\n", ::getpid());
    const auto written = fd ? system::write_text(fd.get(), text) : world::Result<void>{world::errno_code()};
    if (!written)
        failure_ = fmt::format("cannot write {}: {}; the shutdown goes on, and -c cannot cancel it", path_,
                               written.error().message());
}

ShutdownPidFile::~ShutdownPidFile()
{
    if (failure_.empty())
        ::unlink(path_.c_str());
}

} // namespace init::applets
