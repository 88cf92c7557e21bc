// SPDX-License-Identifier: MIT
// Starts init's own children, the inittab's and the command, and remembers which they are. Scripts are the
// keepers'.
#pragma once

#include "host/loop.h"
#include "keeper/keeper_pool.h"
#include "world/processes.h"

#include <boost/asio/io_context.hpp>

#include <string>
#include <unordered_map>
#include <vector>

namespace init::host {

class ChildLauncher {
public:
    /// Both outlive it.
    ChildLauncher(Loop& loop, keeper::KeeperPool& pool) noexcept : loop_(loop), pool_(pool) {}

    /// A program for which this is false is not touched: to execute it would hold up init.
    void ask_first(std::function<bool(const std::string&)> answers) { answers_ = std::move(answers); }
    /// As `world::Processes::launch`; ETIMEDOUT for a program on a file server that does not answer.
    world::Result<pid_t> launch(const world::ChildRequest& request);
    /// True for one that was launched here; it is forgotten by this. Allocates nothing.
    bool child_ended(pid_t pid) noexcept;

private:
    world::Result<system::UniqueFd> output_of(const std::string& label);
    void give_up_terminal() noexcept;

    Loop& loop_;
    keeper::KeeperPool& pool_;
    std::function<bool(const std::string&)> answers_;
    boost::asio::io_context io_{1}; ///< what Boost.Process launches on; nothing waits in it
    std::vector<pid_t> children_;
    std::unordered_map<std::string, world::RunId> outputs_; ///< the last one of each inittab id
    std::size_t looked_through_at_ = 0; ///< when there are so many, those that are over are forgotten
};

} // namespace init::host
