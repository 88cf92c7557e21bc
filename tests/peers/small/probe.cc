// SPDX-License-Identifier: MIT
// The command that a small init is given in the tests: it says on stdout what it was given, which signals
// reach it, and who adopts its orphans. Static, so that it needs nothing from where it runs.
#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>

namespace {

void say(const std::string& line)
{
    const std::string whole = line + "\n";
    if (::write(STDOUT_FILENO, whole.data(), whole.size()) < 0)
        ::_exit(70);
}

std::string file_line(const std::string& path, const std::string& key)
{
    FILE* file = std::fopen(path.c_str(), "re");
    char line[512];
    std::string found = "?";
    while (file != nullptr && std::fgets(line, sizeof line, file) != nullptr)
        if (std::strncmp(line, key.c_str(), key.size()) == 0)
            found = std::string(line + key.size(), std::strcspn(line + key.size(), "\n"));
    if (file != nullptr)
        std::fclose(file);
    return found;
}

std::string link_of(const std::string& path)
{
    char to[512];
    const ssize_t size = ::readlink(path.c_str(), to, sizeof to);
    return size < 0 ? "?" : std::string(to, static_cast<std::size_t>(size));
}

/// Open descriptors above 2 of a process, its own listing aside.
std::string descriptors(const std::string& process)
{
    DIR* folder = ::opendir(("/proc/" + process + "/fd").c_str());
    if (folder == nullptr)
        return "?";
    std::string all;
    while (const dirent* entry = ::readdir(folder)) {
        const int number = std::atoi(entry->d_name);
        const std::string to = link_of("/proc/" + process + "/fd/" + entry->d_name);
        // A signalfd is how a peer waits, not something it was given.
        if (number > 2 && to.find("signalfd") == std::string::npos && to.find("/fd") == std::string::npos)
            all += " " + std::to_string(number);
    }
    ::closedir(folder);
    return all;
}

const char* yes(bool claim)
{
    return claim ? "yes" : "no";
}

std::string listen_pid()
{
    const char* value = std::getenv("LISTEN_PID");
    if (value == nullptr)
        return "none";
    if (std::atoi(value) == ::getpid())
        return "mine";
    return std::atoi(value) == ::getppid() ? "init's" : "another's";
}

/// Leaves a grandchild behind and asks it who its parent is then.
std::string adopter()
{
    int answer[2];
    if (::pipe2(answer, O_CLOEXEC) != 0)
        return "?";
    const pid_t self = ::getpid();
    const pid_t init = ::getppid();
    const pid_t middle = ::fork();
    if (middle == 0) {
        const pid_t parent = ::getpid();
        if (::fork() == 0) {
            while (::getppid() == parent)
                ::usleep(200);
            const char letter = ::getppid() == init ? 'i' : ::getppid() == self ? 's' : 'o';
            ::_exit(::write(answer[1], &letter, 1) == 1 ? 0 : 1);
        }
        ::_exit(0);
    }
    ::waitpid(middle, nullptr, 0);
    char letter = '?';
    const bool read = ::read(answer[0], &letter, 1) == 1;
    return read && letter == 'i' ? "init" : "another";
}

int state()
{
    const std::string init = std::to_string(::getppid());
    const std::string own = "/proc/self/status";
    say(std::string("leads a session: ") + yes(::getsid(0) == ::getpid()));
    say(std::string("leads a group: ") + yes(::getpgrp() == ::getpid()));
    say(std::string("session of init: ") + yes(::getsid(0) == ::getsid(::getppid())));
    say("blocked:" + file_line(own, "SigBlk:"));
    say("ignored:" + file_line(own, "SigIgn:"));
    say("folder: " + link_of("/proc/self/cwd"));
    say("descriptors:" + descriptors("self"));
    say("LISTEN_PID: " + listen_pid());
    const int terminal = ::open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
    say(std::string("terminal: ") + yes(terminal >= 0));
    say(std::string("foreground: ") + yes(terminal >= 0 && ::tcgetpgrp(terminal) == ::getpgrp()));
    say("orphans go to: " + adopter());
    // Init lets go of things after the exec; the peer's last such step is awaited by whoever asks.
    if (const char* awaited = std::getenv("PROBE_AWAITS"))
        for (int round = 0; round < 2000 && link_of("/proc/" + init + "/cwd") != awaited; ++round)
            ::usleep(1000);
    say("init's folder: " + link_of("/proc/" + init + "/cwd"));
    say("init's descriptors:" + descriptors(init));
    return 0;
}

/// Prints every signal that comes, by taking them as data.
[[noreturn]] void watch(const sigset_t& all, const char* who)
{
    for (;;) {
        siginfo_t info{};
        const int signo = ::sigwaitinfo(&all, &info);
        if (signo > 0 && signo != SIGCHLD)
            say(std::string(who) + " " + std::to_string(signo));
    }
}

int catch_all(const char* with_member)
{
    sigset_t all;
    ::sigfillset(&all);
    ::sigprocmask(SIG_SETMASK, &all, nullptr);
    if (std::strcmp(with_member, "member") == 0 && ::fork() == 0) {
        say("member is there");
        watch(all, "member got");
    }
    say("pid " + std::to_string(::getpid()));
    say("ready");
    watch(all, "got");
}

/// Counts one signal until another comes, then prints the number.
int count(int counted, int last)
{
    sigset_t all;
    ::sigfillset(&all);
    ::sigprocmask(SIG_SETMASK, &all, nullptr);
    say("ready");
    long seen = 0;
    for (int signo = 0; signo != last;)
        if ((signo = ::sigwaitinfo(&all, nullptr)) == counted)
            ++seen;
    // Real-time signals arrive lowest first, so all that were counted came before the last.
    say("counted " + std::to_string(seen));
    return 0;
}

int die(int signo)
{
    ::signal(signo, SIG_DFL);
    sigset_t none;
    ::sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
    ::prctl(PR_SET_DUMPABLE, 0); // no core file of it
    ::raise(signo);
    for (;;)
        ::pause();
}

/// Orphans that end at once, some by a signal; then waits for a signal and ends.
int orphans(int number)
{
    for (int made = 0; made < number; ++made) {
        const pid_t middle = ::fork();
        if (middle == 0) {
            if (::fork() == 0)
                ::_exit(made % 7);
            ::_exit(0);
        }
        ::waitpid(middle, nullptr, 0);
    }
    say("ready");
    ::pause();
    return 0;
}

/// A member of the group that stays when its leader has gone, and says when TERM comes.
int leave_member()
{
    int ready[2];
    if (::pipe2(ready, O_CLOEXEC) != 0)
        return 70;
    if (::fork() == 0) {
        sigset_t term;
        ::sigemptyset(&term);
        ::sigaddset(&term, SIGTERM);
        ::sigprocmask(SIG_SETMASK, &term, nullptr);
        if (::write(ready[1], "", 1) != 1)
            return 70;
        const timespec limit{2, 0};
        say(::sigtimedwait(&term, nullptr, &limit) == SIGTERM ? "member got TERM" : "member got nothing");
        return 0;
    }
    char byte = 0;
    return ::read(ready[0], &byte, 1) == 1 ? 3 : 70;
}

} // namespace

int main(int argc, char** argv)
{
    const std::string verb = argc > 1 ? argv[1] : "";
    const char* value = argc > 2 ? argv[2] : "";
    if (verb == "exit")
        return std::atoi(value);
    if (verb == "die")
        return die(std::atoi(value));
    if (verb == "state")
        return state();
    if (verb == "catch")
        return catch_all(value);
    if (verb == "count")
        return count(std::atoi(value), std::atoi(argv[3]));
    if (verb == "orphans")
        return orphans(std::atoi(value));
    if (verb == "member")
        return leave_member();
    if (verb == "nobody") {
        if (::setgid(65534) != 0 || ::setuid(65534) != 0)
            return 70;
        say("ready");
        ::pause();
        return 0;
    }
    if (verb == "words") {
        for (int at = 2; at < argc; ++at)
            say(argv[at]);
        return 0;
    }
    return 64;
}
