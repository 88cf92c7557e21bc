// SPDX-License-Identifier: MIT
// Clones the first process of the namespaces, builds its mounts and enters its root. Between clone and exec
// only system calls are made, on strings laid out before, since a test may have threads.
#include "enclosure.h"

#include <fcntl.h>
#include <linux/mount.h>
#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstring>

namespace boot {
namespace {

constexpr int namespaces = CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWIPC;
constexpr int exit_not_entered = 125;
constexpr const char* users_map = "0 0 65536\n";

struct Failure {
    int error;
    char step[60];
};

std::vector<char*> pointers(const std::vector<std::string>& words)
{
    std::vector<char*> result;
    for (const std::string& word : words)
        result.push_back(const_cast<char*>(word.c_str()));
    result.push_back(nullptr);
    return result;
}

[[noreturn]] void fail(int report, const char* step, const char* on = "")
{
    Failure failure{errno, {}};
    std::strncpy(failure.step, step, sizeof failure.step - 1);
    std::strncat(failure.step, on, sizeof failure.step - 1 - std::strlen(failure.step));
    if (::write(report, &failure, sizeof failure) < 0)
        ::_exit(exit_not_entered + 1);
    ::_exit(exit_not_entered);
}

void write_once(int report, const char* path, const char* text)
{
    const int fd = ::open(path, O_WRONLY | O_CLOEXEC);
    if (fd < 0 || ::write(fd, text, std::strlen(text)) < 0)
        fail(report, "write ", path);
    ::close(fd);
}

void make_read_only(int report, const char* target)
{
    mount_attr attributes{};
    attributes.attr_set = MOUNT_ATTR_RDONLY;
    if (::syscall(SYS_mount_setattr, AT_FDCWD, target, AT_RECURSIVE, &attributes, sizeof attributes) == 0)
        return;
    struct statvfs now {}; // flags that the outer namespace locked must be given again
    unsigned long flags = MS_REMOUNT | MS_BIND | MS_RDONLY;
    if (::statvfs(target, &now) == 0)
        flags |= now.f_flag & (ST_NOSUID | ST_NODEV | ST_NOEXEC | ST_NOATIME | ST_NODIRATIME | ST_RELATIME);
    if (::mount(nullptr, target, nullptr, flags, nullptr) < 0)
        fail(report, "read-only ", target);
}

void mount_all(int report, const EnclosureRequest& request)
{
    if (::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) < 0)
        fail(report, "private mounts");
    const char* root = request.root.c_str();
    if (::mount(root, root, nullptr, MS_BIND, nullptr) < 0)
        fail(report, "bind ", root);
    for (const MountStep& step : request.mounts) {
        const bool bind = step.type.empty();
        if (::mount(step.source.c_str(), step.target.c_str(), bind ? nullptr : step.type.c_str(),
                    bind ? MS_BIND | MS_REC : 0, nullptr) < 0)
            fail(report, "mount ", step.target.c_str());
        if (step.read_only)
            make_read_only(report, step.target.c_str());
    }
    if (::chdir(root) < 0 || ::syscall(SYS_pivot_root, ".", ".") < 0 || ::umount2(".", MNT_DETACH) < 0 ||
        ::chdir("/") < 0)
        fail(report, "enter the root");
}

/// Since Linux 6.14 each PID namespace has a limit of its own. Before that it is the machine's, which nobody
/// here touches.
bool has_limit_of_its_own()
{
    utsname kernel{};
    int major = 0;
    int minor = 0;
    if (::uname(&kernel) != 0 || std::sscanf(kernel.release, "%d.%d", &major, &minor) != 2)
        return false;
    return major > 6 || (major == 6 && minor >= 14);
}

/// What a runtime's child starts with: default dispositions, an empty mask.
void reset_signals(bool inherited)
{
    for (int signo = 1; signo <= SIGRTMAX; ++signo)
        if (signo != SIGKILL && signo != SIGSTOP)
            ::signal(signo, SIG_DFL);
    sigset_t mask;
    sigemptyset(&mask);
    if (inherited) {
        ::signal(SIGHUP, SIG_IGN);
        ::signal(SIGPIPE, SIG_IGN);
        sigaddset(&mask, SIGUSR1);
    }
    ::sigprocmask(SIG_SETMASK, &mask, nullptr);
}

void set_standard(int report, int output)
{
    const int null = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
    if (null < 0 || ::dup2(null, 0) < 0)
        fail(report, "open /dev/null");
    if (output >= 0) {
        if (::dup2(output, 1) < 0 || ::dup2(output, 2) < 0)
            fail(report, "dup2");
    } else {
        ::close(1);
        ::close(2);
    }
    ::syscall(SYS_close_range, 3U, ~0U, CLOSE_RANGE_CLOEXEC);
}

/// Reads what a child has to say until its exec closes the pipe. Empty when it said nothing.
std::string read_failure(int fd)
{
    Failure failure{};
    ssize_t n = 0;
    do
        n = ::read(fd, &failure, sizeof failure);
    while (n < 0 && errno == EINTR);
    if (n != static_cast<ssize_t>(sizeof failure))
        return {};
    return std::string{failure.step} + ": " + std::strerror(failure.error);
}

struct Pipe {
    UniqueFd in, out;
    Pipe()
    {
        int ends[2];
        if (::pipe2(ends, O_CLOEXEC) == 0) {
            in.reset(ends[0]);
            out.reset(ends[1]);
        }
    }
};

/// fork(2) with a pidfd. `flags` are namespaces to make.
pid_t fork_with_pidfd(std::uint64_t flags, UniqueFd& pidfd)
{
    int fd = -1;
    clone_args arguments{};
    arguments.flags = flags | CLONE_PIDFD;
    arguments.pidfd = reinterpret_cast<std::uintptr_t>(&fd);
    arguments.exit_signal = SIGCHLD;
    long pid = ::syscall(SYS_clone3, &arguments, sizeof arguments);
    if (pid < 0 && errno == ENOSYS)
        pid = ::syscall(SYS_clone, flags | CLONE_PIDFD | SIGCHLD, nullptr, &fd, nullptr, 0UL);
    if (pid > 0)
        pidfd.reset(fd);
    return static_cast<pid_t>(pid);
}

/// Gives the child its users, which only somebody outside may do, and lets it go on. Empty when it went well.
std::string give_users(pid_t child, int go)
{
    for (const char* name : {"/uid_map", "/gid_map"}) {
        const std::string path = "/proc/" + std::to_string(child) + name;
        const UniqueFd fd{::open(path.c_str(), O_WRONLY | O_CLOEXEC)};
        if (!fd || ::write(fd.get(), users_map, std::strlen(users_map)) < 0)
            return "write " + path + ": " + std::strerror(errno);
    }
    return ::write(go, "g", 1) == 1 ? std::string{}
                                    : std::string{"let the child go on: "} + std::strerror(errno);
}

void wait_for_users(int report, int go)
{
    char byte = 0;
    if (::read(go, &byte, 1) != 1)
        fail(report, "users");
}

void forget(Enclosed& child)
{
    int status = 0;
    while (::waitpid(child.pid, &status, 0) < 0 && errno == EINTR) {
    }
    child.pid = -1;
    child.pidfd.reset();
}

} // namespace

