// SPDX-License-Identifier: MIT
// What the boot tests run inside a container as daemons and as witnesses: a daemon that does what its options
// say, a stopper, makers of orphans and of output, and a look at what a process was born with. It never
// signals a pid that it did not make or read from a pid file.
#include "file_server.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace {

using namespace std::chrono_literals;
using Words = std::vector<std::string>;

/// Nothing that this program starts lives longer, should a test forget it.
constexpr unsigned longest_life = 240;

void write_all(int fd, std::string_view text)
{
    while (!text.empty()) {
        const ssize_t n = ::write(fd, text.data(), text.size());
        if (n < 0 && errno != EINTR)
            return;
        if (n > 0)
            text.remove_prefix(static_cast<std::size_t>(n));
    }
}

void write_event(const std::string& text)
{
    const int fd = ::open("/var/events", O_WRONLY | O_APPEND | O_CLOEXEC);
    write_all(fd, text + "\n");
    ::close(fd);
}

void write_lines(long count, const std::string& prefix)
{
    std::string block;
    for (long i = 1; i <= count; ++i) {
        block += prefix + " " + std::to_string(i) + "\n";
        if (block.size() > 3000 || i == count) {
            write_all(1, block);
            block.clear();
        }
    }
}

/// The value after `name`, or nothing.
std::string option(const Words& words, std::string_view name)
{
    for (std::size_t i = 0; i + 1 < words.size(); ++i)
        if (words[i] == name)
            return words[i + 1];
    return {};
}

bool flag(const Words& words, std::string_view name)
{
    for (const std::string& word : words)
        if (word == name)
            return true;
    return false;
}

void to_null()
{
    const int null = ::open("/dev/null", O_RDWR);
    for (int fd = 0; fd < 3; ++fd)
        ::dup2(null, fd);
    if (null > 2)
        ::close(null);
}

/// The life of the daemon: waits for signals and does what the options say about each.
int serve(const Words& words)
{
    ::alarm(longest_life);
    sigset_t waited;
    sigemptyset(&waited);
    for (const int signo : {SIGTERM, SIGUSR1, SIGUSR2, SIGHUP})
        sigaddset(&waited, signo);
    for (;;) {
        int signo = 0;
        ::sigwait(&waited, &signo);
        if (signo == SIGTERM && !flag(words, "--deaf")) {
            if (!option(words, "--last").empty())
                write_all(1, option(words, "--last") + "\n");
            if (!option(words, "--event").empty())
                write_event(option(words, "--event"));
            return 0;
        }
        if (signo == SIGUSR1)
            write_lines(std::atol(option(words, "--lines").c_str()), "line");
        if (signo == SIGUSR2) {
            ::signal(SIGSEGV, SIG_DFL);
            ::raise(SIGSEGV);
        }
    }
}

/// daemon [--pidfile F] [--foreground] [--keep-output] [--deaf] [--last TEXT] [--event TEXT] [--lines N]
/// [--name COMM]
/// [--orphaned]: with the last it serves only when its parent has become process 1, and gives up after 3 s.
int run_daemon(const Words& words)
{
    sigset_t all;
    sigemptyset(&all);
    for (const int signo : {SIGTERM, SIGUSR1, SIGUSR2, SIGHUP})
        sigaddset(&all, signo);
    ::sigprocmask(SIG_BLOCK, &all, nullptr);
    int ready[2] = {-1, -1};
    if (!flag(words, "--foreground")) {
        if (::pipe2(ready, O_CLOEXEC) < 0)
            return 1;
        if (const pid_t child = ::fork(); child != 0) {
            ::close(ready[1]);
            char byte = 0;
            const bool good = ::read(ready[0], &byte, 1) == 1;
            ::waitpid(child, nullptr, 0);
            return good ? 0 : 1;
        }
        ::setsid();
        if (::fork() != 0)
            ::_exit(0);
    }
    if (!option(words, "--name").empty())
        ::prctl(PR_SET_NAME, option(words, "--name").c_str());
    if (flag(words, "--orphaned")) {
        const auto until = std::chrono::steady_clock::now() + 3s;
        while (::getppid() != 1 && std::chrono::steady_clock::now() < until)
            std::this_thread::sleep_for(1ms);
        if (::getppid() != 1)
            return 1;
    }
    if (const std::string path = option(words, "--pidfile"); !path.empty()) {
        const std::string fresh = path + ".new";
        std::ofstream{fresh} << ::getpid() << "\n";
        ::rename(fresh.c_str(), path.c_str());
    }
    if (ready[1] >= 0)
        write_all(ready[1], "r");
    ::close(ready[0]);
    ::close(ready[1]);
    if (!flag(words, "--keep-output"))
        to_null();
    return serve(words);
}

