// SPDX-License-Identifier: MIT
// What init must know of a keeper that cannot be asked any more. It stands in memory that init, spawner and
// keepers share, and what counts is written there by the kernel, in the call that makes it true: no moment is
// left in which a kill could part the two.
#pragma once

#include <signal.h>
#include <sys/types.h>

#include <atomic>
#include <bitset>
#include <cstddef>
#include <cstdint>
#include <optional>

namespace init::keeper {

/// wait(2)'s status of a child that waitid(2) told of.
int wait_status(const siginfo_t& child) noexcept;

/// What is known of the run that a keeper had when it died.
struct Remains {
    pid_t script = 0;          ///< 0: not begun; nothing of it has run and nothing will
    std::optional<int> status; ///< of the script, where the dead one had reaped it
    pid_t last_reaped = 0;     ///< the child it reaped last
    int last_reaped_status = 0;
};

/// One living keeper's. The keeper alone writes to it, or the kernel on its behalf; init reads.
class LedgerEntry {
public:
    /// The spawner's clone puts the keeper's pid here.
    [[nodiscard]] pid_t* keeper_record() noexcept { return &keeper_; }
    /// The keeper's clone puts the script's pid here; 0 again when it could not be executed.
    [[nodiscard]] pid_t* script_record() noexcept { return &script_; }
    /// The keeper's wait puts every child here.
    [[nodiscard]] siginfo_t& child_record() noexcept { return child_; }

    /// For another keeper. Whoever lets the kernel write here calls it first: the page must be there, since
    /// the kernel would not fetch it for a process that has been killed.
    void clear() noexcept;
    /// The keeper has taken the order of this run, and has done nothing yet.
    void take(std::uint32_t run) noexcept;
    /// The script, which `child_record` names now, has ended; other children may follow it there.
    void script_ended(int status) noexcept;

    /// 0 until it has been cloned.
    [[nodiscard]] pid_t keeper() noexcept { return std::atomic_ref(keeper_).load(); }
    /// The script of this run; 0 when there is none, or when the keeper has reaped it.
    [[nodiscard]] pid_t living_script(std::uint32_t run) noexcept;
    /// Of a keeper that is dead.
    [[nodiscard]] Remains remains(std::uint32_t run) noexcept;

private:
    pid_t keeper_ = 0;
    pid_t script_ = 0;
    std::atomic<std::uint32_t> run_ = 0;
    std::atomic<bool> is_script_over_ = false;
    int script_status_ = 0;
    siginfo_t child_{};
};

class Ledger {
public:
    /// So many keepers at a time; memory only for those there are.
    static constexpr std::size_t size = 16 * 1024;

    /// One entry, as long as this lives. It moves, and is not given to another before its end.
    class Place {
    public:
        Place() noexcept = default;
        Place(Place&& other) noexcept;
        Place& operator=(Place&& other) noexcept;
        Place(const Place&) = delete;
        Place& operator=(const Place&) = delete;
        ~Place() { leave(); }

        explicit operator bool() const noexcept { return ledger_ != nullptr; }
        [[nodiscard]] std::uint32_t number() const noexcept { return number_; }
        [[nodiscard]] LedgerEntry& entry() const noexcept { return ledger_->entries_[number_]; }

    private:
        friend Ledger;
        Place(Ledger& ledger, std::uint32_t number) noexcept : ledger_(&ledger), number_(number) {}
        void leave() noexcept;

        Ledger* ledger_ = nullptr;
        std::uint32_t number_ = 0;
    };

    Ledger() noexcept = default;
    Ledger(const Ledger&) = delete;
    Ledger& operator=(const Ledger&) = delete;
    ~Ledger();

    /// Maps it; called before the spawner is forked, which inherits it. False with errno set.
    bool open() noexcept;
    /// The first free one, cleared; an empty one when all are taken. Allocates nothing.
    Place take() noexcept;
    /// For the spawner, which knows places by number; nullptr when there is no such one.
    [[nodiscard]] LedgerEntry* find(std::uint32_t number) noexcept;

private:
    LedgerEntry* entries_ = nullptr;
    std::bitset<size> taken_;
};

} // namespace init::keeper
