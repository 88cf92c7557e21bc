// SPDX-License-Identifier: MIT
// Whose a process is, told by the chain of its parents: a keeper's, init's own, or of somebody who entered
// from outside. Reads /proc anew at each question and allocates nothing.
#pragma once

#include "keeper/keeper_pool.h"
#include "world/events.h"

#include <sys/types.h>

#include <optional>

namespace init::host {

struct Belonging {
    enum class Owner {
        keeper,  ///< below a keeper that has a run
        init,    ///< init's child, or below one
        visitor, ///< entered from outside (`docker exec`), or below such a one
        stranger ///< not ours: gone, or somebody else's where the PID namespace is shared
    } owner = Owner::stranger;
    std::optional<world::RunId> run; ///< with `keeper`
};

class Ownership {
public:
    /// `pool` outlives it.
    explicit Ownership(const keeper::KeeperPool& pool) noexcept;

    [[nodiscard]] Belonging of(pid_t pid) const noexcept;
    /// PID 1 of its namespace: then a parent outside makes a visitor, else a stranger.
    [[nodiscard]] bool is_first() const noexcept { return is_first_; }

    /// Calls `visitor(pid, belonging)` for every process but init and its own helpers. False without a /proc
    /// of ours.
    template <class Visitor> bool visit_others(Visitor&& visitor) const noexcept
    {
        return visit([](pid_t pid, const Belonging& whose,
                        void* context) { (*static_cast<Visitor*>(context))(pid, whose); },
                     &visitor);
    }

private:
    using Visit = void (*)(pid_t pid, const Belonging& whose, void* context);
    bool visit(Visit each, void* context) const noexcept;

    const keeper::KeeperPool& pool_;
    bool is_first_;
};

} // namespace init::host
