// SPDX-License-Identifier: MIT
#include "fault_tracer.h"

#include "fault_table.h"

#include <elf.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cctype>
#include <cerrno>
#include <climits>
#include <cstring>
#include <fstream>
#include <stdexcept>

namespace boot {
namespace {

constexpr long followed = PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEEXIT | PTRACE_O_TRACEFORK |
                          PTRACE_O_TRACEVFORK | PTRACE_O_TRACECLONE | PTRACE_O_TRACEEXEC;
constexpr int call_stop = SIGTRAP | 0x80;
constexpr milliseconds between_looks{5};
constexpr const char* gate = "/gate";

#if defined(__x86_64__)

bool edit(pid_t pid, const std::function<void(user_regs_struct&)>& change)
{
    user_regs_struct registers{};
    iovec part{&registers, sizeof registers};
    if (::ptrace(PTRACE_GETREGSET, pid, NT_PRSTATUS, &part) != 0)
        return false;
    change(registers);
    return ::ptrace(PTRACE_SETREGSET, pid, NT_PRSTATUS, &part) == 0;
}

/// The kernel makes no call at all of number -1.
bool make_no_call(pid_t pid)
{
    return edit(pid, [](user_regs_struct& registers) { registers.orig_rax = ~0ULL; });
}

bool set_result(pid_t pid, long result)
{
    return edit(
        pid, [result](user_regs_struct& registers) { registers.rax = static_cast<unsigned long>(result); });
}

constexpr bool is_known_machine = true;

#elif defined(__aarch64__)

bool make_no_call(pid_t pid)
{
    int number = -1;
    iovec part{&number, sizeof number};
    return ::ptrace(PTRACE_SETREGSET, pid, NT_ARM_SYSTEM_CALL, &part) == 0;
}

bool set_result(pid_t pid, long result)
{
    user_regs_struct registers{};
    iovec part{&registers, sizeof registers};
    if (::ptrace(PTRACE_GETREGSET, pid, NT_PRSTATUS, &part) != 0)
        return false;
    registers.regs[0] = static_cast<unsigned long>(result);
    return ::ptrace(PTRACE_SETREGSET, pid, NT_PRSTATUS, &part) == 0;
}

constexpr bool is_known_machine = true;

#else

bool make_no_call(pid_t)
{
    return false;
}
bool set_result(pid_t, long)
{
    return false;
}
constexpr bool is_known_machine = false;

#endif

std::string string_at(pid_t pid, std::uint64_t address)
{
    std::array<char, PATH_MAX> text{};
    const UniqueFd memory{::open(("/proc/" + std::to_string(pid) + "/mem").c_str(), O_RDONLY | O_CLOEXEC)};
    if (address == 0 || ::pread(memory.get(), text.data(), text.size() - 1, static_cast<off_t>(address)) <= 0)
        return {};
    return text.data();
}

std::string target_of(pid_t pid, int fd)
{
    std::array<char, PATH_MAX> text{};
    const std::string link = "/proc/" + std::to_string(pid) + "/fd/" + std::to_string(fd);
    return ::readlink(link.c_str(), text.data(), text.size() - 1) > 0 ? text.data() : "";
}

/// `N` for each number.
std::string numberless(const std::string& text)
{
    std::string shown;
    for (const char c : text) {
        if (std::isdigit(static_cast<unsigned char>(c)) == 0)
            shown += c;
        else if (shown.empty() || shown.back() != 'N')
            shown += 'N';
    }
    return shown;
}

Maker named(pid_t pid)
{
    std::ifstream file{"/proc/" + std::to_string(pid) + "/comm"};
    std::string name;
    std::getline(file, name);
    return name == "rc-scribe"    ? Maker::scribe
           : name == "rc-spawner" ? Maker::spawner
           : name == "rc-looker"  ? Maker::looker
                                  : Maker::newborn;
}

bool is_end(const siginfo_t& seen)
{
    return seen.si_code == CLD_EXITED || seen.si_code == CLD_KILLED || seen.si_code == CLD_DUMPED;
}

} // namespace

const char* to_string(Maker maker)
{
    switch (maker) {
    case Maker::init:
        return "init";
    case Maker::newborn:
        return "newborn";
    case Maker::scribe:
        return "scribe";
    case Maker::spawner:
        return "spawner";
    case Maker::keeper:
        return "keeper";
    case Maker::looker:
        return "looker";
    case Maker::launched:
        return "launched";
    }
    return "?";
}

std::string FaultTracer::denied()
{
    return is_known_machine ? "" : "how to make a system call fail is not known for this machine";
}

/// A shell waits there, as PID 1 already, until the program may take its place.
void FaultTracer::put_gate(Container& box)
{
    if (::mkfifo((box.root() + gate).c_str(), 0600) != 0)
        throw std::runtime_error{std::string{"mkfifo: "} + std::strerror(errno)};
    box.arguments({"/bin/sh", "-c", std::string{"read go <"} + gate + " && exec /sbin/init"});
}

FaultTracer::FaultTracer(Container& box, std::optional<Fault> fault)
    : box_(box), init_(box.pid_of_init()), fault_(std::move(fault))
{
    if (::ptrace(PTRACE_SEIZE, init_, nullptr, followed) != 0)
        throw std::runtime_error{std::string{"following init: "} + std::strerror(errno)};
    tracees_[init_] = {Maker::init, true};
}

void FaultTracer::open_gate()
{
    gate_.reset(::open((box_.root() + gate).c_str(), O_RDWR | O_NONBLOCK | O_CLOEXEC));
    if (::write(gate_.get(), "go\n", 3) != 3)
        throw std::runtime_error{std::string{"opening the gate: "} + std::strerror(errno)};
}

bool FaultTracer::run_until(const std::function<bool()>& condition, milliseconds limit)
{
    using Clock = std::chrono::steady_clock;
    // While calls follow each other somebody stops every few microseconds.
    constexpr int tries_before_sleep = 100;
    const auto until = Clock::now() + limit;
    auto next_look = Clock::now();
    for (int tries = 0;;) {
        tries = take_stop() ? 0 : tries + 1;
        const auto now = Clock::now();
        if (is_over_ || now >= next_look) {
            if (condition())
                return true;
            next_look = now + between_looks;
        }
        if (is_over_ || now >= until)
            return false;
        if (tries > tries_before_sleep)
            ::poll(nullptr, 0, 1);
        else if (tries > 0)
            ::sched_yield();
    }
}

/// The end of init is left for the container to collect.
bool FaultTracer::take_stop()
{
    siginfo_t seen{};
    if (::waitid(P_ALL, 0, &seen, WEXITED | WSTOPPED | WNOHANG | WNOWAIT | __WALL | __WNOTHREAD) != 0 ||
        seen.si_pid == 0)
        return false;
    if (seen.si_pid == init_ && is_end(seen)) {
        is_over_ = true;
        return false;
    }
    int status = 0;
    if (::waitpid(seen.si_pid, &status, WNOHANG | __WALL | __WNOTHREAD) == seen.si_pid)
        handle(seen.si_pid, status);
    return true;
}

void FaultTracer::handle(pid_t pid, int status)
{
    if (!WIFSTOPPED(status)) {
        tracees_.erase(pid);
        return;
    }
    Tracee& tracee = tracees_[pid];
    if (!tracee.is_known) {
        tracee.is_held = true;
        return;
    }
    const int event = status >> 16;
    if (event == PTRACE_EVENT_STOP && WSTOPSIG(status) != SIGTRAP)
        ::ptrace(PTRACE_LISTEN, pid, nullptr, nullptr);
    else if (event != 0)
        handle_event(pid, event);
    else if (WSTOPSIG(status) == call_stop)
        handle_call(pid);
    else
        go_on(pid, WSTOPSIG(status));
}

void FaultTracer::handle_event(pid_t pid, int event)
{
    switch (event) {
    case PTRACE_EVENT_FORK:
    case PTRACE_EVENT_VFORK:
    case PTRACE_EVENT_CLONE:
        note_birth(pid, event);
        break;
    case PTRACE_EVENT_EXEC:
        if (pid != init_) {
            ::ptrace(PTRACE_DETACH, pid, nullptr, nullptr);
            tracees_.erase(pid);
            return;
        }
        is_begun_ = true;
        break;
    case PTRACE_EVENT_EXIT:
        if (pid == init_) {
            look_at_rest();
            ::ptrace(PTRACE_DETACH, pid, nullptr, nullptr);
            return;
        }
        break;
    default:
        break;
    }
    go_on(pid);
}

void FaultTracer::look_at_rest()
{
    leftovers_ = box_.processes();
    std::erase_if(leftovers_, [](const Process& p) {
        return p.pid == 1 || p.state == 'Z' || p.comm.starts_with("rc-") || p.comm == "init";
    });
}

void FaultTracer::note_birth(pid_t parent, int event)
{
    unsigned long number = 0;
    if (::ptrace(PTRACE_GETEVENTMSG, parent, nullptr, &number) != 0)
        return;
    const auto pid = static_cast<pid_t>(number);
    Tracee& child = tracees_[pid];
    child.is_known = true;
    child.maker = event == PTRACE_EVENT_VFORK                ? Maker::launched
                  : tracees_[parent].maker == Maker::spawner ? Maker::keeper
                                                             : Maker::newborn;
    if (child.is_held)
        go_on(pid);
    child.is_held = false;
}

void FaultTracer::go_on(pid_t pid, int signo)
{
    const Tracee& tracee = tracees_[pid];
    const bool is_at_fault = tracee.is_failing || tracee.is_named;
    // Where one call is to fail nobody else needs to stop, and once it has failed nobody does.
    const bool may_be =
        !fault_ || (!hit_ && (tracee.maker == fault_->maker || tracee.maker == Maker::newborn));
    const bool is_watched = is_begun_ && (is_at_fault || may_be);
    ::ptrace(is_watched ? PTRACE_SYSCALL : PTRACE_CONT, pid, nullptr, static_cast<long>(signo));
}

void FaultTracer::handle_call(pid_t pid)
{
    Tracee& tracee = tracees_[pid];
    __ptrace_syscall_info call{};
    const long got = ::ptrace(PTRACE_GET_SYSCALL_INFO, pid, reinterpret_cast<void*>(sizeof call), &call);
    if (got > 0 && call.op == PTRACE_SYSCALL_INFO_ENTRY) {
        enter_call(pid, tracee, static_cast<long>(call.entry.nr), call.entry.args);
    } else if (got > 0 && call.op == PTRACE_SYSCALL_INFO_EXIT) {
        leave_call(pid, tracee);
    }
    go_on(pid);
}

void FaultTracer::enter_call(pid_t pid, Tracee& tracee, long number, const std::uint64_t* arguments)
{
    tracee.is_named = number == SYS_prctl && tracee.maker == Maker::newborn;
    if (hit_)
        return;
    const Site site{tracee.maker, number, object_of(pid, number, arguments)};
    ++counts_[site];
    const bool is_wanted = fault_ && fault_->maker == site.maker && fault_->row->is_of(site) &&
                           (!fault_->object || *fault_->object == site.object);
    if (!is_wanted || ++matches_ != fault_->occurrence)
        return;
    tracee.is_failing = fault_->row->is_done || make_no_call(pid);
    if (tracee.is_failing)
        hit_ = site.object;
}

void FaultTracer::leave_call(pid_t pid, Tracee& tracee)
{
    if (tracee.is_failing)
        set_result(pid, -fault_->error);
    tracee.is_failing = false;
    if (tracee.is_named)
        tracee.maker = named(pid);
    tracee.is_named = false;
}

/// As the container sees it.
std::string FaultTracer::without_root(std::string path) const
{
    if (path.starts_with(box_.root()))
        path.erase(0, box_.root().size());
    return path;
}

std::string FaultTracer::object_of(pid_t pid, long number, const std::uint64_t* arguments) const
{
    const CallRow* const row = find_call(number);
    if (row == nullptr || row->object == Object::none)
        return {};
    const std::uint64_t value = arguments[row->argument];
    const std::string text =
        row->object == Object::path ? string_at(pid, value) : target_of(pid, static_cast<int>(value));
    return numberless(without_root(text));
}

} // namespace boot
