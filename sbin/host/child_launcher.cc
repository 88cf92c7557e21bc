// SPDX-License-Identifier: MIT
#include "host/child_launcher.h"

#include "host/program_search.h"
#include "keeper/script_environment.h"
#include "system/launcher.h"
#include "system/origin.h"

#include <boost/process/v2/process.hpp>

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <numeric>

namespace init::host {
namespace {

constexpr std::size_t least_outputs = 16;

/// As if it had been started alone.
void take_origin(system::SpawnRequest& wanted) noexcept
{
    const system::Origin origin = system::origin();
    wanted.mask = origin.mask;
    wanted.ignored = origin.ignored;
    wanted.folder = origin.folder;
    wanted.umask = origin.umask;
}

} // namespace

world::Result<pid_t> ChildLauncher::launch(const world::ChildRequest& request)
{
    using Session = system::SpawnRequest::Session;
    const std::string program =
        find_program(request.argv[0], request.is_command ? container_path() : system_path, answers_);
    if (program.empty())
        return world::errno_code(ENOENT);
    if (answers_ && !answers_(program))
        return world::errno_code(ETIMEDOUT);
    system::SpawnRequest wanted;
    wanted.soft_limit_restored = true;
    wanted.session = request.controlling ? Session::session_with_terminal : Session::session;
    system::UniqueFd output;
    if (request.console) {
        std::iota(std::begin(wanted.standard), std::end(wanted.standard), STDIN_FILENO);
    } else {
        world::Result<system::UniqueFd> pipe = output_of(request.label);
        if (!pipe)
            return pipe.error();
        output = std::move(*pipe);
        wanted.standard[1] = wanted.standard[2] = output.get();
    }
    if (request.is_command) {
        take_origin(wanted);
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

/// A write end for one child, which alone holds it: the reader leaves when the last writer has. What an
/// earlier child of this id has left may still write; then there is a reader already.
world::Result<system::UniqueFd> ChildLauncher::output_of(const std::string& label)
{
    if (outputs_.size() >= looked_through_at_) {
        std::erase_if(outputs_, [this](const auto& output) { return !pool_.is_alive(output.second); });
        looked_through_at_ = 2 * outputs_.size() + least_outputs;
    }
    world::RunId& run = outputs_[label];
    if (world::Result<system::UniqueFd> again = pool_.reopen_output(run))
        return again;
    auto made = pool_.read_output(label);
    if (!made)
        return made.error();
    run = made->first;
    return std::move(made->second);
}

/// A runtime makes init the leader of the terminal's session, and a terminal has one session at a time. The
/// kernel says HUP to us for that, in our own name; it is no loss of the console.
void ChildLauncher::give_up_terminal() noexcept
{
    if (::getsid(0) != ::getpid() || ::ioctl(STDIN_FILENO, TIOCNOTTY) != 0)
        return;
    sigset_t hangup;
    ::sigemptyset(&hangup);
    ::sigaddset(&hangup, SIGHUP);
    const timespec no_time{};
    siginfo_t info{};
    if (::sigtimedwait(&hangup, &info, &no_time) == SIGHUP && info.si_pid != ::getpid())
        loop_.push(world::SignalReceived{SIGHUP, false, info.si_pid == 0, info.si_pid});
}

bool ChildLauncher::child_ended(pid_t pid) noexcept
{
    const auto child = std::ranges::find(children_, pid);
    if (child == children_.end())
        return false;
    *child = children_.back();
    children_.pop_back();
    return true;
}

} // namespace init::host
