// SPDX-License-Identifier: MIT
// Whose a process is, told by the chain of its parents: a keeper's, init's own, or of somebody who entered
// from outside. Reads /proc anew at each question, one line for a process however deep it sits, and allocates
// nothing.
#pragma once

#include "keeper/keeper_pool.h"
#include "system/mapped_rows.h"
#include "world/events.h"

#include <sys/types.h>

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <type_traits>

namespace init::host {

struct Belonging {
    enum class Owner : std::uint8_t {
        keeper,  ///< below a keeper that has a run
        init,    ///< init's child, or below one
        visitor, ///< entered from outside (`docker exec`), or below such a one
        stranger ///< not ours: gone, or somebody else's where the PID namespace is shared
    } owner = Owner::stranger;
    std::optional<world::RunId> run; ///< with `keeper`
};

/// A process as a look at all of them has found it.
struct SeenProcess {
    pid_t pid = 0;
    pid_t parent = 0;
    char state = '?'; ///< of /proc/PID/stat
    char comm[16] = {};
    Belonging whose;

    [[nodiscard]] bool is_living() const noexcept { return state != 'Z' && state != 'X'; }
};

class Ownership {
public:
    static constexpr std::size_t most_processes = 131'072; ///< those above pass for init's own, unseen

    /// `pool` outlives it.
    explicit Ownership(const keeper::KeeperPool& pool) noexcept;

    [[nodiscard]] Belonging of(pid_t pid) const noexcept;
    /// PID 1 of its namespace: then a parent outside makes a visitor, else a stranger.
    [[nodiscard]] bool is_first() const noexcept { return is_first_; }

    /// A process of init's own that is nobody's to count or to signal, besides those of the pool. Without a
    /// place it counts.
    void add_helper(pid_t pid) noexcept;
    void drop_helper(pid_t pid) noexcept;

    /// Calls `visitor(seen)` for every process but init and its own helpers, until it returns false. False
    /// without a /proc of ours.
    template <class Visitor> bool visit_others(Visitor&& visitor) noexcept
    {
        if (!look())
            return false;
        for (Row& row : rows_.rows())
            if (!row.is_helper && !visitor(row.seen))
                break;
        rows_.clear();
        return true;
    }

    /// As `visit_others`, of one process after the other: dear for each that is visited, and cheap where the
    /// first few are enough.
    template <class Visitor> bool visit_some(Visitor&& visitor) const noexcept
    {
        using Called = std::remove_reference_t<Visitor>;
        return visit_one_by_one(
            [](const SeenProcess& seen, void* context) { return (*static_cast<Called*>(context))(seen); },
            &visitor);
    }

private:
    struct Row {
        SeenProcess seen;
        bool is_helper = false;
        bool is_known = false; ///< whose it is
    };
    using Visit = bool (*)(const SeenProcess& seen, void* context);

    [[nodiscard]] bool is_helper(pid_t pid) const noexcept;
    bool look() noexcept;
    void mark_keepers() noexcept;
    void settle(Row& row) noexcept;
    [[nodiscard]] Row* find(pid_t pid) noexcept;
    [[nodiscard]] Belonging end_of_chain(pid_t parent) const noexcept;
    bool visit_one_by_one(Visit visit, void* context) const noexcept;

    const keeper::KeeperPool& pool_;
    bool is_first_;
    pid_t self_;
    std::array<pid_t, 16> helpers_{}; ///< 0: a free place
    system::MappedRows<Row> rows_{most_processes};
};

} // namespace init::host
