// SPDX-License-Identifier: MIT
// The spawner's loop: one blocking receive, one clone, nothing between.
#include "keeper/spawner.h"

#include "keeper/keeper.h"
#include "keeper/ledger.h"
#include "keeper/protocol.h"
#include "system/after_fork.h"
#include "system/file_limit.h"
#include "system/process_title.h"

#include <sched.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace init::keeper {

namespace {

/// What the keepers inherit: the signals that are sent around in a stop must not end them.
void ignore_stop_signals() noexcept
{
    struct sigaction action {};
    action.sa_handler = SIG_IGN;
    for (const int signo : {SIGTERM, SIGINT, SIGHUP, SIGUSR1, SIGUSR2})
        ::sigaction(signo, &action, nullptr);
}

/// A fork whose child is init's, and known to init from the ledger. The C library's fork would run its
/// handlers and offers neither.
pid_t clone_for_init(LedgerEntry& entry) noexcept
{
    entry.clear();
    constexpr int flags = CLONE_PARENT | CLONE_PARENT_SETTID | SIGCHLD;
    return static_cast<pid_t>(::syscall(SYS_clone, flags, nullptr, entry.keeper_record(), nullptr, nullptr));
}

void report_not_born(std::uint32_t keeper, int error) noexcept
{
    Message message;
    message.kind = MessageKind::not_born;
    message.keeper = keeper;
    message.value = error;
    [[maybe_unused]] const ssize_t told = ::write(message_fd, &message, sizeof message);
}

void make_keeper(const Order& order, int socket, LedgerEntry& entry) noexcept
{
    const pid_t pid = clone_for_init(entry);
    if (pid == 0)
        keeper_main(order.keeper, socket, entry);
    if (pid < 0)
        report_not_born(order.keeper, errno);
}

} // namespace

void spawner_main(int orders, int messages, int lines, Ledger& ledger) noexcept
{
    system::release_kept_files(); // init may be at its limit, and this is a copy of init still
    const int given[] = {orders, messages, lines};
    system::keep_only(given, 3);
    system::set_title("rc-spawner", "rc-spawner");
    ::setsid();
    ignore_stop_signals();
    system::survey_dispositions();
    Order order;
    for (;;) {
        ReceivedOrder received;
        const bool arrived =
            receive_order(order_fd, reinterpret_cast<char*>(&order), sizeof order, 0, received);
        if (!arrived || received.size == 0)
            ::_exit(0);
        const bool is_usable = received.size == sizeof order && order.version == protocol_version &&
                               order.kind == OrderKind::clone && received.descriptors[0];
        LedgerEntry* const entry = ledger.find(order.place);
        if (is_usable && entry != nullptr)
            make_keeper(order, received.descriptors[0].get(), *entry);
    }
}

} // namespace init::keeper
