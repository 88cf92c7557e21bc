// SPDX-License-Identifier: MIT
// Boost.Process v2's launcher on top of `spawn`: inittab entries, CMD and tools come through here. It leaves
// the fork notification of Asio alone, because nothing of the event loop is seen by a child that shares
// memory until exec.
#pragma once

#include "system/spawn.h"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/detail/throw_error.hpp>
#include <boost/process/v2/environment.hpp>
#include <boost/process/v2/posix/default_launcher.hpp>
#include <boost/process/v2/process.hpp>
#include <boost/process/v2/stdio.hpp>

#include <string>
#include <type_traits>
#include <utility>

namespace init::system {

/// `request` says how the child is set up; path, argv and environment in it are filled in by the call.
/// Initialisers: `process_environment` and others with `on_setup` work as with the library's own launcher;
/// `process_stdio` sets what becomes 0, 1, 2, and what it leaves out stays the caller's. `process_start_dir`
/// and other `on_exec_setup` have no effect: a child of init starts in `/`. On failure `ec` has the errno,
/// `failure` the step and `failed_path` the program; the process that comes back is empty. The caller
/// detaches a process that it does not wait for through the library.
class Launcher : public boost::process::v2::posix::default_launcher {
public:
    using ErrorCode = boost::process::v2::error_code;
    using Path = boost::process::v2::filesystem::path;
    using Stdio = boost::process::v2::process_stdio;

    Launcher() = default;
    explicit Launcher(const SpawnRequest& wanted) : request(wanted) {}

    template <class Executor, class Args, class... Inits>
    auto operator()(Executor executor, ErrorCode& ec,
                    const std::enable_if_t<boost::asio::execution::is_executor<Executor>::value ||
                                               boost::asio::is_executor<Executor>::value,
                                           Path>& program,
                    Args&& args, Inits&&... inits) -> boost::process::v2::basic_process<Executor>
    {
        namespace hooks = boost::process::v2::posix::detail;
        using Process = boost::process::v2::basic_process<Executor>;
        auto argv = this->build_argv_(program, std::forward<Args>(args));
        ec = hooks::on_setup(*this, program, argv, inits...);
        if (ec) {
            hooks::on_error(*this, program, argv, ec, inits...);
            return Process(std::move(executor));
        }
        (take_standard(inits), ...);
        Spawned spawned = start(program, argv);
        if (spawned.pid < 0) {
            ec.assign(failure.error, boost::system::system_category());
            hooks::on_error(*this, program, argv, ec, inits...);
            return Process(std::move(executor));
        }
        hooks::on_success(*this, program, argv, inits...);
        if (!spawned.pidfd)
            return Process(std::move(executor), spawned.pid);
        return Process(std::move(executor), spawned.pid, spawned.pidfd.release());
    }

    SpawnRequest request;
    SpawnFailure failure;
    std::string failed_path;

private:
    void take_standard(const Stdio& stdio) noexcept
    {
        request.standard[0] = stdio.in.fd;
        request.standard[1] = stdio.out.fd;
        request.standard[2] = stdio.err.fd;
    }
    template <class Other> void take_standard(const Other&) noexcept {}
    Spawned start(const Path& program, const char* const* argv);
};

} // namespace init::system
