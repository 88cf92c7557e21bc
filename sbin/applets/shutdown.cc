// SPDX-License-Identifier: MIT
// shutdown: tells users, waits until the time has come, and asks init for the runlevel. It stays in the
// foreground, as its callers expect, and stopping what runs is init's work.
#include "applets/applets.h"
#include "applets/shutdown_notice.h"
#include "applets/shutdown_pid.h"
#include "control/initctl_client.h"
#include "model/shutdown_arguments.h"
#include "model/text_lines.h"
#include "system/read_text.h"
#include "system/unique_fd.h"
#include "system/utmp.h"
#include "system/write_text.h"

#include <fmt/format.h>

#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <optional>

namespace init::applets {
namespace {

using Clock = std::chrono::steady_clock;
using model::ShutdownArguments;
using std::chrono::minutes;

constexpr minutes nologin_from{5};

void complain(const std::string& text)
{
    fmt::print(stderr, "shutdown: {}\n", text);
}

/// Gone on every way out: users who may not log in any more must have a reason.
class NoLogin {
public:
    NoLogin() = default;
    NoLogin(const NoLogin&) = delete;
    NoLogin& operator=(const NoLogin&) = delete;
    ~NoLogin() { remove(); }

    void make(const std::string& text)
    {
        const system::UniqueFd fd{::open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644)};
        if (!fd && errno == EEXIST)
            return;
        made_ = static_cast<bool>(fd);
        const auto written = fd ? system::write_text(fd.get(), "\n" + text + "\n\n")
                                : world::Result<void>{world::errno_code()};
        if (!written)
            complain(
                fmt::format("cannot write {}: {}; users can still log in", path, written.error().message()));
    }
    void remove() noexcept
    {
        if (made_)
            ::unlink(path);
        made_ = false;
    }

private:
    static constexpr const char* path = "/etc/nologin";
    bool made_ = false;
};

/// INT and TERM are waited for, so that both cancel in order; a lost terminal must not.
sigset_t take_signals() noexcept
{
    for (const int signo : {SIGHUP, SIGQUIT, SIGTSTP, SIGTTIN, SIGTTOU, SIGPIPE})
        ::signal(signo, SIG_IGN);
    sigset_t cancel;
    ::sigemptyset(&cancel);
    ::sigaddset(&cancel, SIGINT);
    ::sigaddset(&cancel, SIGTERM);
    ::sigprocmask(SIG_BLOCK, &cancel, nullptr);
    return cancel;
}

/// False when a signal cancelled it meanwhile.
bool wait_until(Clock::time_point when, const sigset_t& cancel) noexcept
{
    for (;;) {
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(when - Clock::now());
        if (left.count() <= 0)
            return true;
        const timespec limit{static_cast<time_t>(left.count() / 1000),
                             static_cast<long>(left.count() % 1000) * 1'000'000};
        if (::sigtimedwait(&cancel, nullptr, &limit) >= 0)
            return false;
    }
}

void tell(const ShutdownArguments& arguments, minutes left)
{
    const std::string text = notice_text(arguments.target(), left);
    fmt::print("{}\n", text);
    (void)std::fflush(stdout);
    if (!arguments.quiet)
        tell_everyone(arguments.message.empty() ? text : arguments.message + " " + text);
}

/// Counts down; false when it was cancelled.
bool count_down(const ShutdownArguments& arguments, minutes left, NoLogin& nologin, const sigset_t& cancel)
{
    const auto end = Clock::now() + left;
    for (bool first = true; left.count() > 0; --left, first = false) {
        if (left <= nologin_from && !arguments.warn_only)
            nologin.make(notice_text(arguments.target(), left));
        if (first || is_notice_due(left))
            tell(arguments, left);
        if (!wait_until(end - (left - minutes{1}), cancel))
            return false;
    }
    tell(arguments, left);
    return true;
}

/// -a: one of the users in the file must be logged in. Without the file everyone may. Source: shutdown(8).
std::string access_fault()
{
    constexpr const char* path = "/etc/shutdown.allow";
    struct stat facts {};
    if (::stat(path, &facts) != 0 && errno == ENOENT)
        return {};
    const auto text = system::read_text(path, 8192);
    if (!text)
        return fmt::format("cannot read {}: {}; nothing changes", path, text.error().message());
    const auto logins = system::read_logins(system::UtmpPaths{}.utmp);
    bool is_allowed = false;
    model::for_each_line(*text, [&](std::string_view name, unsigned) {
        is_allowed = is_allowed || (!name.empty() && name[0] != '#' &&
                                    std::ranges::find(logins, name, &system::Login::user) != logins.end());
    });
    if (is_allowed)
        return {};
    return fmt::format("nobody listed in {} is logged in; nothing changes", path);
}

void leave_flag(const char* path)
{
    const system::UniqueFd fd{::open(path, O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0644)};
    if (!fd)
        complain(
            fmt::format("cannot make {}: {}; the next boot does not see it", path, std::strerror(errno)));
}

/// INIT_HALT first: the scripts of the level read it. Without -H or -P it is unset. Source: shutdown(8),
/// halt(8).
int ask_init(const ShutdownArguments& arguments)
{
    model::InitctlRequest variables;
    variables.command = model::InitctlCommand::setenv;
    variables.variables.emplace_back("INIT_HALT", arguments.init_halt);
    model::InitctlRequest level;
    level.runlevel = arguments.target();
    if (arguments.sleeptime.value_or(0) > 0)
        level.sleeptime = std::chrono::seconds{*arguments.sleeptime};
    for (const auto& request : {variables, level})
        if (const std::string failure = control::send_initctl(request); !failure.empty()) {
            complain(failure);
            return 1;
        }
    return 0;
}

int go_down(const ShutdownArguments& arguments, minutes left)
{
    const sigset_t cancel = take_signals();
    std::optional<ShutdownPidFile> pid_file;
    if (left.count() > 0 && !pid_file.emplace().failure().empty())
        complain(pid_file->failure());
    NoLogin nologin;
    if (!count_down(arguments, left, nologin, cancel)) {
        fmt::print("Shutdown cancelled.\n");
        if (!arguments.quiet)
            tell_everyone("The system shutdown has been cancelled.");
        return 0;
    }
    if (arguments.warn_only) {
        fmt::print("Users were told; with -k nothing else happens.\n");
        return 0;
    }
    if (arguments.fastboot)
        leave_flag("/fastboot");
    if (arguments.force_fsck)
        leave_flag("/forcefsck");
    nologin.remove();
    return ask_init(arguments);
}

int cancel(const ShutdownArguments& arguments)
{
    if (const std::string failure = cancel_shutdown(); !failure.empty()) {
        complain(failure);
        return 1;
    }
    if (!arguments.message.empty())
        tell_everyone(arguments.message);
    return 0;
}

std::optional<minutes> time_left(const ShutdownArguments& arguments) noexcept
{
    const std::time_t now = std::time(nullptr);
    std::tm parts{};
    if (::localtime_r(&now, &parts) == nullptr)
        return std::nullopt;
    return model::parse_shutdown_time(arguments.time, parts.tm_hour, parts.tm_min);
}

} // namespace

int shutdown(Arguments words)
{
    const ShutdownArguments arguments = model::parse_shutdown_arguments(words);
    if (!arguments.error.empty()) {
        complain(arguments.error + "; nothing changes");
        fmt::print(stderr, "Usage: shutdown [-akrhPHfFcqQ] [-t SECONDS] [-i LEVEL] TIME [MESSAGE]\n"
                           "TIME: now, +MINUTES or HH:MM; -c cancels a running shutdown and takes none\n");
        return 1;
    }
    if (::geteuid() != 0 && !control::may_send_initctl()) {
        complain("only root and the user that init runs as may do that; nothing changes");
        return 1;
    }
    if (arguments.cancel)
        return cancel(arguments);
    if (const pid_t other = running_shutdown(); other != 0) {
        complain(fmt::format("a shutdown is running with pid {}; nothing changes, `shutdown -c` cancels it",
                             other));
        return 1;
    }
    if (const std::string fault = arguments.access_check ? access_fault() : ""; !fault.empty()) {
        complain(fault);
        return 1;
    }
    const auto left = time_left(arguments);
    if (!left) {
        complain(fmt::format("\"{}\" is no time; nothing changes", arguments.time));
        return 1;
    }
    return go_down(arguments, *left);
}

} // namespace init::applets
