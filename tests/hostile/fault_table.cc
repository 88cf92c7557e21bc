// SPDX-License-Identifier: MIT
#include "fault_table.h"

#include <fnmatch.h>
#include <sys/syscall.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace boot {
namespace {

constexpr auto none = Object::none;
constexpr auto path = Object::path;
constexpr auto fd = Object::descriptor;

// clang-format off
// Nor does ENOENT stand for what is there: a folder or a file that is missing is none, which is no failure.
const std::vector<CallRow> rows = {
    {"accept4", SYS_accept4, none, 0, {EAGAIN, ECONNABORTED, EINTR, EMFILE, ENFILE, ENOMEM}},
#ifdef SYS_access
    {"access", SYS_access, path, 0, {EACCES, EIO, ENOMEM}},
#endif
    {"bind", SYS_bind, fd, 0, {EACCES, EADDRINUSE, ENOENT, ENOMEM, EROFS}},
    {"capget", SYS_capget, none, 0, {EPERM}},
    {"capset", SYS_capset, none, 0, {EPERM}},
    {"chdir", SYS_chdir, path, 0, {EACCES, EIO, ENOMEM}},
    {"clone", SYS_clone, none, 0, {EAGAIN, ENOMEM, EPERM}},
    {"close", SYS_close, fd, 0, {EINTR, EIO}, nullptr, "*", true},
    {"close_range", SYS_close_range, none, 0, {ENOMEM, ENOSYS}},
    // ECONNREFUSED would say of a socket that nobody listens there.
    {"connect", SYS_connect, fd, 0, {EACCES, EAGAIN, EINTR}},
#ifdef SYS_dup2
    {"dup2", SYS_dup2, fd, 0, {EBUSY, EINTR, EMFILE}},
#endif
    {"dup3", SYS_dup3, fd, 0, {EBUSY, EINTR, EMFILE}},
    {"epoll_create1", SYS_epoll_create1, none, 0, {EMFILE, ENFILE, ENOMEM}},
    {"epoll_ctl", SYS_epoll_ctl, fd, 2, {ENOMEM, ENOSPC}},
#ifdef SYS_epoll_wait
    {"epoll_wait", SYS_epoll_wait, none, 0, {EINTR}},
#else
    {"epoll_pwait", SYS_epoll_pwait, none, 0, {EINTR}},
#endif
    {"eventfd2", SYS_eventfd2, none, 0, {EMFILE, ENFILE, ENOMEM}},
    {"execve", SYS_execve, path, 0, {E2BIG, EACCES, ENOENT, ENOEXEC, ENOMEM, ETXTBSY}},
    {"faccessat2", SYS_faccessat2, path, 1, {EACCES, EIO, EROFS}},
    {"fchmod", SYS_fchmod, fd, 0, {EIO, EPERM, EROFS}},
    {"fcntl", SYS_fcntl, fd, 0, {EMFILE}},
    {"ftruncate", SYS_ftruncate, fd, 0, {EINTR, EIO, EPERM}},
    {"getdents64", SYS_getdents64, fd, 0, {EIO}},
    // ESRCH would say of somebody who lives that he has ended.
    {"getpgid", SYS_getpgid, none, 0, {EPERM}},
    {"inotify_add_watch", SYS_inotify_add_watch, path, 1, {EACCES, ENOENT, ENOMEM, ENOSPC}},
    {"inotify_init1", SYS_inotify_init1, none, 0, {EMFILE, ENFILE, ENOMEM}},
    {"inotify_rm_watch", SYS_inotify_rm_watch, fd, 0, {EINVAL}},
    {"ioctl", SYS_ioctl, fd, 0, {EIO, ENOTTY}},
    {"kill", SYS_kill, none, 0, {EPERM}},
    {"listen", SYS_listen, fd, 0, {EADDRINUSE}},
    {"mkdirat", SYS_mkdirat, path, 1, {EACCES, EDQUOT, ENOENT, ENOMEM, ENOSPC, EROFS}},
    {"mknodat", SYS_mknodat, path, 1, {EACCES, EDQUOT, ENOSPC, EPERM, EROFS}},
    {"mmap", SYS_mmap, none, 0, {EAGAIN, ENOMEM}},
    {"newfstatat", SYS_newfstatat, path, 1, {EACCES, EIO, ELOOP, ENOMEM}},
    {"openat", SYS_openat, path, 1, {EACCES, EINTR, EIO, ELOOP, EMFILE, ENFILE, ENOMEM, EPERM}},
    {"openat", SYS_openat, path, 1, {ENOENT}, nullptr, "/proc/*"},
    {"pidfd_open", SYS_pidfd_open, none, 0, {EMFILE, ENFILE, ENODEV, ENOMEM, ENOSYS, EPERM}},
    {"pipe2", SYS_pipe2, none, 0, {EMFILE, ENFILE}},
#ifdef SYS_poll
    {"poll", SYS_poll, none, 0, {EINTR, ENOMEM}},
#else
    {"ppoll", SYS_ppoll, none, 0, {EINTR, ENOMEM}},
#endif
    {"prctl", SYS_prctl, none, 0, {EINVAL, EPERM}},
    {"pread64", SYS_pread64, fd, 0, {EINTR, EIO}},
    {"prlimit64", SYS_prlimit64, none, 0, {EPERM}},
    {"pwrite64", SYS_pwrite64, fd, 0, {EDQUOT, EINTR, EIO, ENOSPC}},
    {"read", SYS_read, fd, 0, {EINTR}},
    {"read", SYS_read, fd, 0, {EIO}, nullptr, "/*"},
    // The scribe's pipe and its own are blocking ones.
    {"read", SYS_read, fd, 0, {EAGAIN}, "init", "[!/]*"},
    {"read", SYS_read, fd, 0, {EAGAIN}, "keeper", "[!/]*"},
#ifdef SYS_readlink
    {"readlink", SYS_readlink, path, 0, {EACCES, EIO, ENOENT, ENOMEM}},
#endif
    {"recvfrom", SYS_recvfrom, fd, 0, {EAGAIN, EINTR, ENOMEM}},
    {"recvmsg", SYS_recvmsg, fd, 0, {EINTR, ENOMEM}},
    {"recvmsg", SYS_recvmsg, fd, 0, {EAGAIN}, "init"},
    {"recvmsg", SYS_recvmsg, fd, 0, {EAGAIN}, "keeper"},
#ifdef SYS_rename
    {"rename", SYS_rename, path, 1, {EACCES, EIO, ENOMEM, ENOSPC, EROFS}},
#else
    {"renameat2", SYS_renameat2, path, 3, {EACCES, EIO, ENOMEM, ENOSPC, EROFS}},
#endif
    // EPIPE and ECONNRESET would say of somebody who lives that he has ended.
    {"seccomp", SYS_seccomp, none, 0, {EACCES, EINVAL, ENOMEM}},
    {"sendmsg", SYS_sendmsg, fd, 0, {EAGAIN, EINTR, ENOBUFS, ENOMEM, ETOOMANYREFS}},
    {"sendto", SYS_sendto, fd, 0, {EAGAIN, ECONNRESET, EINTR, ENOBUFS, ENOMEM, EPIPE}},
    {"setpgid", SYS_setpgid, none, 0, {EPERM}},
    {"setsid", SYS_setsid, none, 0, {EPERM}},
    {"signalfd4", SYS_signalfd4, none, 0, {EMFILE, ENFILE, ENODEV, ENOMEM}},
    {"socket", SYS_socket, none, 0, {EACCES, EAFNOSUPPORT, EMFILE, ENFILE, ENOBUFS, ENOMEM}},
    {"socketpair", SYS_socketpair, none, 0, {EMFILE, ENFILE}},
    {"statfs", SYS_statfs, path, 0, {EACCES, EIO, ENOMEM}},
    {"statx", SYS_statx, path, 1, {EACCES, ENOMEM, ENOSYS}},
    {"symlinkat", SYS_symlinkat, path, 2, {EACCES, EDQUOT, ENOSPC, EPERM, EROFS}},
    {"timerfd_create", SYS_timerfd_create, none, 0, {EMFILE, ENFILE, ENODEV, ENOMEM}},
#ifdef SYS_unlink
    {"unlink", SYS_unlink, path, 0, {EACCES, EIO, ENOMEM, EPERM, EROFS}},
#endif
    {"unlinkat", SYS_unlinkat, path, 1, {EACCES, EBUSY, EIO, ENOMEM, EPERM, EROFS}},
    {"wait4", SYS_wait4, none, 0, {EINTR}},
    {"write", SYS_write, fd, 0, {EINTR}},
    {"write", SYS_write, fd, 0, {EDQUOT, EIO, ENOSPC}, "init", "/*"},
    {"write", SYS_write, fd, 0, {EAGAIN}, "init", "pipe:*"},
    {"write", SYS_write, fd, 0, {EAGAIN, EIO, ENOSPC, EPIPE}, "scribe"},
};

constexpr CallLeftOut left_out[] = {
    {"brk", SYS_brk, "it says no by the old end of the heap, without an errno; mmap is asked next"},
#ifdef SYS_arch_prctl
    {"arch_prctl", SYS_arch_prctl, "the C library's, before main"},
#endif
    {"exit_group", SYS_exit_group, "it does not come back"},
    {"futex", SYS_futex, "the C library's"},
    {"getpid", SYS_getpid, "it cannot fail"},
    {"getegid", SYS_getegid, "it cannot fail"},
    {"geteuid", SYS_geteuid, "it cannot fail"},
    {"getrandom", SYS_getrandom, "the C library's"},
    {"getsockopt", SYS_getsockopt, "it fails for wrong arguments alone"},
    {"gettid", SYS_gettid, "it cannot fail"},
    {"getuid", SYS_getuid, "it cannot fail"},
    {"madvise", SYS_madvise, "advice, of malloc's"},
    {"mprotect", SYS_mprotect, "the C library's, before main"},
    {"munmap", SYS_munmap, "of a whole mapping, which takes no memory"},
    {"restart_syscall", SYS_restart_syscall, "a call that was interrupted, and was counted when it began"},
    {"rseq", SYS_rseq, "the C library's, before main"},
    {"rt_sigaction", SYS_rt_sigaction, "it fails for wrong arguments alone"},
    {"rt_sigprocmask", SYS_rt_sigprocmask, "it fails for wrong arguments alone"},
    {"rt_sigreturn", SYS_rt_sigreturn, "it does not come back"},
    {"sched_getaffinity", SYS_sched_getaffinity, "it fails for wrong arguments alone"},
    {"set_robust_list", SYS_set_robust_list, "the C library's, before main"},
    {"set_tid_address", SYS_set_tid_address, "the C library's, before main"},
    {"sigaltstack", SYS_sigaltstack, "it fails for wrong arguments alone"},
    {"umask", SYS_umask, "it cannot fail"},
    {"uname", SYS_uname, "it fails for wrong arguments alone"},
    {"waitid", SYS_waitid, "with WNOHANG it fails for want of a child alone, which is no lie that the kernel tells"},
};

constexpr HarmlessRow harmless[] = {
    // Any of them.
    {nullptr, "close", "*", "the descriptor is closed all the same"},
    {nullptr, "close_range", "*", "what is open is closed one by one, as /proc lists it"},
    {nullptr, "clone", "*", "there was no room for a process: it is tried again"},
    {nullptr, "setsid", "*", "a session of its own keeps a terminal's signals away, and there is none"},
    {nullptr, "prctl", "*", "a name for ps, or orphans that become init's own and end with the rest"},
    {nullptr, "read", "[!/]*", "it is read at the next turn: the descriptor stays readable"},
    {nullptr, "write", "pipe:*", "it is written again"},
    {nullptr, "write", "anon_inode:*", "Asio wakes itself up, which it has no need of here"},
    {nullptr, "poll", "*", "it is asked again"},
    {nullptr, "openat", "/proc/*", "the process is one that has just gone; /proc is not needed to end"},
    {nullptr, "openat", "/dev/null", "the one that init was born with, or a pipe that has ended, will do"},
    {nullptr, "readlink", "/proc/*", "as without a /proc of our own"},
    {nullptr, "mmap", "*", "malloc asks the heap instead"},
    {nullptr, "read", "/proc/*", "as for a process that has just gone"},
    {"launched", "setpgid", "*", "a program's own; that init's child could not is told"},
    // The scribe, which does without rights where it can.
    {"scribe", "cap*", "*", "hardening alone: it keeps what it does not need"},
    {"scribe", "seccomp", "*", "hardening alone: prctl(2) is asked, or there is no filter"},
    {"scribe", "ioctl", "*", "how much waits in a pipe is asked again at the next turn"},
    // Init, before and beside its work.
    {"init", "chdir", "/", "it stays in the folder where it was started, which a runtime says is /"},
    {"init", "openat", ".", "as if it had been started in /"},
    {"init", "capget", "*", "the machine: what cannot be told is taken for refused, and scripts of machines are left out"},
    {"init", "statfs", "*", "the machine: what cannot be told is taken for absent"},
    {"init", "access", "/proc/*", "the machine: what cannot be told is taken for absent"},
    {"init", "newfstatat", "/dev/*", "the machine: what cannot be told is taken for absent"},
    {"init", "openat", "/dev", "the machine: what cannot be told is taken for absent"},
    {"init", "getdents64", "/dev", "the machine: what cannot be told is taken for absent"},
    {"init", "prlimit64", "*", "the limit stays as it was given"},
    {"init", "ioctl", "*", "there is no terminal then"},
    {"init", "eventfd2", "*", "Asio takes a pipe instead"},
    {"init", "timerfd_create", "*", "Asio does without"},
    // Init: the run folders and the sweep. Where there is doubt a file stays.
    {"init", "access", "/etc/debian_version", "the mode of a lock folder that is there stays as it is"},
    {"init", "symlinkat", "*", "the folder is made instead of the link"},
    {"init", "mkdirat", "rcinit", "the next place for state is taken"},
    {"init", "newfstatat", "", "a descriptor of its own, whose facts decide nothing but that a step is left out"},
    {"init", "newfstatat", "[!/]*", "the sweep: what cannot be looked at stays"},
    {"init", "statx", "*", "the sweep: mountinfo knows the mounts as well"},
    {"init", "getpgid", "*", "the sweep: who cannot be asked after is alive"},
    {"init", "connect", "*", "the sweep: a socket that cannot be asked is in use"},
    {"init", "socket", "*", "the sweep: a socket that cannot be asked is in use"},
    {"init", "faccessat2", "*", "what is missing is made, and what is there says so then"},
    {"init", "openat", "/etc/group", "utmp stays root's"},
    {"init", "read", "/etc/group", "utmp stays root's"},
    {"init", "fchmod", "/var/run/utmp", "its mode is the one that it was made with"},
    // Init: records for who(1) and runlevel(8), which no boot waits for.
    {"init", "*", "/var/run/utmp", "login records are kept where they can be"},
    {"init", "*", "/var/log/wtmp", "login records are kept where they can be"},
    {"init", "*", "/var/run/runlevel", "login records are kept where they can be"},
    // Init: what it knows of the tree.
    {"init", "access", "/etc/*", "a script or folder that is only looked at ahead of its turn"},
    {"init", "newfstatat", "/etc/*", "a file that an image need not have, or is only looked at ahead of its turn"},
    {"init", "newfstatat", "/sbin/halt.local", "an image need not have it"},
    {"init", "newfstatat", "/run/initctl", "it is made anew at the next mending"},
    {"init", "openat", "/etc/init.d/.depend.*", "the order is that of headers and numbers"},
    {"init", "openat", "/etc/insserv.conf", "the facilities are the ones that insserv knows by itself"},
    {"init", "openat", "/etc/rc.d/rc", "a stock one is taken for it"},
    {"init", "openat", "/etc/rc.d/*", "a script whose header cannot be read goes by its number; that it cannot is "
                                      "told when its turn comes"},
    {"init", "read", "/etc/rc.d/*", "as for one that cannot be opened"},
    {"init", "access", "/var/lock/*", "a lock is one of three things that say that a service is up"},
    {"init", "newfstatat", "/var/lock/*", "a lock is one of three things that say that a service is up"},
    {"init", "access", "/var/run/*.pid", "what cannot be looked at is believed"},
    {"init", "newfstatat", "/var/run/*.pid", "what cannot be looked at is believed"},
    {"init", "write", "*/.status.json.new", "it is written again"},
    {"init", "inotify_add_watch", "*/initctl", "that it is still there is looked at at other moments as well"},
    {"init", "inotify_add_watch", "/run/*", "that it is still there is looked at at other moments as well"},
    {"init", "inotify_rm_watch", "*", "it goes with init"},
    {"init", "openat", "/var/run/*.pid", "the process that the script left is the main one then"},
    {"init", "read", "/var/run/*.pid", "the process that the script left is the main one then"},
    {"init", "inotify_add_watch", "/var/run/*", "a folder of a service's own need not be there"},
    // Init: processes, and who asks it.
    {"init", "accept4", "*", "the client waits in the queue until the next turn"},
    {"init", "epoll_wait", "*", "it waits again"},
    {"init", "epoll_ctl", "socket:*", "the client is hung up on, and runs the script itself"},
    {"init", "epoll_ctl", "anon_inode:*", "a process whose end is not told is looked at each second; Asio's own never wait"},
    {"init", "epoll_ctl", "/proc/*/mountinfo", "what is missing is looked for at other moments as well"},
    {"init", "epoll_ctl", "/*initctl", "it was to be let go of, and is closed with its descriptor"},
    {"init", "recvfrom", "*", "it is read at the next turn: the descriptor stays readable"},
    {"init", "recvmsg", "*", "it is read at the next turn: the descriptor stays readable"},
    {"init", "sendto", "*", "the client reads the end of its connection instead of an answer"},
    {"init", "sendmsg", "*", "another helper gets the order"},
    {"init", "socketpair", "*", "the spare keeper is asked for when it is missed"},
    {"init", "pidfd_open", "*", "a process whose end is not told is looked at each second"},
    {"init", "kill", "*", "KILL follows"},
    {"init", "wait4", "*", "it is asked again"},
    {"init", "fchmod", "/run/rcinit/*", "the mode that it is made with is the same under the usual umask"},
    {"init", "unlink", "/run/rcinit/*", "nothing is there but after a broken attempt, and then the next step says so"},
    {"init", "openat", "/proc", "a look that finds nobody is made again"},
    {"init", "getdents64", "/proc", "a look that finds nobody is made again"},
    // The helpers.
    {"newborn", "*", "*", "a helper that cannot settle leaves, and is made anew"},
    {"spawner", "recvmsg", "*", "a spawner that cannot read leaves, and is made anew"},
    {"scribe", "write", "*", "nobody is left to tell, or what does not fit is lost"},
    {"keeper", "dup3", "*", "a keeper that cannot settle leaves, and another one gets the run"},
    {"keeper", "signalfd4", "*", "a keeper that cannot settle leaves, and another one gets the run"},
    {"keeper", "ioctl", "*", "how much is left in the pipe: none is waited for"},
    {"keeper", "recvmsg", "*", "it is read at the next turn: the descriptor stays readable"},
    {"keeper", "openat", "*", "who is left is asked of /proc as a whole, or of the script's group"},
    // What will be a script: what cannot be for now is tried again.
    {"launched", "chdir", "*", "it is tried again, or told as the reason"},
    {"launched", "dup2", "*", "it is tried again, or told as the reason"},
    {"launched", "newfstatat", "", "whether it is /dev/null: a pipe that has ended will do"},
    {"launched", "prlimit64", "*", "the limit stays as it was given"},
    {"launched", "execve", "*", "tried again, run by the shell, or told to the caller"},
};
// clang-format on

bool matches(const char* pattern, const std::string& text)
{
    return ::fnmatch(pattern, text.c_str(), 0) == 0;
}

bool is_maker(const char* wanted, Maker maker)
{
    return wanted == nullptr || std::strcmp(wanted, to_string(maker)) == 0;
}

} // namespace

bool CallRow::is_of(const Site& site) const
{
    return site.number == number && is_maker(maker, site.maker) && matches(pattern, site.object);
}

std::span<const CallRow> call_rows()
{
    return rows;
}

std::span<const CallLeftOut> calls_left_out()
{
    return left_out;
}

std::span<const HarmlessRow> harmless_rows()
{
    return harmless;
}

const CallRow* find_call(long number)
{
    const auto found = std::ranges::find(rows, number, &CallRow::number);
    return found != rows.end() ? &*found : nullptr;
}

bool is_left_out(long number)
{
    return std::ranges::find(left_out, number, &CallLeftOut::number) != std::end(left_out);
}

const char* why_harmless(const Site& site)
{
    const CallRow* const call = find_call(site.number);
    for (const HarmlessRow& row : harmless)
        if (call != nullptr && matches(row.call, call->name) && is_maker(row.maker, site.maker) &&
            matches(row.pattern, site.object))
            return row.why;
    return nullptr;
}

} // namespace boot
