// SPDX-License-Identifier: MIT
// The keeper's loop. It has no heap and no timers of its own when idle; all it holds is static and small,
// since there is one keeper for every run of a script.
#include "keeper/keeper.h"

#include "keeper/order_reader.h"
#include "keeper/pid_list.h"
#include "keeper/protocol.h"
#include "keeper/script_environment.h"
#include "keeper/script_output.h"
#include "system/after_fork.h"
#include "system/process_table.h"
#include "system/process_title.h"
#include "system/signal_process.h"
#include "system/spawn.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <new>
#include <utility>

namespace init::keeper {

namespace {

using system::UniqueFd;
using Clock = ScriptOutput::Clock;

constexpr std::size_t words_limit = 1024;

class Keeper {
public:
    [[noreturn]] void live(std::uint32_t number) noexcept;

private:
    Message message(MessageKind kind) const noexcept;
    void send(const Message& message) noexcept;
    void flush() noexcept;

    void wait_for_something() noexcept;
    void take_order() noexcept;
    void obey(Order order, ReceivedOrder& received) noexcept;
    void start_run(const Order& order, ReceivedOrder& received) noexcept;
    void start_script(const Order& order, StringReader& strings, ReceivedOrder& received) noexcept;
    void report_failure(int error, const char* step) noexcept;
    void answer_last_line() noexcept;

    void reap() noexcept;
    void note_end(pid_t pid, int status) noexcept;
    void report_script_end() noexcept;
    void watch(pid_t pid) noexcept;
    void report_process(pid_t pid, const int* status) noexcept;
    void report_vanished() noexcept;

    void kill_all() noexcept;
    void kill_children() noexcept;
    void finish_when_killed() noexcept;
    [[nodiscard]] bool is_over() const noexcept;
    void end_run() noexcept;
    [[noreturn]] void leave() noexcept;

