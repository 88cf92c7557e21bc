// SPDX-License-Identifier: MIT
#include "host/ownership.h"

#include "system/process_table.h"

#include <unistd.h>

namespace init::host {
namespace {

constexpr int longest_chain = 256; ///< parents looked at; deeper trees are taken for strangers

} // namespace

Ownership::Ownership(const keeper::KeeperPool& pool) noexcept : pool_(pool), is_first_(::getpid() == 1) {}

Belonging Ownership::of(pid_t pid) const noexcept
{
    const pid_t self = ::getpid();
    for (int steps = 0; steps < longest_chain; ++steps) {
        if (pid == self)
            return {Belonging::Owner::init, std::nullopt};
        if (const std::optional<world::RunId> run = pool_.run_of_keeper(pid))
            return {Belonging::Owner::keeper, run};
        const std::optional<system::ProcessStat> stat = system::read_process(pid);
        if (!stat)
            return {};
        if (stat->parent == 0)
            return {is_first_ ? Belonging::Owner::visitor : Belonging::Owner::stranger, std::nullopt};
        pid = stat->parent;
    }
    return {};
}

bool Ownership::visit(Visit each, void* context) const noexcept
{
    struct All {
        const Ownership& ownership;
        Visit each;
        void* context;
        pid_t self;
    } all{*this, each, context, ::getpid()};
    return system::visit_processes(
        [](pid_t pid, void* data) {
            const All& a = *static_cast<const All*>(data);
            if (pid != a.self && !a.ownership.pool_.is_own(pid))
                a.each(pid, a.ownership.of(pid), a.context);
        },
        &all);
}

} // namespace init::host