/// stop PIDFILE [--limit MS]: TERM, then waits until the process has gone.
int stop(const Words& words)
{
    pid_t pid = 0;
    std::ifstream{words.at(0)} >> pid;
    if (pid <= 1)
        return 0;
    const std::string limit = option(words, "--limit");
    const auto until = std::chrono::steady_clock::now() +
                       std::chrono::milliseconds{limit.empty() ? 5000 : std::atol(limit.c_str())};
    ::kill(pid, SIGTERM);
    while (::kill(pid, 0) == 0) {
        if (std::chrono::steady_clock::now() >= until)
            return 1;
        std::this_thread::sleep_for(1ms);
    }
    ::unlink(words.at(0).c_str());
    return 0;
}

/// look FILE: what this process was born with, one fact a line.
int look(const Words& words)
{
    std::string fds;
    int own = -1;
    {
        const std::filesystem::directory_iterator folder{"/proc/self/fd"};
        for (int fd = 0; fd < 256; ++fd)
            if (struct stat info{}; ::fstat(fd, &info) == 0) {
                std::error_code error;
                const auto target =
                    std::filesystem::read_symlink("/proc/self/fd/" + std::to_string(fd), error);
                if (target.string().starts_with("/proc/"))
                    own = fd;
                else
                    fds += (fds.empty() ? "" : " ") + std::to_string(fd);
            }
    }
    std::ofstream out{words.at(0)};
    out << "fds=" << fds << (own < 0 ? "?" : "") << "\n";
    out << "stdin=" << std::filesystem::read_symlink("/proc/self/fd/0").string() << "\n";
    out << "cwd=" << std::filesystem::current_path().string() << "\n";
    out << "leads_group=" << (::getpgrp() == ::getppid() || ::getpgrp() == ::getpid()) << "\n";
    out << "session=" << ::getsid(0) << "\n";
    const mode_t mask = ::umask(0);
    out << "umask=" << std::oct << mask << std::dec << "\n";
    std::ifstream status{"/proc/self/status"};
    for (std::string line; std::getline(status, line);)
        if (line.starts_with("SigBlk:") || line.starts_with("SigIgn:"))
            out << line.substr(0, 6) << "=" << line.substr(line.find_last_of("\t ") + 1) << "\n";
    for (char** variable = environ; *variable != nullptr; ++variable)
        out << "env " << *variable << "\n";
    return 0;
}

/// orphans COUNT EVENT: makes so many orphans, and tells when the last of them has ended.
int make_orphans(const Words& words)
{
    ::alarm(longest_life);
    int alive[2];
    if (::pipe2(alive, O_CLOEXEC) < 0)
        return 1;
    const long count = std::atol(words.at(0).c_str());
    for (long i = 0; i < count; ++i) {
        const pid_t child = ::fork();
        if (child == 0) {
            if (::fork() == 0 && i % 16 == 0) // most end at once, some a little later
                ::usleep(static_cast<useconds_t>(i % 7) * 1000);
            ::_exit(0);
        }
        if (child > 0)
            ::waitpid(child, nullptr, 0);
    }
    ::close(alive[1]);
    char byte = 0;
    while (::read(alive[0], &byte, 1) > 0 || errno == EINTR) {
        errno = 0;
    }
    write_event(words.at(1));
    return 0;
}

