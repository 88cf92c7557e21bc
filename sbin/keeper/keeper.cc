// SPDX-License-Identifier: MIT
// The keeper's loop. It has no heap and no timers of its own when idle; all it holds is static and small,
// since there is one keeper for every run of a script.
#include "keeper/keeper.h"

#include "keeper/ledger.h"
#include "keeper/protocol.h"
#include "keeper/reaped_pids.h"
#include "keeper/script_launch.h"
#include "keeper/script_output.h"
#include "keeper/watched_pids.h"
#include "system/after_fork.h"
#include "system/process_table.h"
#include "system/process_title.h"
#include "system/signal_process.h"

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

/// All that a keeper knows of one run. The next run has a new one, so that nothing of this is carried over.
struct Task {
    std::uint32_t run = 0;
    pid_t script = 0;
    int script_status = 0;
    bool is_script_over = false; // it has been reaped
    bool is_end_told = false;
    UniqueFd source;
    ScriptOutput output;
    ReapedPids reaped;
    WatchedPids watched;
};

class Keeper {
public:
    Keeper(std::uint32_t number, LedgerEntry& entry) noexcept : number_(number), entry_(entry) {}
    [[noreturn]] void live() noexcept;

private:
    Message message(MessageKind kind) const noexcept;
    void send(const Message& message) noexcept;
    void flush() noexcept;

    void wait_for_something() noexcept;
    bool take_order() noexcept;
    void obey(Order order, ReceivedOrder& received) noexcept;
    void start_run(const Order& order, ReceivedOrder& received) noexcept;
    void start_script(const Order& order, StringReader& strings, ReceivedOrder& received) noexcept;
    void report_failure(int error, const char* step) noexcept;
    void answer_last_line() noexcept;

    void reap() noexcept;
    void note_end(pid_t pid, int status) noexcept;
    void report_script_end() noexcept;
    [[nodiscard]] bool can_report_script_end() noexcept;
    void watch(const Order& order) noexcept;
    void report_process(std::uint32_t run, pid_t pid, const int* status) noexcept;

    void kill_all() noexcept;
    void kill_children() noexcept;
    void finish_when_killed() noexcept;
    [[nodiscard]] bool is_over() const noexcept;
    void end_run() noexcept;
    [[noreturn]] void leave() noexcept;

    std::uint32_t number_;
    LedgerEntry& entry_;
    bool has_order_ = false;
    bool is_lost_ = false; // init has gone
    bool is_killing_ = false;
    bool has_children_ = false;
    UniqueFd signals_;
    Task task_;
    Message queue_[6];
    std::size_t queued_ = 0;
};

// Pages of these become memory of this process only where it writes to them.
alignas(Keeper) unsigned char keeper_memory[sizeof(Keeper)];
alignas(Order) char order_buffer[order_limit];

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

/// True for a child of this process, running or not yet reaped.
bool is_child(pid_t pid) noexcept
{
    siginfo_t ignored{};
    return ::waitid(P_PID, static_cast<id_t>(pid), &ignored, WEXITED | WNOHANG | WNOWAIT) == 0;
}

[[noreturn]] void Keeper::live() noexcept
{
    signals_ = open_child_signals();
    // Without it no end of a script is ever seen. What it is to run another one gets, as after any death.
    if (!signals_)
        ::_exit(1);
    Message born = message(MessageKind::born);
    born.pid = ::getpid();
    send(born);
    for (;;) {
        if (has_order_ && is_over())
            end_run();
        if (!is_over())
            flush(); // that init has gone may be learnt here, and nothing would wake one who waits after that
        if (is_over())
            leave();
        wait_for_something();
    }
}