Enclosed enclose(const EnclosureRequest& request)
{
    const std::vector<char*> argv = pointers(request.argv);
    const std::vector<char*> environment = pointers(request.environment);
    const std::string uid_map = "0 " + std::to_string(::geteuid()) + " 1\n";
    const std::string gid_map = "0 " + std::to_string(::getegid()) + " 1\n";
    const std::string pids =
        request.pids > 0 && has_limit_of_its_own() ? std::to_string(request.pids) : std::string{};
    Pipe report;
    Pipe go;

    Enclosed child;
    child.pid = fork_with_pidfd(namespaces, child.pidfd);
    if (child.pid < 0) {
        child.error = std::string{"clone: "} + std::strerror(errno);
        return child;
    }
    if (child.pid == 0) {
        const int to = report.out.get();
        ::prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (request.users) {
            go.out.reset();
            wait_for_users(to, go.in.get());
        } else {
            write_once(to, "/proc/self/setgroups", "deny");
            write_once(to, "/proc/self/uid_map", uid_map.c_str());
            write_once(to, "/proc/self/gid_map", gid_map.c_str());
        }
        ::setsid();
        ::umask(022);
        set_standard(to, request.output);
        if (request.terminal && (::dup2(request.output, 0) < 0 || ::ioctl(0, TIOCSCTTY, 0) < 0))
            fail(to, "controlling terminal");
        mount_all(to, request);
        if (!pids.empty())
            write_once(to, "/proc/sys/kernel/pid_max", pids.c_str());
        if (::chdir(request.folder.c_str()) < 0)
            fail(to, "chdir ", request.folder.c_str());
        ::prctl(PR_SET_PDEATHSIG, SIGKILL);
        reset_signals(request.inherited_signals);
        ::execve(request.program.c_str(), argv.data(), environment.data());
        fail(to, "exec ", request.program.c_str());
    }
    report.out.reset();
    const std::string denied = request.users ? give_users(child.pid, go.out.get()) : std::string{};
    go.out.reset(); // a child that waits in vain sees the end
    child.error = read_failure(report.in.get());
    if (!denied.empty())
        child.error = denied;
    if (!child.error.empty())
        forget(child);
    return child;
}