/// storm WIDTH: so many processes that never keep their pid: each forks and leaves, deaf to TERM.
int storm(const Words& words)
{
    ::signal(SIGTERM, SIG_IGN);
    ::signal(SIGHUP, SIG_IGN);
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds{60};
    for (long i = std::atol(words.at(0).c_str()); i > 0; --i) {
        if (::fork() != 0)
            continue;
        ::setsid();
        to_null();
        while (std::chrono::steady_clock::now() < until) {
            if (::fork() > 0)
                ::_exit(0);
            ::usleep(500);
        }
        ::_exit(0);
    }
    return 0;
}

/// crowd CHAINS DEPTH: so many chains of so many processes, each the parent of the next, deaf to TERM and
/// HUP.
int crowd(const Words& words)
{
    if (::fork() != 0)
        return 0;
    ::setsid();
    to_null();
    ::signal(SIGTERM, SIG_IGN);
    ::signal(SIGHUP, SIG_IGN);
    ::alarm(longest_life);
    const long depth = std::atol(words.at(1).c_str());
    for (long chain = std::atol(words.at(0).c_str()); chain > 0; --chain) {
        if (::fork() != 0)
            continue;
        for (long below = depth; below > 1 && ::fork() == 0;)
            --below;
        break;
    }
    for (;;)
        ::pause();
}

/// lines COUNT [PREFIX]; long BYTES: one line of that length; binary: every byte value, twice, without an
/// end.
int write_output(const std::string& kind, const Words& words)
{
    if (kind == "lines")
        write_lines(std::atol(words.at(0).c_str()), words.size() > 1 ? words[1] : "line");
    if (kind == "long")
        write_all(1, std::string(static_cast<std::size_t>(std::atol(words.at(0).c_str())), 'x') + "\n");
    if (kind == "binary") {
        std::string bytes;
        for (int i = 0; i < 512; ++i)
            bytes += static_cast<char>(i & 0xff);
        write_all(1, bytes + "unterminated");
    }
    return 0;
}

/// count-signals NUMBER: says "counting", then the count at each hundredth; TERM ends it.
int count_signals(const Words& words)
{
    const int counted = std::atoi(words.at(0).c_str());
    sigset_t waited;
    sigemptyset(&waited);
    sigaddset(&waited, counted);
    sigaddset(&waited, SIGTERM);
    ::sigprocmask(SIG_BLOCK, &waited, nullptr);
    ::alarm(longest_life);
    write_all(1, "counting\n");
    int signo = 0;
    for (int count = 0; ::sigwait(&waited, &signo) == 0 && signo == counted;)
        if (++count % 100 == 0)
            write_all(1, "signals " + std::to_string(count) + "\n");
    return 0;
}

} // namespace

int main(int argc, char** argv)
{
    Words words{argv + 1, argv + argc};
    if (words.empty())
        return 64;
    const std::string verb = words.front();
    words.erase(words.begin());
    if (verb == "daemon")
        return run_daemon(words);
    if (verb == "serve")
        return run_daemon([&] {
            words.push_back("--foreground");
            return words;
        }());
    if (verb == "stop")
        return stop(words);
    if (verb == "look")
        return look(words);
    if (verb == "orphans")
        return make_orphans(words);
    if (verb == "count-signals")
        return count_signals(words);
    if (verb == "storm")
        return storm(words);
    if (verb == "crowd")
        return crowd(words);
    if (verb == "file-server") // POINT SOURCE [--silence FILE] [--deaf]
        return boot::serve_files(words.at(0), words.at(1), option(words, "--silence"), flag(words, "--deaf"));
    return write_output(verb, words);
}
