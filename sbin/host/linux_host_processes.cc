// SPDX-License-Identifier: MIT
// The host's hands on processes: launching, signalling, watching and counting. Which process gets what, and
// when, is the supervisor's.
#include "host/linux_host.h"
#include "host/program_search.h"
#include "keeper/script_environment.h"
#include "system/launcher.h"
#include "system/origin.h"
#include "system/process_table.h"
#include "system/read_text.h"
#include "system/signal_process.h"

#include <boost/process/v2/process.hpp>

#include <fmt/format.h>

#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <numeric>

namespace init::host {
namespace {

constexpr int longest_chain = 256; ///< parents looked at; deeper trees are taken for strangers
/// True for a command line that runs the script of `service`: `/etc/init.d/ssh`, `/etc/rc3.d/S55ssh`, with
/// its interpreter before it or not.
bool runs_script_of(std::string_view command_line, std::string_view service)
{
    for (int word = 0; word < 4 && !command_line.empty(); ++word) {
        const std::size_t end = std::min(command_line.find('\0'), command_line.size());
        const std::string_view argument = command_line.substr(0, end);
        command_line.remove_prefix(std::min(end + 1, command_line.size()));
        const std::size_t slash = argument.rfind('/');
        if (slash == std::string_view::npos)
            continue;
        const std::string_view folder = argument.substr(0, slash);
        const std::string_view name = argument.substr(slash + 1);
        if (folder.ends_with("/init.d") && name == service)
            return true;
        const bool is_link = name.size() == service.size() + 3 && (name[0] == 'S' || name[0] == 'K') &&
                             name.ends_with(service);
        if (is_link && folder.ends_with(".d") && folder.find("/rc") != std::string_view::npos)
            return true;
    }
    return false;
}

} // namespace

// --- Starting ---------------------------------------------------------------------------------------

world::Result<world::RunId> LinuxHost::run_script(const world::ScriptRequest& request)
{
    world::Result<world::RunId> run = pool_->run(request);
    if (request.caller >= 0)
        callers_.close_output(request.caller);
    return run;
}

bool LinuxHost::answer_call(world::CallId call, const world::CallAnswer& answer)
{
    return callers_.answer(call, answer);
}

world::Result<int> LinuxHost::label_pipe(const std::string& label)
{
    for (const auto& [known, pipe] : labels_)
        if (known == label)
            return pipe.get();
    auto made = pool_->read_output(label);
    if (!made)
        return made.error();
    labels_.emplace_back(label, std::move(made->second));
    return labels_.back().second.get();
}

world::Result<pid_t> LinuxHost::launch(const world::ChildRequest& request)
{
    using Session = system::SpawnRequest::Session;
    const std::string program =
        find_program(request.argv[0], request.is_command ? container_path() : system_path);
    if (program.empty())
        return world::errno_code(ENOENT);
    system::SpawnRequest wanted;
    wanted.soft_limit_restored = true;
    wanted.session = request.controlling ? Session::session_with_terminal : Session::session;
    if (request.console) {
        std::iota(std::begin(wanted.standard), std::end(wanted.standard), STDIN_FILENO);
    } else {
        const world::Result<int> pipe = label_pipe(request.label);
        if (!pipe)
            return pipe.error();
        wanted.standard[1] = wanted.standard[2] = *pipe;
    }
    if (request.is_command) {
        const system::Origin origin = system::origin();
        wanted.mask = origin.mask;
        wanted.ignored = origin.ignored;
        wanted.folder = origin.folder;
        wanted.umask = origin.umask;
        if (request.controlling)
            give_up_terminal();
    }
    system::Launcher launcher{wanted};
    const std::vector<std::string> arguments(request.argv.begin() + 1, request.argv.end());
    const std::vector<std::string> environment = keeper::environment_with(request.environment);
    boost::system::error_code error;
    children_.reserve(children_.size() + 1);
    boost::process::v2::process child =
        launcher(io_.get_executor(), error, boost::filesystem::path(program), arguments,
                 boost::process::v2::process_environment(environment));
    if (error)
        return error;
    const pid_t pid = child.id();
    child.detach(); // its destructor would kill, and its waits would reap; the one reaper does that
    children_.push_back(pid);
    return pid;
}

/// A runtime makes init the leader of the terminal's session, and a terminal has one session at a time. The
/// kernel says HUP to us for that, in our own name; it is no loss of the console.
void LinuxHost::give_up_terminal() noexcept
{
    if (::getsid(0) != ::getpid() || ::ioctl(STDIN_FILENO, TIOCNOTTY) != 0)
        return;
    sigset_t hangup;
    ::sigemptyset(&hangup);
    ::sigaddset(&hangup, SIGHUP);
    const timespec no_time{};
    siginfo_t info{};
    if (::sigtimedwait(&hangup, &info, &no_time) == SIGHUP && info.si_pid != ::getpid())
        take(world::SignalReceived{SIGHUP, false, info.si_pid == 0, info.si_pid});
}

// --- Signalling -------------------------------------------------------------------------------------

void LinuxHost::ask_last_line(world::RunId run) noexcept
{
    pool_->ask_last_line(run);
}

void LinuxHost::signal_script(world::RunId run, int signo) noexcept
{
    pool_->signal_script(run, signo);
}

void LinuxHost::signal_group(pid_t leader, int signo) noexcept
{
    // ESRCH: it has ended, and its end is on its way to us.
    (void)system::send_group_signal(leader, signo);
}

void LinuxHost::signal_process(pid_t pid, int signo) noexcept
{
    (void)system::send_signal(pid, signo);
}

/// Calls `visitor(pid, belonging)` for every process but init and its own helpers. Allocates nothing.
template <class Visitor> void LinuxHost::visit_others(Visitor&& visitor) noexcept
{
    struct Context {
        LinuxHost& host;
        Visitor& visitor;
        pid_t self;
    } context{*this, visitor, ::getpid()};
    (void)system::visit_processes(
        [](pid_t pid, void* data) {
            Context& c = *static_cast<Context*>(data);
            if (pid == c.self || c.host.pool_->is_own(pid))
                return;
            c.visitor(pid, c.host.belonging(pid));
        },
        &context);
}

void LinuxHost::signal_rest(int signo) noexcept
{
    // KILL would also end the scribe, which has lines to write, so it goes to each process by itself.
    if (is_first_ && signo != SIGKILL) {
        (void)system::send_signal_to_all(signo);
        return;
    }
    const auto send = [signo](pid_t pid, const Belonging& whose) {
        if (whose.owner != Owner::stranger)
            (void)system::send_signal(pid, signo);
    };
    visit_others(send);
}

void LinuxHost::signal_visitors(int signo) noexcept
{
    const auto send = [signo](pid_t pid, const Belonging& whose) {
        if (whose.owner == Owner::visitor)
            (void)system::send_signal(pid, signo);
    };
    visit_others(send);
}

void LinuxHost::kill_under_keepers() noexcept
{
    pool_->kill_under_keepers();
    // The write ends of the entries' pipes are ours; their readers leave when the last one is closed.
    for (auto& [label, pipe] : labels_)
        pipe.reset();
}

// --- Looking ----------------------------------------------------------------------------------------

LinuxHost::Belonging LinuxHost::belonging(pid_t pid) const noexcept
{
    const pid_t self = ::getpid();
    for (int steps = 0; steps < longest_chain; ++steps) {
        if (pid == self)
            return {Owner::init, std::nullopt};
        if (const std::optional<world::RunId> run = pool_->run_of_keeper(pid))
            return {Owner::keeper, run};
        const std::optional<system::ProcessStat> stat = system::read_process(pid);
        if (!stat)
            return {};
        if (stat->parent == 0)
            return {is_first_ ? Owner::visitor : Owner::stranger, std::nullopt};
        pid = stat->parent;
    }
    return {};
}

bool LinuxHost::is_alive(pid_t pid) noexcept
{
    if (pid <= 1 || pool_->is_own(pid))
        return false;
    if (!system::is_proc_ours())
        return static_cast<bool>(system::send_signal(pid, 0));
    const std::optional<system::ProcessStat> stat = system::read_process(pid);
    return stat && stat->state != 'Z' && stat->state != 'X';
}

world::Population LinuxHost::population() noexcept
{
    world::Population count;
    if (!system::is_proc_ours()) {
        count.under_keepers = pool_->runs_alive();
        orphans_matter_ = true;
        return count;
    }
    const auto visit = [&count](pid_t pid, const Belonging& whose) {
        const std::optional<system::ProcessStat> stat = system::read_process(pid);
        if (!stat || stat->state == 'Z' || stat->state == 'X')
            return;
        count.under_keepers += whose.owner == Owner::keeper ? 1 : 0;
        count.others += whose.owner == Owner::init ? 1 : 0;
        count.visitors += whose.owner == Owner::visitor ? 1 : 0;
    };
    visit_others(visit);
    orphans_matter_ = !count.is_empty();
    return count;
}

std::size_t LinuxHost::keepers_left() noexcept
{
    return pool_->runs_alive();
}

void LinuxHost::begin_reserve() noexcept
{
    austere_ = true;
    (void)::epoll_ctl(events_.get(), EPOLL_CTL_DEL, rare_.get(), nullptr); // requests are not read any more
    queue_.stop_growing();
    pool_->begin_reserve();
}

std::vector<world::ProcessLook> LinuxHost::processes()
{
    std::vector<world::ProcessLook> all;
    const auto visit = [&all](pid_t pid, const Belonging& whose) {
        const std::optional<system::ProcessStat> stat = system::read_process(pid);
        if (stat && stat->state != 'Z')
            all.push_back({pid, stat->parent, whose.run});
    };
    visit_others(visit);
    return all;
}

std::optional<world::RunByHand> LinuxHost::find_run_by_hand(std::string_view service,
                                                            std::span<const world::RunId>)
{
    std::optional<world::RunByHand> found;
    const auto visit = [&](pid_t pid, const Belonging&) {
        if (found)
            return;
        const world::Result<std::string> words =
            system::read_text(fmt::format("/proc/{}/cmdline", pid), 4096);
        if (words && runs_script_of(*words, service))
            found = {pid, {}};
    };
    visit_others(visit);
    return found;
}

// --- Watching ---------------------------------------------------------------------------------------

void LinuxHost::watch(pid_t pid)
{
    const bool known =
        std::any_of(watched_.begin(), watched_.end(), [pid](const Watched& w) { return w.pid == pid; });
    if (known)
        return;
    watched_.push_back({pid, {}});
    const std::optional<system::ProcessStat> stat = system::read_process(pid);
    if (stat && stat->parent == ::getpid())
        return; // our own reaper will meet it
    if (stat) {
        if (const std::optional<world::RunId> run = pool_->run_of_keeper(stat->parent)) {
            pool_->watch(*run, pid);
            return;
        }
    }
    watch_through_pidfd(pid);
}

bool LinuxHost::forget_watched(pid_t pid) noexcept
{
    return std::erase_if(watched_, [pid](const Watched& w) { return w.pid == pid; }) != 0;
}

} // namespace init::host
