// SPDX-License-Identifier: MIT
// The watching process writes what it sees onto a page that it shares with the test.
#include "stall_watch.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <stdexcept>

namespace hostile {

using Nanoseconds = std::chrono::nanoseconds;

namespace {

constexpr std::size_t most_faults = 50;
constexpr int syscall_stop = SIGTRAP | 0x80;

struct Fault {
    long call; ///< -1: processor time between two waits
    Nanoseconds took;
    char on[160];
};

// --- What is known of system calls ---------------------------------------------------------------------

struct CallRow {
    long number;
    const char* name;
    int path; ///< the argument that is a path; -1 where the first one is a descriptor or none is of use
};

constexpr CallRow calls[] = {
    {SYS_open, "open", 0},
    {SYS_openat, "openat", 1},
    {SYS_openat2, "openat2", 1},
    {SYS_stat, "stat", 0},
    {SYS_lstat, "lstat", 0},
    {SYS_newfstatat, "newfstatat", 1},
    {SYS_statx, "statx", 1},
    {SYS_access, "access", 0},
    {SYS_faccessat, "faccessat", 1},
    {SYS_readlink, "readlink", 0},
    {SYS_readlinkat, "readlinkat", 1},
    {SYS_mkdir, "mkdir", 0},
    {SYS_mkdirat, "mkdirat", 1},
    {SYS_unlink, "unlink", 0},
    {SYS_unlinkat, "unlinkat", 1},
    {SYS_rename, "rename", 0},
    {SYS_renameat, "renameat", 1},
    {SYS_renameat2, "renameat2", 1},
    {SYS_mknodat, "mknodat", 1},
    {SYS_execve, "execve", 0},
    {SYS_mount, "mount", 1},
    {SYS_statfs, "statfs", 0},
    {SYS_read, "read", -1},
    {SYS_write, "write", -1},
    {SYS_pread64, "pread64", -1},
    {SYS_readv, "readv", -1},
    {SYS_writev, "writev", -1},
    {SYS_close, "close", -1},
    {SYS_getdents64, "getdents64", -1},
    {SYS_sendmsg, "sendmsg", -1},
    {SYS_recvmsg, "recvmsg", -1},
    {SYS_sendto, "sendto", -1},
    {SYS_recvfrom, "recvfrom", -1},
    {SYS_accept4, "accept4", -1},
    {SYS_connect, "connect", -1},
    {SYS_fsync, "fsync", -1},
    {SYS_poll, "poll", -1},
    {SYS_ppoll, "ppoll", -1},
    {SYS_wait4, "wait4", -1},
    {SYS_waitid, "waitid", -1},
    {SYS_kill, "kill", -1},
    {SYS_nanosleep, "nanosleep", -1},
    {SYS_clock_nanosleep, "clock_nanosleep", -1},
    {SYS_clone, "clone", -1},
    {SYS_clone3, "clone3", -1},
    {SYS_vfork, "vfork", -1},
    {SYS_fork, "fork", -1},
    {SYS_mmap, "mmap", -1},
    {SYS_munmap, "munmap", -1},
    {SYS_madvise, "madvise", -1},
    {SYS_fcntl, "fcntl", -1},
    {SYS_ioctl, "ioctl", -1},
    {SYS_fstat, "fstat", -1},
    {SYS_pidfd_send_signal, "pidfd_send_signal", -1},
};

const CallRow* row_of(long number)
{
    const auto* const found = std::ranges::find(calls, number, &CallRow::number);
    return found == std::end(calls) ? nullptr : found;
}

std::string name_of(long number)
{
    const CallRow* const row = row_of(number);
    return row != nullptr ? row->name : "system call " + std::to_string(number);
}

/// A poll with a limit is one too: in it PID 1 waits for its scribe when all others have gone.
bool is_wait(long number, const std::uint64_t* arguments)
{
    return number == SYS_epoll_wait || number == SYS_epoll_pwait || number == SYS_epoll_pwait2 ||
           (number == SYS_poll && static_cast<int>(arguments[2]) >= 0);
}

bool is_launch(long number)
{
    return number == SYS_clone || number == SYS_clone3 || number == SYS_vfork || number == SYS_fork;
}

std::string text_of(const Fault& fault)
{
    const std::string took =
        std::to_string(std::chrono::duration_cast<std::chrono::milliseconds>(fault.took).count()) + " ms";
    if (fault.call < 0)
        return "computed for " + took + " between two waits";
    return name_of(fault.call) + "(" + fault.on + ") took " + took;
}

// --- Clocks --------------------------------------------------------------------------------------------

Nanoseconds now()
{
    return std::chrono::steady_clock::now().time_since_epoch();
}

/// A process's account with the scheduler.
struct Account {
    Nanoseconds ran{};
    Nanoseconds delayed{}; ///< runnable, while others ran
};

class Schedule {
public:
    explicit Schedule(const std::string& process)
        : fd_{::open(("/proc/" + process + "/schedstat").c_str(), O_RDONLY | O_CLOEXEC)}
    {
    }

