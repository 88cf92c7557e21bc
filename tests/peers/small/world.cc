// SPDX-License-Identifier: MIT
#include "world.h"

#include <fcntl.h>
#include <linux/capability.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstring>
#include <fstream>
#include <stdexcept>

namespace small_test {
namespace {

std::string links_folder()
{
    static const std::string folder = [] {
        char pattern[] = "/tmp/rcinit-small-XXXXXX";
        if (::mkdtemp(pattern) == nullptr)
            throw std::runtime_error("no temporary folder");
        const char* chosen = std::getenv("RCINIT");
        const std::string binary = chosen != nullptr && *chosen != '\0' ? chosen : RCINIT_BINARY;
        for (const char* name : {"dumb-init", "tini", "docker-init", "catatonit", "podman-init", "pause"})
            if (::symlink(binary.c_str(), (std::string(pattern) + "/" + name).c_str()) != 0)
                throw std::runtime_error("no links");
        return std::string(pattern);
    }();
    return folder;
}

void must(bool done, const char* what)
{
    if (done)
        return;
    std::perror(what);
    ::_exit(99);
}

std::vector<char*> pointers(std::vector<std::string>& words)
{
    std::vector<char*> all;
    for (std::string& word : words)
        all.push_back(word.data());
    all.push_back(nullptr);
    return all;
}

void set_signals(const Setting& setting)
{
    sigset_t blocked;
    ::sigemptyset(&blocked);
    for (int signo = 1; signo <= 64; ++signo) {
        const std::uint64_t bit = std::uint64_t{1} << (signo - 1);
        if ((setting.ignored & bit) != 0)
            ::signal(signo, SIG_IGN);
        else if (signo != SIGKILL && signo != SIGSTOP)
            ::signal(signo, SIG_DFL);
        if ((setting.blocked & bit) != 0)
            ::sigaddset(&blocked, signo);
    }
    ::sigprocmask(SIG_SETMASK, &blocked, nullptr);
}

/// What an init leaves comes to us, as PID 1 of the whole test, one after the other.
void end_children()
{
    for (;;) {
        std::ifstream children("/proc/self/task/" + std::to_string(::getpid()) + "/children");
        for (pid_t left = 0; children >> left;)
            ::kill(left, SIGKILL);
        pid_t gone = 0;
        while ((gone = ::waitpid(-1, nullptr, WNOHANG)) > 0)
            continue;
        if (gone < 0)
            return;
        rest();
    }
}

} // namespace

std::string program_of(const std::string& name, Whose whose)
{
    return whose == Whose::ours ? links_folder() + "/" + name : "/usr/bin/" + name;
}

bool is_there(const std::string& name, Whose whose)
{
    return ::access(program_of(name, whose).c_str(), X_OK) == 0;
}

std::string probe()
{
    return RCINIT_PROBE;
}

void rest()
{
    ::usleep(500);
}

std::string described(const Ending& ending)
{
    if (!ending.ended)
        return "still there";
    return (ending.killed ? "signal " : "exit ") + std::to_string(ending.number);
}

Running::Running(const Setting& setting, Whose whose)
{
    int pipes[4];
    if (::pipe2(pipes, O_CLOEXEC) != 0 || ::pipe2(pipes + 2, O_CLOEXEC) != 0)
        throw std::runtime_error("pipe");
    int slave = -1;
    if (setting.terminal) {
        terminal_ = ::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
        if (terminal_ < 0 || ::grantpt(terminal_) != 0 || ::unlockpt(terminal_) != 0)
            throw std::runtime_error("no terminal can be had");
        slave = ::open(::ptsname(terminal_), O_RDWR | O_NOCTTY | O_CLOEXEC);
    }
    const unsigned long flags = SIGCHLD | (setting.first ? CLONE_NEWPID | CLONE_NEWNS : 0UL);
    (void)links_folder(); // made here, not in each child
    pid_ = static_cast<pid_t>(::syscall(SYS_clone, flags, nullptr, nullptr, nullptr, nullptr));
    if (pid_ < 0)
        throw std::runtime_error("clone");
    if (pid_ == 0)
        become(setting, whose, slave, pipes);
    ::close(slave);
    ::close(pipes[1]);
    ::close(pipes[3]);
    out_fd_ = pipes[0];
    err_fd_ = pipes[2];
    ::fcntl(out_fd_, F_SETFL, O_NONBLOCK);
    ::fcntl(err_fd_, F_SETFL, O_NONBLOCK);
    if (terminal_ >= 0)
        ::fcntl(terminal_, F_SETFL, O_NONBLOCK);
}

void Running::become(const Setting& setting, Whose whose, int slave, const int* pipes) const
{
    if (setting.first)
        must(::mount("proc", "/proc", "proc", 0, nullptr) == 0, "mount proc");
    const int null = ::open("/dev/null", O_RDWR | O_CLOEXEC);
    must(::dup2(slave >= 0 ? slave : null, 0) == 0, "stdin");
    must(::dup2(slave >= 0 ? slave : pipes[1], 1) == 1, "stdout");
    must(::dup2(pipes[3], 2) == 2, "stderr");
    // What the test was started with is not the init's.
    ::syscall(SYS_close_range, 3U, ~0U, 4U /* CLOSE_RANGE_CLOEXEC */);
    if (setting.descriptor > 2)
        must(::dup2(null, setting.descriptor) == setting.descriptor, "descriptor");
    if (setting.no_input)
        ::close(0);
    // A session of its own keeps a test's terminal out of it.
    must(::setsid() > 0, "setsid");
    if (slave >= 0)
        must(::ioctl(0, TIOCSCTTY, 0) == 0, "controlling terminal");
    if (!setting.folder.empty())
        must(::chdir(setting.folder.c_str()) == 0, "folder");
    std::vector<std::string> environment = setting.environment;
    environment.emplace_back("PATH=/usr/local/bin:/usr/bin:/bin");
    if (setting.own_listen_pid)
        environment.push_back("LISTEN_PID=" + std::to_string(::getpid()));
    std::vector<std::string> words = setting.words;
    words.insert(words.begin(), setting.name);
    set_signals(setting);
    if (!setting.may_signal_all)
        must(::prctl(PR_CAPBSET_DROP, CAP_KILL) == 0, "capabilities");
    ::execve(program_of(setting.name, whose).c_str(), pointers(words).data(), pointers(environment).data());
    must(false, setting.name.c_str());
    ::_exit(99);
}

Running::~Running()
{
    if (!over_)
        ::kill(pid_, SIGKILL);
    end_children();
    for (const int fd : {terminal_, out_fd_, err_fd_})
        if (fd >= 0)
            ::close(fd);
}

void Running::read_some(int& fd, std::string& text)
{
    char piece[4096];
    ssize_t got = 0;
    while (fd >= 0 && (got = ::read(fd, piece, sizeof piece)) > 0)
        text.append(piece, static_cast<std::size_t>(got));
}

const std::string& Running::out()
{
    read_some(out_fd_, out_);
    read_some(terminal_, out_);
    return out_;
}

const std::string& Running::err()
{
    read_some(err_fd_, err_);
    return err_;
}

void Running::send(int signo) const
{
    if (!over_)
        ::kill(pid_, signo);
}

void Running::hang_up()
{
    (void)out();
    ::close(terminal_);
    terminal_ = -1;
}

bool Running::has_ended()
{
    if (!over_ && ::waitpid(pid_, &status_, WNOHANG) == pid_)
        over_ = WIFEXITED(status_) || WIFSIGNALED(status_);
    return over_;
}

bool Running::has_stopped()
{
    return status_field(pid_, "State").substr(0, 1) == "T";
}

bool Running::wait_for_text(const std::string& text)
{
    (void)poll_until([&] { return out().find(text) != std::string::npos || has_ended(); });
    return out().find(text) != std::string::npos;
}

Ending Running::end()
{
    Ending ending;
    ending.ended = poll_until([&] {
        // Both are read, so that a full pipe holds up nobody.
        (void)out();
        (void)err();
        return has_ended();
    });
    ending.killed = WIFSIGNALED(status_);
    ending.number = ending.killed ? WTERMSIG(status_) : WEXITSTATUS(status_);
    ending.out = out();
    ending.err = err();
    return ending;
}

Ending run(const Setting& setting, Whose whose)
{
    Running running{setting, whose};
    return running.end();
}

std::string status_field(pid_t pid, const std::string& key)
{
    std::ifstream status("/proc/" + std::to_string(pid) + "/status");
    for (std::string line; std::getline(status, line);)
        if (line.compare(0, key.size() + 2, key + ":\t") == 0)
            return line.substr(key.size() + 2);
    return {};
}

} // namespace small_test
