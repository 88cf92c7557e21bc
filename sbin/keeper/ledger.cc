// SPDX-License-Identifier: MIT
// Entries in shared memory, and which of them are taken, which is init's alone to know.
#include "keeper/ledger.h"

#include <sys/mman.h>

#include <new>
#include <utility>

namespace init::keeper {

int wait_status(const siginfo_t& child) noexcept
{
    switch (child.si_code) {
    case CLD_EXITED:
        return (child.si_status & 0xff) << 8;
    case CLD_DUMPED:
        return child.si_status | 0x80;
    default:
        return child.si_status;
    }
}

void LedgerEntry::clear() noexcept
{
    take(0);
    std::atomic_ref(keeper_).store(0);
}

void LedgerEntry::take(std::uint32_t run) noexcept
{
    run_.store(0); // until the rest is right, it speaks of no run
    std::atomic_ref(script_).store(0);
    is_script_over_.store(false);
    child_.si_pid = 0;
    run_.store(run);
}

void LedgerEntry::script_ended(int status) noexcept
{
    script_status_ = status;
    is_script_over_.store(true);
}

pid_t LedgerEntry::living_script(std::uint32_t run) noexcept
{
    const pid_t script = std::atomic_ref(script_).load();
    const bool is_reaped = is_script_over_.load() || child_.si_pid == script;
    return run != 0 && run_.load() == run && !is_reaped ? script : 0;
}

Remains LedgerEntry::remains(std::uint32_t run) noexcept
{
    Remains remains;
    remains.last_reaped = child_.si_pid;
    remains.last_reaped_status = wait_status(child_);
    if (run == 0 || run_.load() != run)
        return remains;
    remains.script = std::atomic_ref(script_).load();
    if (is_script_over_.load())
        remains.status = script_status_;
    else if (remains.script != 0 && child_.si_pid == remains.script)
        remains.status = remains.last_reaped_status;
    return remains;
}

Ledger::Place::Place(Place&& other) noexcept
    : ledger_(std::exchange(other.ledger_, nullptr)), number_(other.number_)
{
}

Ledger::Place& Ledger::Place::operator=(Place&& other) noexcept
{
    if (this != &other) {
        leave();
        ledger_ = std::exchange(other.ledger_, nullptr);
        number_ = other.number_;
    }
    return *this;
}

void Ledger::Place::leave() noexcept
{
    if (ledger_ != nullptr)
        ledger_->taken_.reset(number_);
    ledger_ = nullptr;
}

Ledger::~Ledger()
{
    if (entries_ != nullptr)
        ::munmap(entries_, size * sizeof(LedgerEntry));
}

bool Ledger::open() noexcept
{
    void* const memory = ::mmap(nullptr, size * sizeof(LedgerEntry), PROT_READ | PROT_WRITE,
                                MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (memory == MAP_FAILED)
        return false;
    // Zeroes are what an entry begins with; each is cleared before it is used.
    entries_ = static_cast<LedgerEntry*>(memory);
    return true;
}

Ledger::Place Ledger::take() noexcept
{
    std::uint32_t number = 0;
    while (number < size && taken_.test(number))
        ++number;
    if (number == size)
        return {};
    taken_.set(number);
    ::new (entries_ + number) LedgerEntry;
    return Place(*this, number);
}

LedgerEntry* Ledger::find(std::uint32_t number) noexcept
{
    return number < size ? entries_ + number : nullptr;
}

} // namespace init::keeper
