// SPDX-License-Identifier: MIT
//
// Namespaces, mounts and cgroups of one run. Everything is made in the child or by path, so that the host
// keeps nothing but an empty cgroup, which goes with the run.
#include "container.h"

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <dirent.h>
#include <fcntl.h>
#include <fstream>
#include <poll.h>
#include <sched.h>
#include <sstream>
#include <stdexcept>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

namespace bench {
namespace {

using namespace std::chrono_literals;

constexpr const char* controllers[] = {"cpuacct", "pids"};

std::string group_folder(const char* controller, const std::string& group)
{
    return std::string("/sys/fs/cgroup/") + controller + "/" + group;
}

void join_groups(const std::string& group, pid_t pid)
{
    for (const char* controller : controllers)
        std::ofstream(group_folder(controller, group) + "/cgroup.procs") << pid << '\n';
}

std::int64_t number_in(const std::string& path)
{
    std::ifstream file(path);
    std::int64_t value = -1;
    file >> value;
    return file ? value : -1;
}

[[noreturn]] void fail_in_child(const char* what)
{
    std::perror(what);
    _exit(70);
}

void must(int result, const char* what)
{
    if (result != 0)
        fail_in_child(what);
}

void make_device(const char* path, unsigned major, unsigned minor)
{
    must(::mknod(path, S_IFCHR | 0666, makedev(major, minor)), path);
    ::chmod(path, 0666);
}

} // namespace

Container::Container(const Setting& setting) : mark_(setting.root + "/mark")
{
    group_ = "rcinit-bench-" + std::to_string(::getpid());
    for (const char* controller : controllers)
        ::mkdir(group_folder(controller, group_).c_str(), 0755);
    if (DIR* folder = ::opendir(mark_.c_str())) {
        while (const dirent* entry = ::readdir(folder))
            ::unlink((mark_ + "/" + entry->d_name).c_str());
        ::closedir(folder);
    }
    watch_ = ::inotify_init1(IN_CLOEXEC);
    ::inotify_add_watch(watch_, mark_.c_str(), IN_CREATE);

    int go[2];
    int ready[2];
    if (::pipe2(go, O_CLOEXEC) != 0 || ::pipe2(ready, O_CLOEXEC) != 0)
        throw std::runtime_error("pipe");
    int slave = -1;
    if (setting.terminal) {
        terminal_ = ::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
        if (terminal_ < 0 || ::grantpt(terminal_) != 0 || ::unlockpt(terminal_) != 0)
            throw std::runtime_error("no terminal can be had");
        slave = ::open(::ptsname(terminal_), O_RDWR | O_NOCTTY | O_CLOEXEC);
    }
    const unsigned long flags =
        CLONE_NEWPID | CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWNET | SIGCHLD;
    pid_ = static_cast<pid_t>(::syscall(SYS_clone, flags, nullptr, nullptr, nullptr, nullptr));
    if (pid_ < 0)
        throw std::runtime_error("clone: namespaces are denied");
    if (pid_ == 0) {
        ::close(go[1]);
        ::close(ready[0]);
        set_up_and_exec(setting, slave, go[0], ready[1]);
    }
    ::close(slave);
    if (setting.terminal)
        reader_ = std::thread([this] { read_terminal(); });
    ::close(go[0]);
    ::close(ready[1]);
    join_groups(group_, pid_);
    char byte = 0;
    if (::read(ready[0], &byte, 1) != 1)
        throw std::runtime_error("the root could not be set up");
    ::close(ready[0]);
    std::ofstream(group_folder("cpuacct", group_) + "/cpuacct.usage") << 0 << '\n';
    began_ = Clock::now();
    if (::write(go[1], "", 1) != 1)
        throw std::runtime_error("write");
    ::close(go[1]);
}

void Container::set_up_and_exec(const Setting& setting, int terminal, int go, int ready)
{
    ::prctl(PR_SET_PDEATHSIG, SIGKILL); // a benchmark that is interrupted leaves nothing behind
    const int log = ::open(setting.log.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0644);
    const int null = ::open("/dev/null", O_RDONLY);
    ::dup2(terminal >= 0 ? terminal : null, 0);
    ::dup2(terminal >= 0 ? terminal : log, 1);
    ::dup2(terminal >= 0 ? terminal : log, 2);
    ::close(null);
    ::close(log);
    const std::string& root = setting.root;
    must(::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr), "mount private");
    must(::mount(root.c_str(), root.c_str(), nullptr, MS_BIND | MS_REC, nullptr), "bind root");
    must(::chdir(root.c_str()), "chdir");
    if (setting.host_userland) {
        must(::mount("/usr", "usr", nullptr, MS_BIND, nullptr), "bind usr");
        must(::mount(nullptr, "usr", nullptr, MS_BIND | MS_REMOUNT | MS_RDONLY, nullptr), "usr read-only");
    }
    must(::mount("proc", "proc", "proc", 0, nullptr), "mount proc");
    must(::mount("tmpfs", "run", "tmpfs", 0, "mode=755"), "mount run");
    must(::mount("tmpfs", "tmp", "tmpfs", 0, "mode=1777"), "mount tmp");
    must(::mount("tmpfs", "dev", "tmpfs", 0, "mode=755"), "mount dev");
    make_device("dev/null", 1, 3);
    make_device("dev/zero", 1, 5);
    make_device("dev/full", 1, 7);
    make_device("dev/random", 1, 8);
    make_device("dev/urandom", 1, 9);
    make_device("dev/tty", 5, 0);
    ::mkdir("dev/shm", 01777);
    ::mkdir("run/lock", 0777);
    must(::symlink("/proc/self/fd", "dev/fd"), "dev/fd");
    must(static_cast<int>(::syscall(SYS_pivot_root, ".", ".")), "pivot_root");
    must(::umount2(".", MNT_DETACH), "umount the old root");
    must(::chdir("/"), "chdir /");