    [[nodiscard]] Account read() const
    {
        char text[96] = {};
        if (::pread(fd_, text, sizeof text - 1, 0) <= 0)
            return {};
        char* next = nullptr;
        const Nanoseconds ran{std::strtoll(text, &next, 10)};
        return {ran, Nanoseconds{std::strtoll(next, nullptr, 10)}};
    }

private:
    int fd_; // the process's life is its end
};

} // namespace

struct StallWatch::Board {
    std::atomic<int> state; ///< 1: watching, 2: ended, -1: refused
    std::atomic<std::uint64_t> calls;
    std::atomic<std::uint64_t> waits;
    std::atomic<std::size_t> faults_seen;
    Fault longest;
    Fault faults[most_faults];
};

namespace {

/// The process that watches. It never returns.
template <class Board> class Watcher {
public:
    Watcher(pid_t watched, const StallLimits& limits, Board& board)
        : watched_{watched}, limits_{limits}, board_{board}, his_{std::to_string(watched)}, own_{"self"}
    {
    }

    [[noreturn]] void watch()
    {
        ::prctl(PR_SET_PDEATHSIG, SIGKILL);
        const bool is_seized =
            ::ptrace(PTRACE_SEIZE, watched_, nullptr, static_cast<long>(PTRACE_O_TRACESYSGOOD)) == 0 &&
            ::ptrace(PTRACE_INTERRUPT, watched_, nullptr, nullptr) == 0;
        if (!is_seized)
            board_.state = -1;
        waited_at_ = his_.read().ran;
        int status = 0;
        while (is_seized && ::waitpid(watched_, &status, __WALL) == watched_ && WIFSTOPPED(status)) {
            board_.state = 1;
            const int signo = on_stop(status);
            ::ptrace(PTRACE_SYSCALL, watched_, nullptr, static_cast<long>(signo));
        }
        if (is_seized)
            board_.state = 2;
        ::_exit(0);
    }

private:
    /// Returns the signal that the process is to get.
    int on_stop(int status)
    {
        if (WSTOPSIG(status) != syscall_stop)
            return status >> 16 == 0 ? WSTOPSIG(status) : 0;
        __ptrace_syscall_info info{};
        if (::ptrace(PTRACE_GET_SYSCALL_INFO, watched_, sizeof info, &info) <= 0)
            return 0;
        if (info.op == PTRACE_SYSCALL_INFO_ENTRY)
            enter(info);
        else if (info.op == PTRACE_SYSCALL_INFO_EXIT && is_inside_)
            leave();
        return 0;
    }

    void enter(const __ptrace_syscall_info& info)
    {
        call_ = static_cast<long>(info.entry.nr);
        std::copy(std::begin(info.entry.args), std::end(info.entry.args), arguments_);
        is_inside_ = true;
        ++board_.calls;
        if (is_wait(call_, arguments_)) {
            ++board_.waits;
            const Nanoseconds computed = his_.read().ran - waited_at_;
            if (computed > limits_.compute)
                put_fault({-1, computed, {}});
        }
        his_before_ = his_.read().delayed;
        own_before_ = own_.read().delayed;
        begun_ = now();
    }

    void leave()
    {
        const Nanoseconds wall = now() - begun_;
        is_inside_ = false;
        if (is_wait(call_, arguments_)) {
            waited_at_ = his_.read().ran;
            return;
        }
        const Nanoseconds took =
            wall - (his_.read().delayed - his_before_) - (own_.read().delayed - own_before_);
        const Nanoseconds limit = is_launch(call_) ? limits_.launch : limits_.call;
        if (took <= limit && took <= board_.longest.took)
            return;
        Fault seen{call_, took, {}};
        describe(seen.on, sizeof seen.on);
        if (took > board_.longest.took)
            board_.longest = seen;
        if (took > limit)
            put_fault(seen);
    }

    void put_fault(const Fault& fault)
    {
        const std::size_t place = board_.faults_seen;
        if (place < most_faults)
            board_.faults[place] = fault;
        board_.faults_seen = place + 1;
    }

    /// What the call was about: its path, or its descriptor and what that is.
    void describe(char* to, std::size_t size)
    {
        const CallRow* const row = row_of(call_);
        if (row != nullptr && row->path >= 0) {
            iovec here{to, size - 1};
            iovec there{reinterpret_cast<void*>(arguments_[row->path]), size - 1};
            // A string near the end of a page is read as far as it goes.
            for (; there.iov_len > 0; there.iov_len /= 2)
                if (::process_vm_readv(watched_, &here, 1, &there, 1, 0) > 0)
                    break;
            to[size - 1] = '\0';
            return;
        }
        char name[64];
        std::snprintf(name, sizeof name, "/proc/%d/fd/%lu", watched_,
                      static_cast<unsigned long>(arguments_[0]));
        char target[96] = {};
        if (::readlink(name, target, sizeof target - 1) < 0)
            target[0] = '\0';
        std::snprintf(to, size, "%lu%s%s", static_cast<unsigned long>(arguments_[0]),
                      target[0] != '\0' ? ": " : "", target);
    }

    pid_t watched_;
    StallLimits limits_;
    Board& board_;
    Schedule his_;
    Schedule own_;
    long call_ = 0;
    std::uint64_t arguments_[6] = {};
    bool is_inside_ = false;
    Nanoseconds begun_{};
    Nanoseconds his_before_{};
    Nanoseconds own_before_{};
    Nanoseconds waited_at_{};
};

} // namespace

StallWatch::StallWatch(pid_t watched, StallLimits limits)
{
    void* const page =
        ::mmap(nullptr, sizeof(Board), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (page == MAP_FAILED)
        throw std::runtime_error{std::string{"mmap: "} + std::strerror(errno)};
    board_ = new (page) Board{};
    watcher_ = ::fork();
    if (watcher_ == 0)
        Watcher<Board>{watched, limits, *board_}.watch();
    while (watcher_ > 0 && board_->state == 0 && ::waitpid(watcher_, nullptr, WNOHANG) == 0)
        ::poll(nullptr, 0, 1);
}

StallWatch::~StallWatch()
{
    if (watcher_ > 0 && ::waitpid(watcher_, nullptr, WNOHANG) == 0) {
        ::kill(watcher_, SIGKILL);
        ::waitpid(watcher_, nullptr, 0);
    }
    ::munmap(board_, sizeof(Board));
}

StallReport StallWatch::report() const
{
    StallReport report;
    report.has_watched = board_->state > 0;
    report.calls = board_->calls;
    report.waits = board_->waits;
    if (board_->longest.took > Nanoseconds{})
        report.longest = text_of(board_->longest);
    const std::size_t seen = board_->faults_seen;
    for (std::size_t i = 0; i < std::min(seen, most_faults); ++i)
        report.faults.push_back(text_of(board_->faults[i]));
    if (seen > most_faults)
        report.faults.push_back("and " + std::to_string(seen - most_faults) + " more");
    return report;
}

} // namespace hostile
