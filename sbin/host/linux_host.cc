// SPDX-License-Identifier: MIT
#include "host/linux_host.h"

#include <fmt/format.h>

#include <unistd.h>

#include <algorithm>

namespace init::host {
namespace {

using namespace std::chrono_literals;

constexpr auto last_lines = 2s; ///< for a scribe whose reader is slow, where there is no deadline

system::PrepareOptions preparation(const keeper::KeeperPool& pool, Tree& tree)
{
    system::PrepareOptions options;
    options.shared_pid_namespace = ::getpid() != 1;
    options.is_own = [&pool](pid_t pid) { return pool.is_own(pid); };
    options.answers = [&tree](const std::string& path) { return tree.answers(path); };
    return options;
}

} // namespace

Senses Senses::open()
{
    Senses senses;
    world::Result<system::UniqueFd> events = Loop::open();
    world::Result<system::UniqueFd> signals = Signals::open();
    if (!events)
        senses.fault = fmt::format("epoll_create1: {}", events.error().message());
    else if (!signals)
        senses.fault = fmt::format("signalfd: {}", signals.error().message());
    else
        senses = {std::move(*events), std::move(*signals), {}};
    return senses;
}

LinuxHost::LinuxHost(Senses senses, std::unique_ptr<keeper::KeeperPool> pool, const model::Settings& settings)
    : pool_(std::move(pool)), log_(*pool_, settings.log), loop_(std::move(senses.events), log_),
      processes_(loop_, log_, *pool_), tree_(loop_, log_, processes_.ownership()),
      signals_(std::move(senses.signals), loop_, processes_.reaper(), processes_.ownership()),
      callers_(loop_, log_), records_(log_, preparation(*pool_, tree_),
                                      {[this] {
                                           callers_.open();
                                           hear_of_losses();
                                       },
                                       [this] {
                                           callers_.mend();
                                           hear_of_losses();
                                       }}),
      upkeep_(loop_, log_,
              [this] {
                  records_.mend_files();
                  processes_.doubt().watch_again();
              }),
      machine_(log_, settings.hostname)
{
    processes_.use_tree(tree_);
    processes_.on_pipe_taken([this](int pipe) { callers_.close_output(pipe); });
    processes_.doubt().on_loss([this] { upkeep_.doubt(); });
    loop_.at_reserve([this] { pool_->begin_reserve(); });
}

/// What was made, and may have been made anew, is to stay.
void LinuxHost::hear_of_losses()
{
    for (const std::string& place : callers_.places())
        processes_.doubt().keep(place);
    upkeep_.listen();
}

std::string LinuxHost::listen()
{
    if (const auto heard = signals_.listen(); !heard)
        return fmt::format("epoll_ctl for signals: {}", heard.error().message());
    if (const auto heard = processes_.listen(); !heard)
        return fmt::format("epoll_ctl for keepers: {}", heard.error().message());
    return {};
}

void LinuxHost::finish(std::optional<world::TimePoint> deadline) noexcept
{
    const world::TimePoint latest = loop_.now() + last_lines;
    const world::TimePoint until = std::min(deadline.value_or(latest), latest);
    pool_->close();
    while (pool_->scribe() != 0 && loop_.now() < until) {
        processes_.reaper().reap();
        if (pool_->scribe() != 0)
            signals_.wait_until(until);
    }
}

} // namespace init::host
