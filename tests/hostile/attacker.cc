// SPDX-License-Identifier: MIT
// What the hostile tests run inside a container as another user: attacker UID VERB ARGUMENTS... It goes to
// the background, becomes that user, and does one thing to init until it is ended; nothing of it lives longer
// than four minutes. It never signals a process that is not one of init's helpers by its name.
#include <arpa/inet.h>
#include <dirent.h>
#include <fcntl.h>
#include <grp.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

namespace {

using Words = std::vector<std::string>;

constexpr unsigned longest_life = 240;

/// names FOLDER COUNT
void make_names(const Words& words)
{
    const long count = std::atol(words.at(1).c_str());
    for (long i = 0; i < count; ++i) {
        const std::string path = words[0] + "/name" + std::to_string(i);
        ::close(::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0644));
    }
}

/// swap FOLDER NAME TARGET: NAME is by turns a link to TARGET and a folder.
void swap_links(const Words& words)
{
    const std::string name = words[0] + "/" + words[1];
    const std::string other = name + ".other";
    ::mkdir(name.c_str(), 0755);
    ::symlink(words[2].c_str(), other.c_str());
    for (;;)
        ::renameat2(AT_FDCWD, name.c_str(), AT_FDCWD, other.c_str(), RENAME_EXCHANGE);
}

/// fifos FOLDER: FIFOs and links stand where init looks for files and folders.
void make_fifos(const Words& words)
{
    for (int i = 0; i < 40; ++i) {
        char name[16];
        std::snprintf(name, sizeof name, "/s%02d.pid", i);
        ::mkfifo((words[0] + name).c_str(), 0666);
    }
    for (const char* name : {"/subsys", "/rcinit", "/rcinit.pid", "/initctl"})
        if (::mkfifo((words[0] + name).c_str(), 0666) != 0)
            ::symlink("/etc/nologin", (words[0] + name + ".link").c_str());
}

/// pids FOLDER: files named like pid files that name processes of others.
void make_pid_files(const Words& words)
{
    for (int i = 0; i < 40; ++i) {
        char name[16];
        std::snprintf(name, sizeof name, "/s%02d.pid", i);
        const int fd = ::open((words[0] + name).c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
        const std::string pid = std::to_string(i + 1) + "\n";
        if (::write(fd, pid.data(), pid.size()) < 0) {
            // It is root's already.
        }
        ::close(fd);
    }
}

/// words COUNT: this process's command line has so many.
void have_words(const Words& words)
{
    Words all{"/opt/attacker", std::to_string(::getuid()), "words-now"};
    all.resize(static_cast<std::size_t>(std::atol(words.at(0).c_str())), "w");
    std::vector<char*> argv;
    for (std::string& word : all)
        argv.push_back(word.data());
    argv.push_back(nullptr);
    ::execv(argv[0], argv.data());
    std::perror("exec");
}

constexpr int knockers = 30;

sockaddr* generic(sockaddr_in& address)
{
    return reinterpret_cast<sockaddr*>(&address);
}

/// A TCP connection over the loopback with a full buffer that nobody reads, whose close waits. -1 where there
/// is none to be had.
int make_slow_socket(sockaddr_in address)
{
    const int slow = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (::connect(slow, generic(address), sizeof address) != 0)
        return -1;
    const linger waits{1, 1000000};
    ::setsockopt(slow, SOL_SOCKET, SO_LINGER, &waits, sizeof waits);
    const std::string block(65536, 'x');
    while (::send(slow, block.data(), block.size(), MSG_DONTWAIT) > 0) {
    }
    return slow;
}

bool send_with_descriptor(int to, const std::string& line, int descriptor)
{
    iovec text{const_cast<char*>(line.data()), line.size()};
    alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int))] = {};
    msghdr message{};
    message.msg_iov = &text;
    message.msg_iovlen = 1;
    message.msg_control = control;
    message.msg_controllen = sizeof control;
    cmsghdr* const head = CMSG_FIRSTHDR(&message);
    head->cmsg_level = SOL_SOCKET;
    head->cmsg_type = SCM_RIGHTS;
    head->cmsg_len = CMSG_LEN(sizeof(int));
    std::memcpy(CMSG_DATA(head), &descriptor, sizeof descriptor);
    return ::sendmsg(to, &message, MSG_NOSIGNAL) > 0;
}

/// Connects to the socket at `path`, sends a descriptor whose close waits, and is gone. Its own exit does not
/// wait; a close by whoever then holds the last copy does.
[[noreturn]] void knock_once(const std::string& path, const std::string& text, const sockaddr_in& slow_end)
{
    const int slow = make_slow_socket(slow_end);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.copy(address.sun_path, sizeof address.sun_path - 1);
    for (int tries = 0; tries < 1000; ++tries) {
        const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
        const bool is_in = ::connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
        if (is_in && send_with_descriptor(fd, text, slow))
            break;
        ::close(fd);
        ::usleep(2000);
    }
    ::_exit(0);
}