    std::vector<char*> arguments;
    for (const std::string& argument : setting.arguments)
        arguments.push_back(const_cast<char*>(argument.c_str()));
    arguments.push_back(nullptr);
    std::vector<char*> environment;
    for (const std::string& variable : setting.environment)
        environment.push_back(const_cast<char*>(variable.c_str()));
    environment.push_back(nullptr);

    char byte = 1;
    if (::write(ready, &byte, 1) != 1)
        fail_in_child("ready");
    if (::read(go, &byte, 1) != 1)
        _exit(70);
    ::setsid();
    if (terminal >= 0)
        ::ioctl(0, TIOCSCTTY, 0);
    ::execve(arguments[0], arguments.data(), environment.data());
    fail_in_child(arguments[0]);
}

void Container::read_terminal()
{
    char piece[4096];
    while (::read(terminal_, piece, sizeof piece) > 0)
        continue;
}

Container::~Container()
{
    if (pid_ > 0)
        end_with(SIGKILL, 10s);
    if (reader_.joinable())
        reader_.join(); // the last writer has gone
    ::close(terminal_);
    ::close(watch_);
    for (const char* controller : controllers)
        ::rmdir(group_folder(controller, group_).c_str());
}

bool Container::wait_for_mark(const std::string& name, std::chrono::milliseconds limit,
                              Clock::time_point& seen)
{
    const auto until = Clock::now() + limit;
    while (::access((mark_ + "/" + name).c_str(), F_OK) != 0) {
        const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(until - Clock::now());
        if (left.count() <= 0)
            return false;
        pollfd readable{watch_, POLLIN, 0};
        if (::poll(&readable, 1, static_cast<int>(left.count())) > 0) {
            char events[4096];
            if (::read(watch_, events, sizeof events) < 0)
                return false;
        }
    }
    seen = Clock::now();
    return true;
}

std::int64_t Container::settled_cpu()
{
    const std::string file = group_folder("cpuacct", group_) + "/cpuacct.usage";
    const auto until = Clock::now() + 1s;
    std::int64_t before = number_in(file);
    for (int still = 0; still < 4 && Clock::now() < until;) {
        std::this_thread::sleep_for(20ms);
        const std::int64_t now = number_in(file);
        still = now == before ? still + 1 : 0;
        before = now;
    }
    return before;
}

long Container::processes() const
{
    return static_cast<long>(number_in(group_folder("pids", group_) + "/pids.current"));
}

int Container::end_with(int signal, std::chrono::milliseconds limit)
{
    if (pid_ <= 0)
        return -1;
    const int pidfd = static_cast<int>(::syscall(SYS_pidfd_open, pid_, 0));
    ::kill(pid_, signal);
    pollfd ended{pidfd, POLLIN, 0};
    const bool over = ::poll(&ended, 1, static_cast<int>(limit.count())) > 0;
    ::close(pidfd);
    if (!over)
        return -1;
    int status = 0;
    ::waitpid(pid_, &status, 0);
    pid_ = -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

int Container::inside(const std::function<int()>& work)
{
    const pid_t helper = ::fork();
    if (helper == 0) {
        join_groups(group_, ::getpid());
        const int pidfd = static_cast<int>(::syscall(SYS_pidfd_open, pid_, 0));
        if (::setns(pidfd, CLONE_NEWPID | CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWNET) != 0)
            fail_in_child("setns");
        ::close(pidfd);
        const pid_t worker = ::fork();
        if (worker == 0)
            _exit(work());
        int status = 0;
        ::waitpid(worker, &status, 0);
        _exit(WIFEXITED(status) ? WEXITSTATUS(status) : 70);
    }
    int status = 0;
    ::waitpid(helper, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 70;
}

std::vector<pid_t> Container::members() const
{
    std::vector<pid_t> pids;
    std::ifstream file(group_folder("pids", group_) + "/cgroup.procs");
    for (pid_t pid = 0; file >> pid;)
        pids.push_back(pid);
    return pids;
}

long proc_field(pid_t pid, const char* file, const std::string& field)
{
    std::ifstream stream("/proc/" + std::to_string(pid) + "/" + file);
    for (std::string line; std::getline(stream, line);)
        if (line.compare(0, field.size() + 1, field + ":") == 0)
            return std::atol(line.c_str() + field.size() + 1);
    return -1;
}

std::int64_t cpu_of(pid_t pid)
{
    return number_in("/proc/" + std::to_string(pid) + "/schedstat");
}

} // namespace bench