Message Keeper::message(MessageKind kind) const noexcept
{
    Message message;
    message.kind = kind;
    message.keeper = number_;
    message.run = task_.run;
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
    // Children stand before orders: a watch that was asked for before a death is seen no later than it.
    pollfd polled[] = {
        {signals_.get(), POLLIN, 0},
        {is_lost_ ? -1 : order_fd, POLLIN, 0},
        {task_.output.wants_read() ? task_.source.get() : -1, POLLIN, 0},
        {task_.output.wants_room() ? line_fd : -1, POLLOUT, 0},
        {task_.output.caller().wanted(), POLLOUT, 0},
    };
    const int timeout = has_order_ ? task_.output.timeout(Clock::now()) : -1;
    if (::poll(polled, sizeof polled / sizeof polled[0], timeout) < 0)
        return;
    if (polled[2].revents != 0)
        task_.output.read();
    const bool has_order = polled[1].revents != 0 && take_order();
    if (polled[0].revents != 0) {
        while (has_order && take_order()) {
        }
        reap();
    }
    if (has_order_)
        task_.output.write(Clock::now());
    if (can_report_script_end())
        report_script_end();
    if (is_killing_)
        finish_when_killed();
}

/// False when there is none, and never will be when init has gone.
bool Keeper::take_order() noexcept
{
    ReceivedOrder received;
    if (!receive_order(order_fd, order_buffer, sizeof order_buffer, MSG_DONTWAIT, received)) {
        // An order may be lost to a lack of memory; one who waits for it must not wait for ever.
        is_lost_ = is_lost_ || (errno != EAGAIN && !has_order_) || errno == ECONNRESET;
        return false;
    }
    if (received.size == 0) {
        is_lost_ = true;
        return false;
    }
    Order order;
    if (received.size < sizeof order)
        return true;
    std::memcpy(&order, order_buffer, sizeof order);
    if (order.version == protocol_version)
        obey(order, received);
    return true;
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
        watch(order);
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
    if (!received.descriptors[0]) {
        is_lost_ = true; // without a word in the ledger, so that another one gets the order
        return;
    }
    has_order_ = true;
    task_.run = order.run;
    task_.source = std::move(received.descriptors[0]);
    entry_.take(order.run);
    StringReader strings(order_buffer + sizeof order, received.size - sizeof order);
    const char* const label = strings.next();
    const bool is_grouped = (order.flags & with_grouping) != 0;
    task_.output.start(task_.source.get(), line_fd, label != nullptr ? label : "", is_grouped);
    if (order.kind == OrderKind::read)
        send(message(MessageKind::reading));
    else
        start_script(order, strings, received);
}

void Keeper::start_script(const Order& order, StringReader& strings, ReceivedOrder& received) noexcept
{
    ScriptLaunch launch;
    if (const int error = launch.read(order, strings))
        return report_failure(error, "exec");
    const UniqueFd writer = std::move(received.descriptors[1]);
    UniqueFd* extra = received.descriptors + 2;
    const int cgroup_procs = (order.flags & with_cgroup) != 0 ? (extra++)->get() : -1;
    if ((order.flags & with_caller) != 0)
        task_.output.caller().start(std::move(*extra));
    const system::Spawned spawned = launch.spawn(writer.get(), cgroup_procs, entry_.script_record());
    if (spawned.pid < 0)
        return report_failure(spawned.failure.error, spawned.failure.step);
    has_children_ = true;
    task_.script = spawned.pid;
    Message started = message(MessageKind::started);
    started.pid = task_.script;
    send(started);
}

void Keeper::report_failure(int error, const char* step) noexcept
{
    task_.output.caller().end();
    Message failed = message(MessageKind::failed);
    failed.value = error;
    failed.set_text(step);
    send(failed);
}

void Keeper::answer_last_line() noexcept
{
    Message answer = message(MessageKind::last_line);
    answer.set_text(task_.output.last());
    send(answer);
}

void Keeper::reap() noexcept
{
    signalfd_siginfo ignored;
    [[maybe_unused]] const ssize_t got = ::read(signals_.get(), &ignored, sizeof ignored);
    for (;;) {
        // Straight into the ledger: a status that was collected is never lost.
        siginfo_t& child = entry_.child_record();
        child.si_pid = 0;
        has_children_ = ::waitid(P_ALL, 0, &child, WEXITED | WNOHANG) == 0;
        if (!has_children_ || child.si_pid == 0)
            break;
        note_end(child.si_pid, wait_status(child));
    }
    if (can_report_script_end())
        report_script_end();
    if (is_killing_ && has_children_)
        kill_children();
}

