// SPDX-License-Identifier: MIT
// What a child of `spawn` finds when it begins, and what the caller learns when it cannot begin.
#define BOOST_TEST_MODULE spawn
#include "left_out.h"
#include "own_namespace.h"
#include "system/file_limit.h"
#include "system/signal_mask.h"
#include "system/spawn.h"

#include <boost/test/unit_test.hpp>

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <string>

using namespace init::system;

namespace {

struct Outcome {
    std::string output;
    pid_t pid = -1;
    int status = -1;
    SpawnFailure failure;
};

Outcome run(SpawnRequest request)
{
    Outcome outcome;
    int ends[2];
    BOOST_REQUIRE(::pipe2(ends, O_CLOEXEC) == 0);
    const UniqueFd reader(ends[0]);
    UniqueFd writer(ends[1]);
    request.standard[1] = writer.get();
    if (request.environment == nullptr)
        request.environment = environ;
    Spawned spawned = spawn(request);
    writer.reset();
    outcome.pid = spawned.pid;
    outcome.failure = spawned.failure;
    char buffer[4096];
    ssize_t got = 0;
    while ((got = ::read(reader.get(), buffer, sizeof buffer)) > 0)
        outcome.output.append(buffer, static_cast<std::size_t>(got));
    if (spawned.pid > 0)
        ::waitpid(spawned.pid, &outcome.status, 0);
    return outcome;
}

Outcome run_shell(const std::string& script, SpawnRequest request = {})
{
    std::string text = script;
    char shell[] = "/bin/sh";
    char option[] = "-c";
    char* argv[] = {shell, option, text.data(), nullptr};
    request.path = shell;
    request.argv = argv;
    return run(request);
}

Outcome run_file(const char* path, bool shell_on_enoexec = true)
{
    std::string name = path;
    char word[] = "word";
    char* argv[] = {name.data(), word, nullptr};
    SpawnRequest request;
    request.path = path;
    request.argv = argv;
    request.shell_on_enoexec = shell_on_enoexec;
    return run(request);
}

class TemporaryFile {
public:
    explicit TemporaryFile(const std::string& text, mode_t mode = 0755)
    {
        const UniqueFd fd(::mkostemp(path_, O_CLOEXEC));
        BOOST_REQUIRE(::write(fd.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size()));
        ::fchmod(fd.get(), mode);
    }
    TemporaryFile(const TemporaryFile&) = delete;
    TemporaryFile& operator=(const TemporaryFile&) = delete;
    ~TemporaryFile() { ::unlink(path_); }
    [[nodiscard]] const char* path() const { return path_; }

private:
    char path_[32] = "/tmp/spawn-test-XXXXXX";
};

unsigned long long mask_in(const std::string& status, const std::string& key)
{
    const std::size_t at = status.find(key);
    return at == std::string::npos ? ~0ULL : std::strtoull(status.c_str() + at + key.size(), nullptr, 16);
}

} // namespace

BOOST_AUTO_TEST_CASE(the_pid_is_recorded_and_taken_back_when_nothing_was_executed)
{
    pid_t record = 0;
    const char* words[] = {"/bin/true", nullptr};
    char* nothing[] = {nullptr};
    SpawnRequest request;
    request.path = words[0];
    request.argv = const_cast<char* const*>(words);
    request.environment = nothing;
    request.pid_record = &record;
    const Spawned spawned = spawn(request);
    BOOST_TEST(spawned.pid > 0);
    BOOST_TEST(record == spawned.pid);
    ::waitpid(spawned.pid, nullptr, 0);
    request.path = "/nowhere/at/all";
    BOOST_TEST(spawn(request).pid == -1);
    BOOST_TEST(record == 0);
}

BOOST_AUTO_TEST_CASE(a_missing_program_is_an_exec_error_with_errno)
{
    const Outcome outcome = run_file("/nowhere/at/all");
    BOOST_TEST(outcome.pid == -1);
    BOOST_TEST(outcome.failure.error == ENOENT);
    BOOST_TEST(outcome.failure.step == std::string("exec"));
    BOOST_TEST(::waitpid(-1, nullptr, WNOHANG) == -1); // the child that failed has been waited for
}

BOOST_AUTO_TEST_CASE(a_file_without_the_execute_bit_is_an_exec_error)
{
    const TemporaryFile file("#!/bin/sh\n", 0644);
    BOOST_TEST(run_file(file.path()).failure.error == EACCES);
}

BOOST_AUTO_TEST_CASE(a_file_without_an_interpreter_line_is_run_by_the_shell)
{
    const TemporaryFile file("echo \"$0 $1\"\n");
    BOOST_TEST(run_file(file.path()).output == std::string(file.path()) + " word\n");
    BOOST_TEST(run_file(file.path(), false).failure.error == ENOEXEC);
}

BOOST_AUTO_TEST_CASE(the_descriptors_are_exactly_0_1_and_2)
{
    const UniqueFd leaked(::open("/dev/null", O_RDONLY));
    const UniqueFd high(::fcntl(leaked.get(), F_DUPFD, 200));
    // The shell's own glob holds the folder open while it reads it.
    const Outcome outcome =
        run_shell("for f in 0 1 2 3 4 5 6 7 8 9 200; do [ -e /proc/$$/fd/$f ] && echo $f; done");
    BOOST_TEST(outcome.output == "0\n1\n2\n");
}