    std::uint32_t number_ = 0;
    std::uint32_t run_ = 0;
    bool has_order_ = false;
    bool is_lost_ = false; // init has gone
    bool is_killing_ = false;
    bool has_children_ = false;
    bool is_script_over_ = false; // it has been reaped
    bool is_end_told_ = false;
    pid_t script_ = 0;
    int script_status_ = 0;
    UniqueFd signals_;
    UniqueFd source_;
    ScriptOutput output_;
    PidList reaped_;
    PidList watched_;
    Message queue_[6];
    std::size_t queued_ = 0;
};

// Pages of these become memory of this process only where it writes to them.
alignas(Keeper) unsigned char keeper_memory[sizeof(Keeper)];
alignas(Order) char order_buffer[order_limit];
char* words[words_limit + 1];

void kill_visited(pid_t pid, void*)
{
    [[maybe_unused]] const auto sent = system::send_signal(pid, SIGKILL);
}

UniqueFd open_child_signals() noexcept
{
    sigset_t child;
    ::sigemptyset(&child);
    ::sigaddset(&child, SIGCHLD);
    return UniqueFd(::signalfd(-1, &child, SFD_NONBLOCK | SFD_CLOEXEC));
}

[[noreturn]] void Keeper::live(std::uint32_t number) noexcept
{
    number_ = number;
    signals_ = open_child_signals();
    Message born = message(MessageKind::born);
    born.pid = ::getpid();
    send(born);
    for (;;) {
        if (has_order_ && is_over())
            end_run();
        if (is_over())
            leave();
        flush();
        wait_for_something();
    }
}

Message Keeper::message(MessageKind kind) const noexcept
{
    Message message;
    message.kind = kind;
    message.keeper = number_;
    message.run = run_;
    return message;
}

void Keeper::send(const Message& message) noexcept
{
    if (queued_ == sizeof queue_ / sizeof queue_[0])
        flush();
    queue_[queued_++] = message;
}

/// Writes what is queued in one piece, so that init wakes up once. Blocks while init is behind.
void Keeper::flush() noexcept
{
    const std::size_t size = queued_ * sizeof(Message);
    queued_ = 0;
    if (size == 0 || is_lost_)
        return;
    static_assert(sizeof queue_ <= LineSplitter::line_limit, "more would not be written whole");
    while (::write(message_fd, queue_, size) < 0) {
        if (errno == EINTR)
            continue;
        is_lost_ = true;
        return;
    }
}

void Keeper::wait_for_something() noexcept
{
    pollfd polled[] = {
        {is_lost_ ? -1 : order_fd, POLLIN, 0},
        {signals_.get(), POLLIN, 0},
        {output_.wants_read() ? source_.get() : -1, POLLIN, 0},
        {output_.wants_room() ? line_fd : -1, POLLOUT, 0},
        {output_.caller().wanted(), POLLOUT, 0},
    };
    const int timeout = has_order_ ? output_.timeout(Clock::now()) : -1;
    if (::poll(polled, sizeof polled / sizeof polled[0], timeout) < 0)
        return;
    if (polled[2].revents != 0)
        output_.read();
    if (polled[1].revents != 0)
        reap();
    if (polled[0].revents != 0)
        take_order();
    if (has_order_)
        output_.write(Clock::now());
    if (is_script_over_ && !is_end_told_ && output_.caller().is_over())
        report_script_end();
    if (is_killing_)
        finish_when_killed();
}

void Keeper::take_order() noexcept
{
    ReceivedOrder received;
    if (!receive_order(order_fd, order_buffer, sizeof order_buffer, MSG_DONTWAIT, received)) {
        is_lost_ = errno != EAGAIN;
        return;
    }
    if (received.size == 0) {
        is_lost_ = true;
        return;
    }
    Order order;
    if (received.size < sizeof order)
        return;
    std::memcpy(&order, order_buffer, sizeof order);
    if (order.version == protocol_version)
        obey(order, received);
}

void Keeper::obey(Order order, ReceivedOrder& received) noexcept
{
    switch (order.kind) {
    case OrderKind::run:
    case OrderKind::read:
        if (!has_order_)
            start_run(order, received);
        break;
    case OrderKind::kill_all:
        if (has_order_)
            kill_all();
        break;
    case OrderKind::ask_last_line:
        answer_last_line();
        break;
    case OrderKind::watch:
        watch(order.pid);
        break;
    case OrderKind::leave:
        is_lost_ = is_lost_ || !has_order_;
        break;
    case OrderKind::clone:
        break;
    }
}

void Keeper::start_run(const Order& order, ReceivedOrder& received) noexcept
{
    has_order_ = true;
    run_ = order.run;
    source_ = std::move(received.descriptors[0]);
    StringReader strings(order_buffer + sizeof order, received.size - sizeof order);
    const char* const label = strings.next();
    output_.start(source_.get(), line_fd, label != nullptr ? label : "", (order.flags & with_grouping) != 0);
    if (order.kind == OrderKind::read)
        send(message(MessageKind::reading));
    else
        start_script(order, strings, received);
}

void Keeper::start_script(const Order& order, StringReader& strings, ReceivedOrder& received) noexcept
{
    if (order.words == 0 || order.words > words_limit)
        return report_failure(E2BIG, "exec");
    const char* const limits = strings.next();
    for (std::size_t i = 0; i < order.words; ++i)
        if ((words[i] = strings.next()) == nullptr)
            return report_failure(EINVAL, "exec");
    reset_environment(); // of the run before; its strings are overwritten by now
    for (std::size_t i = 0; i < order.variables; ++i) {
        char* const variable = strings.next();
        if (variable == nullptr || !set_variable(variable))
            return report_failure(E2BIG, "exec");
    }
    const UniqueFd writer = std::move(received.descriptors[1]);
    system::SpawnRequest request;
    request.path = words[0];
    request.argv = words;
    request.environment = boot_environment();
    request.standard[1] = writer.get();
    request.standard[2] = writer.get();
    system::UniqueFd* extra = received.descriptors + 2;
    if ((order.flags & with_cgroup) != 0)
        request.cgroup_procs = (extra++)->get();
    if ((order.flags & with_caller) != 0)
        output_.caller().start(std::move(*extra));
    world::SoftLimit soft[limits_limit];
    request.limits = soft;
    request.limit_count = limits != nullptr ? read_limits(limits, soft) : 0;
    request.soft_limit_restored = true;
    const system::Spawned spawned = system::spawn(request);
    if (spawned.pid < 0)
        return report_failure(spawned.failure.error, spawned.failure.step);
    has_children_ = true;
    script_ = spawned.pid;
    Message started = message(MessageKind::started);
    started.pid = script_;
    send(started);
}

void Keeper::report_failure(int error, const char* step) noexcept
{
    output_.caller().end();
    Message failed = message(MessageKind::failed);
    failed.value = error;
    failed.set_text(step);
    send(failed);
}

void Keeper::answer_last_line() noexcept
{
    Message answer = message(MessageKind::last_line);
    answer.set_text(output_.last());
    send(answer);
}

void Keeper::reap() noexcept
{
    signalfd_siginfo ignored;
    [[maybe_unused]] const ssize_t got = ::read(signals_.get(), &ignored, sizeof ignored);
    for (;;) {
        int status = 0;
        const pid_t pid = ::waitpid(-1, &status, WNOHANG);
        if (pid <= 0) {
            has_children_ = pid == 0;
            break;
        }
        note_end(pid, status);
    }
    if (is_script_over_ && !is_end_told_ && output_.caller().is_over())
        report_script_end();
    report_vanished();
    if (is_killing_ && has_children_)
        kill_children();
}

void Keeper::note_end(pid_t pid, int status) noexcept
{
    if (pid == script_ && !is_script_over_) {
        is_script_over_ = true;
        script_status_ = status;
        output_.script_ended(Clock::now());
        return;
    }
    reaped_.add(pid, status);
    if (PidList::Entry* entry = watched_.find(pid)) {
        entry->pid = 0;
        report_process(pid, &status);
    }
}

void Keeper::report_script_end() noexcept
{
    is_end_told_ = true;
    Message ended = message(MessageKind::ended);
    ended.known = 1;
    ended.value = script_status_;
    ended.pid = has_children_ ? system::oldest_child(::getpid()) : 0;
    send(ended);
}

void Keeper::watch(pid_t pid) noexcept
{
    if (pid < 1)
        return;
    if (const PidList::Entry* entry = reaped_.find(pid))
        return report_process(pid, &entry->status);
    watched_.add(pid, 0);
    report_vanished();
}

void Keeper::report_process(pid_t pid, const int* status) noexcept
{
    Message ended = message(MessageKind::process_ended);
    ended.pid = pid;
    ended.known = status != nullptr;
    ended.value = status != nullptr ? *status : 0;
    send(ended);
}

/// A watched process may be reaped by a parent of its own, deeper in the tree; then its status is not ours to
/// know.
void Keeper::report_vanished() noexcept
{
    for (PidList::Entry& entry : watched_) {
        if (entry.pid == 0)
            continue;
        const auto alive = system::send_signal(entry.pid, 0);
        if (alive || alive.error().value() != ESRCH)
            continue;
        report_process(entry.pid, nullptr);
        entry.pid = 0;
    }
}

void Keeper::kill_all() noexcept
{
    is_killing_ = true;
    output_.hurry();
    kill_children();
}

/// What the killed leave behind becomes ours when they end, and that is when this is called again.
void Keeper::kill_children() noexcept
{
    if (!has_children_ || system::visit_children(::getpid(), kill_visited, nullptr))
        return;
    // Without a /proc of our own the script's group is what can be named; init's last signal gets the rest.
    if (!is_script_over_) {
        [[maybe_unused]] const auto sent = system::send_group_signal(script_, SIGKILL);
    }
}

void Keeper::finish_when_killed() noexcept
{
    if (has_children_)
        return;
    while (output_.read())
        output_.write(Clock::now());
    // A process elsewhere may hold the pipe open; what it writes from now on has no reader.
    if (output_.wants_read())
        output_.end();
    output_.write(Clock::now());
}

bool Keeper::is_over() const noexcept
{
    if (!has_order_)
        return is_lost_;
    return !has_children_ && output_.is_done();
}

/// Nothing is left under this keeper, and it has nothing left to read. A process is dearer than a message, so
/// it offers itself for the next run; init tells it to leave where it has spare ones enough.
void Keeper::end_run() noexcept
{
    const bool stays = !is_lost_ && !is_killing_;
    Message empty = message(MessageKind::empty);
    empty.value = static_cast<std::int32_t>(output_.dropped());
    empty.known = stays ? 1 : 0;
    send(empty);
    has_order_ = false;
    if (!stays) {
        is_lost_ = true;
        return;
    }
    run_ = 0;
    script_ = 0;
    is_script_over_ = is_end_told_ = false;
    source_.reset();
    reaped_ = {};
    watched_ = {};
    output_.~ScriptOutput();
    new (&output_) ScriptOutput; // its buffers need no first value
}

[[noreturn]] void Keeper::leave() noexcept
{
    is_lost_ = false; // for the last messages
    flush();
    ::_exit(0);
}

} // namespace

void keeper_main(std::uint32_t number, int socket) noexcept
{
    if (socket != order_fd)
        ::dup3(socket, order_fd, O_CLOEXEC);
    system::close_from(line_fd + 1);
    system::set_title("rc-keeper", "rc-keeper");
    ::setsid();
    ::prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
    // Built in place and never destructed: it ends with the process.
    auto* keeper = new (keeper_memory) Keeper;
    keeper->live(number);
}

} // namespace init::keeper