void Keeper::note_end(pid_t pid, int status) noexcept
{
    if (pid == task_.script && !task_.is_script_over) {
        task_.is_script_over = true;
        task_.script_status = status;
        entry_.script_ended(status);
        task_.output.script_ended(Clock::now());
    }
    task_.reaped.add(pid, status);
    if (task_.watched.remove(pid))
        report_process(task_.run, pid, &status);
}

/// The caller has all that the script wrote first.
bool Keeper::can_report_script_end() noexcept
{
    return task_.is_script_over && !task_.is_end_told && task_.output.caller().is_over();
}

void Keeper::report_script_end() noexcept
{
    task_.is_end_told = true;
    Message ended = message(MessageKind::ended);
    ended.known = 1;
    ended.value = task_.script_status;
    ended.pid = has_children_ ? system::oldest_child(::getpid()) : 0;
    send(ended);
}

/// A number is a child's of now before it is one that was reaped: numbers come again. What is neither has
/// gone, and nobody can say how; each is answered for once, however often it was asked for.
void Keeper::watch(const Order& order) noexcept
{
    if (order.pid < 1)
        return;
    if (has_order_ && is_child(order.pid))
        return task_.watched.add(order.pid);
    report_process(order.run, order.pid, task_.reaped.status_of(order.pid));
}

void Keeper::report_process(std::uint32_t run, pid_t pid, const int* status) noexcept
{
    Message ended = message(MessageKind::process_ended);
    ended.run = run;
    ended.pid = pid;
    ended.known = status != nullptr;
    ended.value = status != nullptr ? *status : 0;
    send(ended);
}

void Keeper::kill_all() noexcept
{
    is_killing_ = true;
    task_.output.hurry();
    kill_children();
}

/// What the killed leave behind becomes ours when they end, and that is when this is called again.
void Keeper::kill_children() noexcept
{
    if (!has_children_ || system::visit_children(::getpid(), kill_visited, nullptr))
        return;
    // Without a /proc of our own the script's group is what can be named; init's last signal gets the rest.
    if (!task_.is_script_over) {
        [[maybe_unused]] const auto sent = system::send_group_signal(task_.script, SIGKILL);
    }
}

void Keeper::finish_when_killed() noexcept
{
    if (has_children_)
        return;
    while (task_.output.read())
        task_.output.write(Clock::now());
    // A process elsewhere may hold the pipe open; what it writes from now on has no reader.
    if (task_.output.wants_read())
        task_.output.end();
    task_.output.write(Clock::now());
}

bool Keeper::is_over() const noexcept
{
    if (!has_order_)
        return is_lost_;
    return !has_children_ && task_.output.is_done();
}

/// Nothing is left under this keeper, and it has nothing left to read. A process is dearer than a message, so
/// it offers itself for the next run; init tells it to leave where it has spare ones enough.
void Keeper::end_run() noexcept
{
    if (task_.is_script_over && !task_.is_end_told)
        report_script_end(); // its caller's share of the output was cut short
    const bool stays = !is_lost_ && !is_killing_;
    Message empty = message(MessageKind::empty);
    empty.value = static_cast<std::int32_t>(task_.output.dropped());
    empty.known = stays ? 1 : 0;
    send(empty);
    has_order_ = false;
    if (!stays) {
        is_lost_ = true;
        return;
    }
    task_.~Task();
    new (&task_) Task; // its buffers need no first value
}

[[noreturn]] void Keeper::leave() noexcept
{
    is_lost_ = false; // for the last messages
    flush();
    ::_exit(0);
}

} // namespace

void keeper_main(std::uint32_t number, int socket, LedgerEntry& entry) noexcept
{
    // The spawner's own orders stand in that place: a keeper that stayed with them would take them away.
    while (socket != order_fd && ::dup3(socket, order_fd, O_CLOEXEC) < 0)
        if (errno != EINTR && errno != EBUSY)
            ::_exit(1);
    system::close_from(line_fd + 1);
    system::set_title("rc-keeper", "rc-keeper");
    ::setsid();
    ::prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
    // Built in place and never destructed: it ends with the process.
    auto* keeper = new (keeper_memory) Keeper(number, entry);
    keeper->live();
}

} // namespace init::keeper
