// SPDX-License-Identifier: MIT
#include "model/run_outcome.h"

#include "model/exit_status.h"

#include <cerrno>

#include <fmt/format.h>

#include <csignal>
#include <cstdlib> // wait(2)'s macros, which POSIX has here as well

namespace init::model {
namespace {

constexpr int lsb_not_installed = 5;
constexpr int lsb_not_configured = 6;
constexpr int lsb_not_running = 7;

RunResult result_of(RunPurpose purpose, int exit, Layout layout) noexcept
{
    if (exit == 0)
        return RunResult::succeeded;
    if (layout == Layout::plain)
        return RunResult::failed;
    if (purpose == RunPurpose::start && exit == lsb_not_installed)
        return RunResult::not_installed;
    if (purpose == RunPurpose::start && exit == lsb_not_configured)
        return RunResult::not_configured;
    if (purpose == RunPurpose::stop && exit == lsb_not_running)
        return RunResult::succeeded;
    return RunResult::failed;
}

} // namespace

RunPurpose purpose_of(std::string_view verb) noexcept
{
    if (verb == "start")
        return RunPurpose::start;
    if (verb == "stop")
        return RunPurpose::stop;
    return verb == "status" || verb == "reload" ? RunPurpose::look : RunPurpose::renew;
}

RunOutcome outcome_of(RunPurpose purpose, std::optional<int> wait_status, Layout layout) noexcept
{
    if (!wait_status)
        return {purpose, RunResult::unseen, std::nullopt, std::nullopt};
    const int exit = exit_status::of_wait_status(*wait_status);
    return {purpose, result_of(purpose, exit, layout), exit, wait_status};
}

RunOutcome outcome_of_failed_exec(RunPurpose purpose, int error) noexcept
{
    return {purpose, RunResult::not_run, exit_status::of_failed_exec(error), std::nullopt, error};
}

bool is_for_now(int error) noexcept
{
    return error == EAGAIN || error == EMFILE || error == ENFILE || error == ENOMEM || error == ENOBUFS ||
           error == ETXTBSY;
}

std::string describe(const RunOutcome& outcome)
{
    switch (outcome.result) {
    case RunResult::unseen:
        return "ended unseen";
    case RunResult::not_run:
        return "could not be run";
    case RunResult::not_installed:
        return fmt::format("exit {} (not installed)", *outcome.exit);
    case RunResult::not_configured:
        return fmt::format("exit {} (not configured)", *outcome.exit);
    case RunResult::succeeded:
    case RunResult::failed:
        break;
    }
    return exit_status::describe_wait_status(*outcome.status);
}

bool ended_as_asked(int wait_status) noexcept
{
    if (WIFEXITED(wait_status))
        return WEXITSTATUS(wait_status) == 0 || WEXITSTATUS(wait_status) == exit_status::of_signal(SIGTERM);
    switch (WTERMSIG(wait_status)) {
    case SIGTERM:
    case SIGINT:
    case SIGHUP:
    case SIGQUIT:
        return true;
    default:
        return false;
    }
}

bool ended_by_fault(int wait_status) noexcept
{
    if (!WIFSIGNALED(wait_status))
        return false;
    switch (WTERMSIG(wait_status)) {
    case SIGSEGV:
    case SIGABRT:
    case SIGBUS:
    case SIGFPE:
    case SIGILL:
    case SIGSYS:
    case SIGTRAP:
        return true;
    default:
        return false;
    }
}

} // namespace init::model