/// knock PATH TEXT: many at once. `\n` at the end of the text is a newline.
void knock(const Words& words)
{
    const int listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof address;
    if (::bind(listener, generic(address), sizeof address) != 0 || ::listen(listener, 2 * knockers) != 0 ||
        ::getsockname(listener, generic(address), &length) != 0)
        return;
    std::string text = words.at(1);
    if (text.ends_with("\\n"))
        text.replace(text.size() - 2, 2, "\n");
    for (int i = 0; i < knockers; ++i)
        if (::fork() == 0)
            knock_once(words.at(0), text, address);
    for (;;)
        ::pause(); // the other ends of the connections stay, and are not read
}

/// bomb COUNT FILE: so many processes, deaf to TERM and HUP, that fork all the time, for half a minute.
/// Whoever wants to look at the memory of one waits for its lock, and so for its next turn. FILE is made when
/// all are there.
void bomb(const Words& words)
{
    constexpr unsigned life = 30;
    ::signal(SIGTERM, SIG_IGN);
    ::signal(SIGHUP, SIG_IGN);
    long more = std::atol(words.at(0).c_str()) - 1;
    while (more > 0 && ::fork() == 0)
        --more;
    if (more == 0)
        ::close(::open(words.at(1).c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0644));
    // None begins before all are there: the last ones would not get a turn.
    while (::access(words.at(1).c_str(), F_OK) != 0)
        ::usleep(2000);
    ::alarm(life);
    for (;;)
        if (const pid_t child = ::fork(); child == 0)
            ::_exit(0);
        else if (child > 0)
            ::waitpid(child, nullptr, 0);
}

/// fill FILE: until there is no room.
void fill(const Words& words)
{
    const int fd = ::open(words.at(0).c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    const std::string block(4096, 'x');
    while (::write(fd, block.data(), block.size()) > 0) {
    }
    while (::write(fd, "x", 1) > 0) {
    }
    ::close(fd);
}

/// hit COMM SIGNAL: all processes of that name, which is one of init's helpers'.
void hit(const Words& words)
{
    DIR* const folder = words.at(0).starts_with("rc-") ? ::opendir("/proc") : nullptr;
    while (const dirent* entry = folder != nullptr ? ::readdir(folder) : nullptr) {
        const pid_t pid = std::atoi(entry->d_name);
        if (pid <= 1)
            continue;
        char comm[32] = {};
        const int fd =
            ::open((std::string{"/proc/"} + entry->d_name + "/comm").c_str(), O_RDONLY | O_CLOEXEC);
        const ssize_t n = ::read(fd, comm, sizeof comm - 1);
        ::close(fd);
        if (n > 0 && words[0] + "\n" == comm)
            ::kill(pid, std::atoi(words.at(1).c_str()));
    }
}

void run(const Words& words)
{
    std::vector<char*> argv;
    for (const std::string& word : words)
        argv.push_back(const_cast<char*>(word.c_str()));
    argv.push_back(nullptr);
    ::execv(argv[0], argv.data());
}

/// 0 in the background; the parent ends with the first one's answer.
void go_to_background()
{
    if (::fork() != 0)
        ::_exit(0);
    ::setsid();
    const int null = ::open("/dev/null", O_RDWR);
    for (int fd = 0; fd < 3; ++fd)
        ::dup2(null, fd);
    ::alarm(longest_life);
}

bool become(uid_t user)
{
    if (::getuid() == user)
        return true;
    return ::setgroups(0, nullptr) == 0 && ::setgid(user) == 0 && ::setuid(user) == 0;
}

} // namespace

int main(int argc, char** argv)
{
    if (argc < 3)
        return 64;
    const std::string_view verb = argv[2];
    const Words words{argv + 3, argv + argc};
    if (!become(static_cast<uid_t>(std::atol(argv[1]))))
        return 1;
    // Those that are over soon stay in the foreground, so that one can wait for them.
    if (verb == "names")
        make_names(words);
    else if (verb == "fifos")
        make_fifos(words);
    else if (verb == "pids")
        make_pid_files(words);
    else if (verb == "fill")
        fill(words);
    else if (verb == "hit")
        hit(words);
    else if (verb == "run")
        run(words);
    else {
        if (verb != "words-now")
            go_to_background();
        if (verb == "bomb")
            bomb(words);
        else if (verb == "swap")
            swap_links(words);
        else if (verb == "knock")
            knock(words);
        else if (verb == "words")
            have_words(words);
        else if (verb == "words-now")
            for (;;)
                ::pause();
    }
    return 0;
}