BOOST_AUTO_TEST_CASE(descriptors_may_change_places)
{
    SpawnRequest request;
    request.standard[0] = 2;
    request.standard[2] = 0;
    const Outcome outcome = run_shell("echo fine", request);
    BOOST_TEST(outcome.output == "fine\n");
}

BOOST_AUTO_TEST_CASE(without_dev_null_a_child_has_an_input_that_has_ended)
{
    // As where a script has mounted a fresh tmpfs over /dev, and where another one has made a file there
    // since.
    for (const bool has_file : {false, true})
        for (const bool is_held : {true, false}) {
            const auto failure = init::test::in_own_namespace([&]() -> init::test::Failure {
                const int null = ::open("/dev/null", O_RDWR | O_CLOEXEC);
                HOLDS(null >= 0 && ::mount("none", "/dev", "tmpfs", 0, nullptr) == 0);
                HOLDS(!has_file || UniqueFd{::open("/dev/null", O_WRONLY | O_CREAT, 0666)});
                if (has_file)
                    HOLDS(::write(UniqueFd{::open("/dev/null", O_WRONLY)}.get(), "stale", 5) == 5);
                HOLDS(is_held ? ::dup2(null, 0) == 0 : ::close(0) == 0);
                const Outcome ended = run_shell("cat; echo after; readlink /proc/self/fd/0");
                HOLDS(ended.failure.error == 0);
                HOLDS(WIFEXITED(ended.status));
                HOLDS(ended.output.starts_with("after\n"));
                HOLDS((ended.output.find("null") != std::string::npos) == is_held);
                return {};
            });
            if (!failure)
                return init::test::leave_out("namespaces are denied here");
            BOOST_TEST(*failure == "");
        }
}

BOOST_AUTO_TEST_CASE(nothing_is_blocked_or_ignored_unless_asked)
{
    const SignalsBlocked blocked;
    struct sigaction ignore {};
    struct sigaction before {};
    ignore.sa_handler = SIG_IGN;
    ::sigaction(SIGHUP, &ignore, &before);
    const std::string plain = run_shell("cat /proc/self/status").output;
    SpawnRequest request;
    sigset_t set;
    ::sigemptyset(&set);
    ::sigaddset(&set, SIGPIPE);
    request.ignored = &set;
    const std::string asked = run_shell("cat /proc/self/status", request).output;
    ::sigaction(SIGHUP, &before, nullptr);
    BOOST_TEST(mask_in(plain, "SigBlk:") == 0U);
    BOOST_TEST(mask_in(plain, "SigIgn:") == 0U);
    BOOST_TEST(mask_in(asked, "SigIgn:") == 1ULL << (SIGPIPE - 1));
}

BOOST_AUTO_TEST_CASE(a_mask_is_handed_on_when_asked)
{
    const SignalsBlocked blocked;
    SpawnRequest request;
    sigset_t set;
    ::sigemptyset(&set);
    ::sigaddset(&set, SIGUSR1);
    // Not through the shell: dash empties its mask.
    char cat[] = "/bin/cat";
    char file[] = "/proc/self/status";
    char* argv[] = {cat, file, nullptr};
    request.path = cat;
    request.argv = argv;
    BOOST_TEST(mask_in(run(request).output, "SigBlk:") == 0U);
    request.mask = &set;
    BOOST_TEST(mask_in(run(request).output, "SigBlk:") == 1ULL << (SIGUSR1 - 1));
}

BOOST_AUTO_TEST_CASE(the_working_directory_and_the_umask_are_set)
{
    SpawnRequest request;
    request.umask = 027;
    BOOST_TEST(run_shell("pwd; umask", request).output == "/\n0027\n");
}

BOOST_AUTO_TEST_CASE(the_child_leads_its_group_and_on_request_its_session)
{
    const std::string report = "read -r _ _ _ _ g s _ < /proc/$$/stat; echo $g $s";
    const Outcome group = run_shell(report);
    BOOST_TEST(group.output == std::to_string(group.pid) + " " + std::to_string(::getsid(0)) + "\n");
    SpawnRequest request;
    request.session = SpawnRequest::Session::session;
    const Outcome session = run_shell(report, request);
    const std::string pid = std::to_string(session.pid);
    BOOST_TEST(session.output == pid + " " + pid + "\n");
}

BOOST_AUTO_TEST_CASE(the_soft_limit_of_files_is_the_one_that_was_remembered)
{
    rlimit before{};
    ::getrlimit(RLIMIT_NOFILE, &before);
    rlimit low = before;
    low.rlim_cur = 64;
    ::setrlimit(RLIMIT_NOFILE, &low);
    raise_file_limit();
    SpawnRequest request;
    request.soft_limit_restored = true;
    BOOST_TEST(run_shell("ulimit -n", request).output == "64\n");
    BOOST_TEST(run_shell("ulimit -n").output != "64\n");
    ::setrlimit(RLIMIT_NOFILE, &before);
}
