// SPDX-License-Identifier: MIT
#include "host/ownership.h"

#include "system/process_table.h"

#include <unistd.h>

#include <algorithm>
#include <cstring>

namespace init::host {
namespace {

constexpr int longest_chain = 256; ///< parents asked about one by one; deeper trees are taken for strangers

} // namespace

Ownership::Ownership(const keeper::KeeperPool& pool) noexcept
    : pool_(pool), is_first_(::getpid() == 1), self_(::getpid())
{
}

Belonging Ownership::of(pid_t pid) const noexcept
{
    for (int steps = 0; steps < longest_chain; ++steps) {
        if (pid == self_)
            return {Belonging::Owner::init, std::nullopt};
        if (const std::optional<world::RunId> run = pool_.run_of_keeper(pid))
            return {Belonging::Owner::keeper, run};
        const std::optional<system::ProcessStat> stat = system::read_process(pid);
        if (!stat)
            return {};
        if (stat->parent == 0)
            return end_of_chain(0);
        pid = stat->parent;
    }
    return {};
}

/// Whose a process is whose parent is none that was found. One that has ended since has left it to init, or
/// to a keeper, and the next look tells.
Belonging Ownership::end_of_chain(pid_t parent) const noexcept
{
    if (!is_first_)
        return {};
    return {parent == 0 ? Belonging::Owner::visitor : Belonging::Owner::init, std::nullopt};
}

void Ownership::add_helper(pid_t pid) noexcept
{
    if (const auto free = std::ranges::find(helpers_, 0); free != helpers_.end())
        *free = pid;
}

void Ownership::drop_helper(pid_t pid) noexcept
{
    if (const auto at = std::ranges::find(helpers_, pid); at != helpers_.end())
        *at = 0;
}

bool Ownership::is_helper(pid_t pid) const noexcept
{
    return std::ranges::find(helpers_, pid) != helpers_.end();
}

// --- All of them ------------------------------------------------------------------------------------

bool Ownership::look() noexcept
{
    rows_.clear();
    const bool is_seen = system::visit_processes(
        [](pid_t pid, void* context) {
            auto* const self = static_cast<Ownership*>(context);
            const std::optional<system::ProcessStat> stat = system::read_process(pid);
            Row* const row = stat ? self->rows_.add() : nullptr;
            if (row == nullptr)
                return;
            row->seen.pid = pid;
            row->seen.parent = stat->parent;
            row->seen.state = stat->state;
            std::memcpy(row->seen.comm, stat->comm, sizeof row->seen.comm);
        },
        this);
    if (!is_seen)
        return false;
    // /proc lists them by number; a look that others disturbed may not.
    const auto by_pid = [](const Row& a, const Row& b) { return a.seen.pid < b.seen.pid; };
    if (!std::ranges::is_sorted(rows_.rows(), by_pid))
        std::ranges::sort(rows_.rows(), by_pid);
    mark_keepers();
    for (Row& row : rows_.rows())
        settle(row);
    return true;
}

void Ownership::mark_keepers() noexcept
{
    for (const pid_t pid : helpers_)
        if (Row* const row = pid != 0 ? find(pid) : nullptr)
            row->is_helper = true;
    if (Row* const own = find(self_)) {
        own->is_helper = own->is_known = true;
        own->seen.whose.owner = Belonging::Owner::init;
    }
    pool_.visit_own([this](pid_t pid, std::optional<world::RunId> run) {
        if (Row* const row = find(pid)) {
            row->is_helper = row->is_known = true;
            row->seen.whose = run ? Belonging{Belonging::Owner::keeper, run}
                                  : Belonging{Belonging::Owner::init, std::nullopt};
        }
    });
}

/// Up to the first of whom it is known, and then the same for all in between: each is passed twice at most.
void Ownership::settle(Row& row) noexcept
{
    Row* top = &row;
    // As many steps as there are rows: pids that came again while they were read could close a circle.
    for (std::size_t steps = rows_.rows().size(); !top->is_known && steps > 0; --steps) {
        Row* const above = find(top->seen.parent);
        if (above == nullptr)
            break;
        top = above;
    }
    const Belonging whose = top->is_known ? top->seen.whose : end_of_chain(top->seen.parent);
    for (Row* below = &row; below != nullptr && !below->is_known; below = find(below->seen.parent)) {
        below->is_known = true;
        below->seen.whose = whose;
    }
}

Ownership::Row* Ownership::find(pid_t pid) noexcept
{
    const std::span<Row> rows = rows_.rows();
    const auto at = std::ranges::lower_bound(rows, pid, {}, [](const Row& row) { return row.seen.pid; });
    return at != rows.end() && at->seen.pid == pid ? &*at : nullptr;
}

// --- One by one -------------------------------------------------------------------------------------

bool Ownership::visit_one_by_one(Visit visit, void* context) const noexcept
{
    struct All {
        const Ownership& ownership;
        Visit visit;
        void* context;
    } all{*this, visit, context};
    return system::visit_processes_until(
        [](pid_t pid, void* data) {
            const All& a = *static_cast<const All*>(data);
            if (pid == a.ownership.self_ || a.ownership.pool_.is_own(pid) || a.ownership.is_helper(pid))
                return true;
            const std::optional<system::ProcessStat> stat = system::read_process(pid);
            if (!stat || stat->state == 'Z' || stat->state == 'X')
                return true;
            SeenProcess seen;
            seen.pid = pid;
            seen.parent = stat->parent;
            seen.state = stat->state;
            seen.whose = a.ownership.of(pid);
            return a.visit(seen, a.context);
        },
        &all);
}

} // namespace init::host