Enclosed enter(int pidfd, const std::vector<std::string>& words, const std::vector<std::string>& variables,
               int output)
{
    const std::vector<char*> argv = pointers(words);
    const std::vector<char*> environment = pointers(variables);
    Pipe report;

    Enclosed child;
    child.pid = fork_with_pidfd(0, child.pidfd);
    if (child.pid < 0) {
        child.error = std::string{"fork: "} + std::strerror(errno);
        return child;
    }
    if (child.pid == 0) {
        const int to = report.out.get();
        ::prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (::setns(pidfd, namespaces) < 0)
            fail(to, "setns");
        UniqueFd inner_fd;
        const pid_t inner = fork_with_pidfd(0, inner_fd);
        if (inner < 0)
            fail(to, "fork inside");
        if (inner == 0) {
            ::prctl(PR_SET_PDEATHSIG, SIGKILL);
            ::setsid();
            ::umask(022);
            set_standard(to, output);
            reset_signals(false);
            if (::chdir("/") < 0)
                fail(to, "chdir /");
            ::execve(argv[0], argv.data(), environment.data());
            fail(to, "exec ", argv[0]);
        }
        ::syscall(SYS_close_range, 3U, ~0U, 0U);
        int status = 0;
        while (::waitpid(inner, &status, 0) < 0 && errno == EINTR) {
        }
        ::_exit(WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
    }
    report.out.reset();
    child.error = read_failure(report.in.get());
    if (!child.error.empty())
        forget(child);
    return child;
}

namespace {

std::string try_enclosure(bool users)
{
    char folder[] = "/tmp/rcinit-boot-try-XXXXXX";
    if (::mkdtemp(folder) == nullptr)
        return std::string{"no folder for a root: "} + std::strerror(errno);
    EnclosureRequest request;
    request.root = folder;
    request.users = users;
    const std::string usr = request.root + "/usr";
    const std::string proc = request.root + "/proc";
    ::mkdir(usr.c_str(), 0755);
    ::mkdir(proc.c_str(), 0755);
    request.mounts = {{"/usr", usr, "", true}, {"proc", proc, "proc", false}};
    request.program = "/no/such/program"; // everything up to exec is what is tried
    request.argv = {request.program};
    const std::string error = enclose(request).error;
    ::rmdir(usr.c_str());
    ::rmdir(proc.c_str());
    ::rmdir(folder);
    return error.starts_with("exec ") ? std::string{} : "namespaces are denied: " + error;
}

} // namespace

const std::string& enclosure_denied()
{
    static const std::string reason = try_enclosure(false);
    return reason;
}

const std::string& users_denied()
{
    static const std::string reason =
        ::geteuid() == 0 ? try_enclosure(true) : std::string{"other users need root"};
    return reason;
}

} // namespace boot
