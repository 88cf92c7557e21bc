// SPDX-License-Identifier: MIT
// Async-signal-safe code only: this runs in a child between clone and exec, on memory it may share with
// PID 1. No allocation, no lock, no stdio, no destructor with an effect; every wish that fails is reported by
// errno and step.
#include "system/after_fork.h"

#include "system/directory_entry.h"
#include "system/file_limit.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <cerrno>

namespace init::system {

namespace {

constexpr int standard_count = 3;
constexpr const char* null_device = "/dev/null";

int number_of(const char* name) noexcept
{
    int value = 0;
    for (; *name != '\0'; ++name) {
        if (*name < '0' || *name > '9' || value > 100'000'000)
            return -1;
        value = value * 10 + (*name - '0');
    }
    return value;
}

/// Closes what one batch of entries names; true when it closed anything.
bool close_named(const char* batch, long size, int first, int folder) noexcept
{
    bool closed = false;
    for_each_name(batch, size, [&](const char* name) {
        const int fd = number_of(name);
        if (fd >= first && fd != folder) {
            ::close(fd);
            closed = true;
        }
    });
    return closed;
}

bool close_through_proc(int first) noexcept
{
    const int folder = ::open("/proc/self/fd", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder < 0)
        return false;
    alignas(DirectoryEntry) char batch[1024];
    for (;;) {
        const long size = ::syscall(SYS_getdents64, folder, batch, sizeof batch);
        if (size <= 0)
            break;
        // Closing changes the folder under the reader, so begin again until nothing is left to close.
        if (close_named(batch, size, first, folder))
            ::lseek(folder, 0, SEEK_SET);
    }
    ::close(folder);
    return true;
}

void close_one_by_one(int first) noexcept
{
    rlimit limit{};
    ::getrlimit(RLIMIT_NOFILE, &limit);
    constexpr rlim_t most = 65536;
    const int end = static_cast<int>(limit.rlim_max < most ? limit.rlim_max : most);
    for (int fd = first; fd < end; ++fd)
        ::close(fd);
}

// What is known of this process's dispositions; a child of it looks at the others no more.
bool is_surveyed = false;
sigset_t not_default;

void set_dispositions(const sigset_t* ignored) noexcept
{
    struct sigaction action {};
    for (int signo = 1; signo < NSIG; ++signo) {
        if (signo == SIGKILL || signo == SIGSTOP)
            continue;
        if (is_surveyed && ignored == nullptr && ::sigismember(&not_default, signo) != 1)
            continue;
        const bool ignore = ignored != nullptr && ::sigismember(ignored, signo) == 1;
        action.sa_handler = ignore ? SIG_IGN : SIG_DFL;
        ::sigaction(signo, &action, nullptr);
    }
}

const char* set_session(SpawnRequest::Session session) noexcept
{
    if (session == SpawnRequest::Session::group)
        return ::setpgid(0, 0) == 0 ? nullptr : "setpgid";
    return ::setsid() >= 0 ? nullptr : "setsid";
}

/// Gets `fd` out of the way of 0, 1, 2 unless it already is number `wanted`.
int lifted(int fd, int wanted) noexcept
{
    if (fd == wanted || fd >= standard_count)
        return fd;
    return ::fcntl(fd, F_DUPFD_CLOEXEC, standard_count);
}

bool is_null_device(int fd) noexcept
{
    struct stat look {};
    return ::fstat(fd, &look) == 0 && S_ISCHR(look.st_mode) && look.st_rdev == makedev(1, 3);
}

/// /dev/null; where a script has mounted something over /dev, the one that this process was born with;
/// where it has none, something that has ended, which will do for reading. -1 without a descriptor.
int open_null() noexcept
{
    const int null = ::open(null_device, O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (null >= 0 && is_null_device(null))
        return null;
    if (null >= 0)
        ::close(null);
    if (is_null_device(0))
        return ::fcntl(0, F_DUPFD_CLOEXEC, standard_count);
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0)
        return -1;
    ::close(ends[1]);
    return ends[0];
}

const char* set_standard(const int (&standard)[standard_count], int& keep) noexcept
{
    int source[standard_count];
    int null = -1;
    for (int i = 0; i < standard_count; ++i) {
        if (standard[i] < 0 && null < 0) {
            null = open_null();
            if (null < 0)
                return "open /dev/null";
        }
        source[i] = lifted(standard[i] < 0 ? null : standard[i], i);
        if (source[i] < 0)
            return "dup";
    }
    if (keep >= 0 && keep < standard_count)
        keep = ::fcntl(keep, F_DUPFD_CLOEXEC, standard_count);
    for (int i = 0; i < standard_count; ++i) {
        const int done = source[i] == i ? ::fcntl(i, F_SETFD, 0) : ::dup2(source[i], i);
        if (done < 0)
            return "dup2";
    }
    return nullptr;
}

void close_others(int& keep) noexcept
{
    if (keep < 0) {
        close_from(standard_count);
        return;
    }
    if (keep != standard_count && ::dup3(keep, standard_count, O_CLOEXEC) >= 0)
        keep = standard_count;
    close_from(standard_count + 1);
}

/// A shell's words are more than most children need of the stack, so they stand apart.
[[gnu::noinline]] SpawnFailure execute_by_shell(const SpawnRequest& request) noexcept
{
    constexpr std::size_t most = 512;
    const char* words[most + 2] = {};
    words[0] = "/bin/sh";
    words[1] = request.path;
    std::size_t count = 2;
    for (char* const* word = request.argv; *word != nullptr && word[1] != nullptr; ++word) {
        if (count >= most)
            return {E2BIG, "exec"};
        words[count++] = word[1];
    }
    ::execve(words[0], const_cast<char* const*>(words), request.environment);
    return {errno, "exec /bin/sh"};
}

SpawnFailure execute(const SpawnRequest& request) noexcept
{
    ::execve(request.path, request.argv, request.environment);
    if (errno == ENOEXEC && request.shell_on_enoexec)
        return execute_by_shell(request);
    return {errno, "exec"};
}

/// A limit that cannot be set leaves the one that stands: it is a wish of the caller's.
void lower_limit(const world::SoftLimit& limit) noexcept
{
    rlimit now{};
    const auto resource = static_cast<__rlimit_resource_t>(limit.resource);
    if (::getrlimit(resource, &now) != 0)
        return;
    now.rlim_cur = limit.value < now.rlim_max ? limit.value : now.rlim_max;
    (void)::setrlimit(resource, &now);
}

} // namespace

void close_from(int first) noexcept
{
#ifdef SYS_close_range
    if (::syscall(SYS_close_range, static_cast<unsigned>(first), ~0U, 0U) == 0)
        return;
#endif
    if (!close_through_proc(first))
        close_one_by_one(first);
}

void keep_only(const int* given, std::size_t count) noexcept
{
    constexpr std::size_t most = 8;
    int lifted_fds[most] = {};
    const int end = standard_count + static_cast<int>(count);
    for (std::size_t i = 0; i < count; ++i)
        lifted_fds[i] = ::fcntl(given[i], F_DUPFD_CLOEXEC, end);
    for (std::size_t i = 0; i < count; ++i)
        ::dup3(lifted_fds[i], standard_count + static_cast<int>(i), O_CLOEXEC);
    // Without anything the numbers are still taken, so that nothing else lands on them.
    const int null = open_null();
    for (int i = 0; i < standard_count; ++i)
        ::dup2(null >= 0 ? null : standard_count, i);
    close_from(end);
}

void survey_dispositions() noexcept
{
    ::sigemptyset(&not_default);
    struct sigaction action {};
    for (int signo = 1; signo < NSIG; ++signo)
        if (::sigaction(signo, nullptr, &action) == 0 && action.sa_handler != SIG_DFL)
            ::sigaddset(&not_default, signo);
    is_surveyed = true;
}

SpawnFailure become(const SpawnRequest& request, int& keep) noexcept
{
    set_dispositions(request.ignored);
    if (const char* step = set_session(request.session))
        return {errno, step};
    if (request.cgroup_procs >= 0) {
        // A cgroup that cannot be entered costs the grouping only.
        [[maybe_unused]] const ssize_t entered = ::write(request.cgroup_procs, "0", 1);
    }
    if (const char* step = set_standard(request.standard, keep))
        return {errno, step};
    // A console that another session holds still serves for reading and writing.
    if (request.session == SpawnRequest::Session::session_with_terminal)
        ::ioctl(0, TIOCSCTTY, 1);
    // Before the descriptor of the folder is closed.
    if ((request.folder < 0 || ::fchdir(request.folder) != 0) && ::chdir("/") != 0)
        return {errno, "chdir /"};
    close_others(keep);
    ::umask(request.umask);
    if (request.soft_limit_restored)
        restore_file_limit();
    for (std::size_t i = 0; i < request.limit_count; ++i)
        lower_limit(request.limits[i]);

    sigset_t empty;
    ::sigemptyset(&empty);
    ::sigprocmask(SIG_SETMASK, request.mask != nullptr ? request.mask : &empty, nullptr);
    return execute(request);
}

} // namespace init::system
