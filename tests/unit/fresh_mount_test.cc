// SPDX-License-Identifier: MIT
// A tmpfs that is older than init is somebody else's: nothing in it is swept or emptied. One that was mounted
// since is the runtime's, and swept like the image's own folders.
#define BOOST_TEST_MODULE fresh_mount
#include "system/fresh_mount.h"

#include "forbidden_call.h"
#include "left_out.h"
#include "own_namespace.h"
#include "system/prepare.h"
#include "temporary_tree.h"

#include <boost/test/unit_test.hpp>

#include <fcntl.h>
#include <sched.h>

#include <chrono>

using namespace init::system;
using init::test::dead_pid;
using init::test::Failure;
using init::test::TemporaryTree;
using std::chrono::steady_clock;

namespace {

bool mount_tmpfs(const TemporaryTree& tree, const std::string& folder)
{
    return ::mount("tmpfs", tree.at(folder).c_str(), "tmpfs", 0, nullptr) == 0;
}

void fill(const TemporaryTree& tree)
{
    const std::string dead = std::to_string(dead_pid());
    tree.file("/run/x.pid", dead);
    tree.file("/run/utmp", "records");
    tree.file("/run/lock/subsys/sshd", "");
}

/// Runs `body` in a process that began after all that is there now, as the clocks tell it.
Failure in_a_later_process(const std::function<Failure()>& body)
{
    constexpr auto ticks = std::chrono::milliseconds{50};
    for (const auto from = steady_clock::now(); steady_clock::now() < from + ticks;)
        ::sched_yield();
    int ends[2];
    HOLDS(::pipe2(ends, O_CLOEXEC) == 0);
    const pid_t child = ::fork();
    if (child == 0) {
        const Failure failure = body();
        [[maybe_unused]] const ssize_t told = ::write(ends[1], failure.data(), failure.size());
        ::_exit(0);
    }
    ::close(ends[1]);
    char text[512];
    const ssize_t size = ::read(ends[0], text, sizeof text);
    ::close(ends[0]);
    ::waitpid(child, nullptr, 0);
    return size < 0 ? "no answer" : Failure{text, static_cast<std::size_t>(size)};
}

PrepareReport prepare(const TemporaryTree& tree)
{
    PrepareOptions options;
    options.root = tree.path();
    return prepare_system(options);
}

/// With the kernel telling of a file's birth, and without.
void both_ways(const std::function<Failure(const TemporaryTree&, bool)>& body)
{
    for (const bool kernel_tells : {true, false}) {
        const TemporaryTree tree;
        tree.folder("/run");
        tree.folder("/var/lock");
        tree.link("../run", "/var/run");
        const auto failure = init::test::in_own_namespace([&] { return body(tree, kernel_tells); });
        if (!failure) {
            init::test::leave_out("user and mount namespaces are denied here");
            return;
        }
        BOOST_TEST_CONTEXT((kernel_tells ? "with" : "without") << " the time of birth")
        BOOST_TEST(failure->empty(), *failure);
    }
}

BOOST_AUTO_TEST_CASE(nothing_in_a_tmpfs_that_was_there_before_is_swept_or_emptied)
{
    both_ways([](const TemporaryTree& tree, bool kernel_tells) -> Failure {
        HOLDS(mount_tmpfs(tree, "/run"));
        fill(tree);
        return in_a_later_process([&]() -> Failure {
            HOLDS(kernel_tells || init::test::forbid(SYS_statx));
            tree.file("/run/new", ""); // by a neighbour, who is at work in it
            tree.file("/var/lock/subsys/crond", "");
            const PrepareReport report = prepare(tree);
            HOLDS(report.removed.size() == 1 && report.removed[0].path == "/var/lock/subsys/crond");
            HOLDS(report.messages.size() == 3); // of /run, of the lock folder in it, and of utmp
            HOLDS(tree.text("/run/utmp") == "records");
            return {};
        });
    });
}

BOOST_AUTO_TEST_CASE(a_tmpfs_that_was_made_since_is_swept)
{
    both_ways([](const TemporaryTree& tree, bool kernel_tells) -> Failure {
        return in_a_later_process([&]() -> Failure {
            HOLDS(kernel_tells || init::test::forbid(SYS_statx));
            HOLDS(mount_tmpfs(tree, "/run"));
            fill(tree);
            const PrepareReport report = prepare(tree);
            HOLDS(report.removed.size() == 2);
            HOLDS(report.messages.empty());
            HOLDS(tree.text("/run/utmp").empty());
            return {};
        });
    });
}

BOOST_AUTO_TEST_CASE(a_fresh_tmpfs_below_one_that_was_there_before_is_not_enough)
{
    both_ways([](const TemporaryTree& tree, bool kernel_tells) -> Failure {
        HOLDS(mount_tmpfs(tree, "/run"));
        tree.file("/run/old", "");
        tree.folder("/run/lock");
        return in_a_later_process([&]() -> Failure {
            HOLDS(kernel_tells || init::test::forbid(SYS_statx));
            HOLDS(mount_tmpfs(tree, "/run/lock"));
            fill(tree);
            HOLDS(prepare(tree).removed.empty());
            return {};
        });
    });
}

BOOST_AUTO_TEST_CASE(without_mountinfo_a_lock_folder_in_a_mounted_run_folder_is_not_swept)
{
    both_ways([](const TemporaryTree& tree, bool kernel_tells) -> Failure {
        HOLDS(kernel_tells || init::test::forbid(SYS_statx));
        HOLDS(mount_tmpfs(tree, "/run"));
        fill(tree);
        SweepOptions options;
        options.root = tree.path();
        options.mountinfo = "/nonexistent";
        HOLDS(sweep_stale_state(options).removed.empty());
        return {};
    });
}

BOOST_AUTO_TEST_CASE(without_proc_no_mount_is_fresh)
{
    both_ways([](const TemporaryTree& tree, bool) -> Failure {
        HOLDS(mount_tmpfs(tree, "/run"));
        const UniqueFd folder{::open(tree.at("/run").c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC)};
        HOLDS(is_fresh_mount(folder.get()));
        HOLDS(::mount("none", "/proc", "tmpfs", 0, nullptr) == 0);
        HOLDS(!is_fresh_mount(folder.get()));
        return {};
    });
}

} // namespace
