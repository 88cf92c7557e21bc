// SPDX-License-Identifier: MIT
// The sweep on trees of the test's own: what it removes, what it keeps, and that mounts from outside, links
// and unreadable folders stop it. The cases with mounts run in namespaces of their own.
#define BOOST_TEST_MODULE sweep
#include "system/sweep.h"

#include "forbidden_call.h"
#include "left_out.h"
#include "own_namespace.h"
#include "system/mount.h"
#include "system/stale_state.h"
#include "temporary_tree.h"

#include <boost/test/unit_test.hpp>

#include <fcntl.h>

#include <algorithm>

using namespace init::system;
using init::test::dead_pid;
using init::test::forbid;
using init::test::TemporaryTree;

namespace {

SweepReport sweep(const TemporaryTree& tree)
{
    SweepOptions options;
    options.root = tree.path();
    return sweep_stale_state(options);
}

constexpr uid_t nobody = 65534;

/// Runs `body` where it may mount; a denied namespace is a named skip.
void where_mounts_are_allowed(const std::function<int()>& body)
{
    const int result = init::test::in_own_namespaces(body);
    if (result == -1)
        init::test::leave_out("user and mount namespaces are denied here");
    else
        BOOST_TEST(result == 0);
}

int run_in_child(const std::function<int()>& body)
{
    const pid_t child = ::fork();
    if (child == 0)
        ::_exit(body());
    int status = 0;
    ::waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

bool bind_mount(const std::string& from, const std::string& to)
{
    return ::mount(from.c_str(), to.c_str(), nullptr, MS_BIND, nullptr) == 0;
}

BOOST_AUTO_TEST_CASE(pid_files_of_the_dead_go_and_those_of_the_living_stay)
{
    const TemporaryTree tree;
    const std::string dead = std::to_string(dead_pid());
    const std::string alive = std::to_string(::getppid());
    tree.file("/run/dead.pid", dead + "\n");
    tree.file("/run/dbus/pid", dead + "\n");
    tree.file("/run/deep/er/dead.pid", " " + dead + " ");
    tree.file("/run/alive.pid", alive + "\n");
    tree.file("/run/one-alive.pid", dead + " " + alive + "\n");
    tree.file("/run/words.pid", "no number\n");
    tree.file("/run/empty.pid", "");
    tree.file("/run/negative.pid", "-5\n");
    tree.file("/run/other.txt", dead + "\n");
    tree.file("/run/dead.lock", "      " + dead + "\n");
    tree.file("/run/words.lock", "held\n");
    const SweepReport report = sweep(tree);
    for (const char* gone : {"/run/dead.pid", "/run/dbus/pid", "/run/deep/er/dead.pid", "/run/dead.lock"})
        BOOST_TEST(!tree.has(gone), gone);
    for (const char* stays : {"/run/alive.pid", "/run/one-alive.pid", "/run/words.pid", "/run/empty.pid",
                              "/run/negative.pid", "/run/other.txt", "/run/words.lock"})
        BOOST_TEST(tree.has(stays), stays);
    BOOST_TEST(report.removed.size() == 4U);
    BOOST_TEST(report.messages.empty());
}

BOOST_AUTO_TEST_CASE(a_pid_that_one_of_inits_own_helpers_has_now_is_stale)
{
    const TemporaryTree tree;
    tree.file("/run/helper.pid", std::to_string(::getppid()));
    tree.file("/run/init.pid", std::to_string(::getpid()));
    SweepOptions options;
    options.root = tree.path();
    options.is_own = [](pid_t pid) { return pid == ::getppid(); };
    BOOST_TEST(sweep_stale_state(options).removed.size() == 2U);
}

BOOST_AUTO_TEST_CASE(subsys_locks_go_whatever_they_hold)
{
    const TemporaryTree tree;
    tree.file("/var/lock/subsys/sshd", "");
    tree.file("/var/lock/subsys/httpd.init", "x");
    tree.file("/var/lock/other", "");
    BOOST_TEST(sweep(tree).removed.size() == 2U);
    BOOST_TEST(tree.has("/var/lock/subsys"));
    BOOST_TEST(tree.has("/var/lock/other"));
}

BOOST_AUTO_TEST_CASE(sockets_go_only_when_nobody_listens)
{
    const TemporaryTree tree;
    for (const int type : {SOCK_STREAM, SOCK_DGRAM, SOCK_SEQPACKET}) {
        const std::string live = "/run/live" + std::to_string(type);
        const std::string dead = "/run/dead" + std::to_string(type);
        const UniqueFd holder = tree.socket(live, type);
        tree.socket(dead, type).reset();
        BOOST_REQUIRE(tree.has(dead));
        sweep(tree);
        BOOST_TEST(tree.has(live), live);
        BOOST_TEST(!tree.has(dead), dead);
    }
}

BOOST_AUTO_TEST_CASE(a_socket_with_a_full_queue_is_in_use)
{
    const TemporaryTree tree;
    const UniqueFd holder = tree.socket("/run/full", SOCK_STREAM);
    for (int i = 0; i < 4; ++i)
        sweep(tree); // each look leaves a connection that nobody accepts
    BOOST_TEST(tree.has("/run/full"));
}

BOOST_AUTO_TEST_CASE(the_named_list_is_kept)
{
    const TemporaryTree tree;
    const std::string dead = std::to_string(dead_pid());
    for (const char* kept : {"rcinit", "initctl", "utmp", "utmpx", "runlevel", ".containerenv", "secrets",
                             "credentials", "notify", "systemd", "host-services"})
        tree.file(std::string{"/run/"} + kept + "/x.pid", dead);
    tree.socket("/run/systemd/notify", SOCK_DGRAM).reset();
    BOOST_TEST(sweep(tree).removed.empty());
    BOOST_TEST(tree.has("/run/systemd/notify"));
}

BOOST_AUTO_TEST_CASE(links_between_the_run_folders_are_followed_inside_the_tree_and_none_leads_out)
{
    const TemporaryTree outside;
    const std::string dead = std::to_string(dead_pid());
    outside.file("/x.pid", dead);
    const TemporaryTree tree;
    tree.folder("/var");
    tree.file("/run/lock/subsys/sshd", "");
    tree.file("/run/a.pid", dead);
    tree.link("/run", "/var/run");
    tree.link("../run/lock", "/var/lock");
    tree.link(outside.path(), "/run/out");
    tree.link(outside.at("/x.pid"), "/run/out.pid");
    BOOST_TEST(sweep(tree).removed.size() == 2U);
    BOOST_TEST(!tree.has("/run/lock/subsys/sshd"));
    BOOST_TEST(tree.has("/run/out.pid"));
    BOOST_TEST(outside.has("/x.pid"));

    const TemporaryTree turned;
    turned.file("/var/run/a.pid", dead);
    turned.file("/var/run/lock/subsys/sshd", "");
    turned.link("/var/run", "/run");
    const SweepReport report = sweep(turned);
    BOOST_TEST(report.removed.size() == 2U);
    BOOST_TEST(report.messages.empty());
}

BOOST_AUTO_TEST_CASE(a_run_folder_that_leads_elsewhere_is_left_alone)
{
    const TemporaryTree tree;
    tree.file("/data/run/a.pid", std::to_string(dead_pid()));
    tree.link("/data/run", "/run");
    const SweepReport report = sweep(tree);
    BOOST_TEST(report.removed.empty());
    BOOST_TEST(report.messages.size() == 1U);
}

BOOST_AUTO_TEST_CASE(an_unreadable_folder_costs_only_itself)
{
    const TemporaryTree tree;
    const std::string dead = std::to_string(dead_pid());
    tree.file("/run/closed/a.pid", dead);
    tree.file("/run/b.pid", dead);
    ::chmod(tree.at("/run/closed").c_str(), 0300);
    // Root would read every folder, so it looks with the rights of an ordinary user.
    const uid_t user = ::geteuid();
    if (user == 0) {
        for (const char* path : {"/", "/run", "/run/closed", "/run/b.pid", "/run/closed/a.pid"})
            BOOST_REQUIRE(::chown(tree.at(path).c_str(), nobody, nobody) == 0);
        BOOST_REQUIRE(::seteuid(nobody) == 0);
    }
    const SweepReport report = sweep(tree);
    BOOST_REQUIRE(::seteuid(user) == 0);
    ::chmod(tree.at("/run/closed").c_str(), 0700);
    BOOST_TEST(tree.has("/run/closed/a.pid"));
    BOOST_TEST(report.removed.size() == 1U);
    BOOST_TEST(report.messages.size() == 1U);
}

BOOST_AUTO_TEST_CASE(nothing_is_removed_in_a_shared_pid_namespace)
{
    const TemporaryTree tree;
    tree.file("/var/lock/subsys/sshd", "");
    SweepOptions options;
    options.root = tree.path();
    options.shared_pid_namespace = true;
    const SweepReport report = sweep_stale_state(options);
    BOOST_TEST(report.removed.empty());
    BOOST_TEST(report.messages.size() == 1U);
}

BOOST_AUTO_TEST_CASE(nothing_mounted_from_outside_is_entered)
{
    const TemporaryTree neighbour;
    const std::string dead = std::to_string(dead_pid());
    neighbour.file("/x/neighbour.pid", dead);
    neighbour.file("/file.pid", dead);
    neighbour.file("/locks/sshd", "");
    neighbour.socket("/x/dead", SOCK_STREAM).reset();
    const UniqueFd live = neighbour.socket("/x/live", SOCK_STREAM);
    const TemporaryTree tree;
    tree.file("/run/own.pid", dead);
    tree.file("/run/file.pid", "");
    tree.folder("/run/x");
    tree.folder("/var/lock/subsys");
    where_mounts_are_allowed([&] {
        if (!bind_mount(neighbour.at("/x"), tree.at("/run/x")) ||
            !bind_mount(neighbour.at("/file.pid"), tree.at("/run/file.pid")) ||
            !bind_mount(neighbour.at("/locks"), tree.at("/var/lock/subsys")))
            return 2;
        return sweep(tree).removed.size() == 1 ? 0 : 3;
    });
    for (const char* stays : {"/x/neighbour.pid", "/file.pid", "/locks/sshd", "/x/dead", "/x/live"})
        BOOST_TEST(neighbour.has(stays), stays);
}

BOOST_AUTO_TEST_CASE(the_runtimes_tmpfs_is_entered_and_a_volume_in_its_place_is_not)
{
    const TemporaryTree volume;
    const std::string dead = std::to_string(dead_pid());
    volume.file("/a.pid", dead);
    const TemporaryTree tree;
    tree.folder("/run");
    tree.folder("/var/run");
    where_mounts_are_allowed([&] {
        if (::mount("tmpfs", tree.at("/run").c_str(), "tmpfs", 0, nullptr) != 0 ||
            !bind_mount(volume.path(), tree.at("/var/run")))
            return 2;
        tree.file("/run/b.pid", dead);
        tree.folder("/run/lock");
        if (::mount("tmpfs", tree.at("/run/lock").c_str(), "tmpfs", 0, nullptr) != 0)
            return 2;
        tree.file("/run/lock/subsys/crond", "");
        const SweepReport report = sweep(tree);
        return report.removed.size() == 2 && report.messages.size() == 1 ? 0 : 3;
    });
    BOOST_TEST(volume.has("/a.pid"));
}

/// What the sweep can learn of mounts in one container or another.
struct Means {
    const char* name;
    std::string mountinfo;
    bool kernel_tells; ///< statx(2) says of an entry that something is mounted there
    bool enough;
};

std::vector<Means> all_means(const TemporaryTree& files)
{
    files.file("/empty", "");
    files.file("/odd", "no line of mountinfo\n");
    const char* const real = "/proc/self/mountinfo";
    return {{"both", real, true, true},
            {"mountinfo alone", real, false, true},
            {"no mountinfo", "/nonexistent", true, true},
            {"an empty mountinfo", files.at("/empty"), true, true},
            {"a mountinfo that cannot be read", files.at("/odd"), true, true},
            {"neither", "/nonexistent", false, false},
            {"an empty mountinfo alone", files.at("/empty"), false, false},
            {"a mountinfo that cannot be read alone", files.at("/odd"), false, false}};
}

SweepReport sweep_with(const TemporaryTree& tree, const Means& means)
{
    SweepOptions options;
    options.root = tree.path();
    options.mountinfo = means.mountinfo;
    return sweep_stale_state(options);
}

/// In a namespace of its own for each of the means.
void with_all_means(const std::function<init::test::Failure(const Means&)>& body)
{
    if (!is_mount_root(AT_FDCWD, "/proc")) {
        init::test::leave_out("statx does not tell mount points here");
        return;
    }
    const TemporaryTree files;
    for (const Means& means : all_means(files)) {
        const auto failure = init::test::in_own_namespace([&]() -> init::test::Failure {
            HOLDS(means.kernel_tells || forbid(SYS_statx));
            return body(means);
        });
        if (!failure) {
            init::test::leave_out("user and mount namespaces are denied here");
            return;
        }
        BOOST_TEST_CONTEXT("with " << means.name)
        BOOST_TEST(failure->empty(), *failure);
    }
}

// A mounted file cannot be removed under its mount point, so an attempt shows in the messages alone.
BOOST_AUTO_TEST_CASE(whatever_tells_of_mounts_nothing_below_a_state_folder_that_is_mounted_is_touched)
{
    with_all_means([](const Means& means) -> init::test::Failure {
        const TemporaryTree neighbour;
        const std::string dead = std::to_string(dead_pid());
        neighbour.file("/x/deep/a.pid", dead);
        neighbour.file("/locks/sshd", "");
        neighbour.file("/file.pid", dead);
        neighbour.socket("/x/dead", SOCK_STREAM).reset();
        neighbour.socket("/dead", SOCK_STREAM).reset();
        const TemporaryTree tree;
        tree.file("/run/own.pid", dead);
        tree.file("/run/lock/subsys/crond", "");
        for (const char* place : {"/run/file.pid", "/run/dead", "/run/lock/subsys/lock"})
            tree.file(place, "");
        tree.folder("/run/x");
        tree.folder("/var/lock/subsys");
        HOLDS(bind_mount(neighbour.at("/x"), tree.at("/run/x")));
        HOLDS(bind_mount(neighbour.at("/locks"), tree.at("/var/lock/subsys")));
        HOLDS(bind_mount(neighbour.at("/file.pid"), tree.at("/run/file.pid")));
        HOLDS(bind_mount(neighbour.at("/dead"), tree.at("/run/dead")));
        HOLDS(bind_mount(neighbour.at("/locks/sshd"), tree.at("/run/lock/subsys/lock")));
        const SweepReport report = sweep_with(tree, means);
        HOLDS(neighbour.has("/x/deep/a.pid"));
        HOLDS(neighbour.has("/x/dead"));
        HOLDS(neighbour.has("/locks/sshd"));
        HOLDS(report.removed.size() == (means.enough ? 2U : 0U));
        HOLDS(report.messages.size() == (means.enough ? 0U : 1U));
        return {};
    });
}

BOOST_AUTO_TEST_CASE(whatever_tells_of_mounts_a_run_folder_from_outside_is_not_entered)
{
    with_all_means([](const Means& means) -> init::test::Failure {
        const TemporaryTree neighbour;
        neighbour.file("/a.pid", std::to_string(dead_pid()));
        const TemporaryTree tree;
        tree.folder("/run");
        tree.file("/var/lock/subsys/crond", "");
        HOLDS(bind_mount(neighbour.path(), tree.at("/run")));
        const SweepReport report = sweep_with(tree, means);
        HOLDS(neighbour.has("/a.pid"));
        HOLDS(report.removed.size() == (means.enough ? 1U : 0U));
        HOLDS(report.messages.size() == 1U);
        return {};
    });
}

BOOST_AUTO_TEST_CASE(what_is_mounted_while_the_sweep_walks_is_not_touched)
{
    if (!is_mount_root(AT_FDCWD, "/proc")) {
        init::test::leave_out("statx does not tell mount points here");
        return;
    }
    const TemporaryTree neighbour;
    const std::string dead = std::to_string(dead_pid());
    neighbour.file("/x/a.pid", dead);
    neighbour.file("/file.pid", dead);
    const TemporaryTree tree;
    tree.file("/run/alive.pid", std::to_string(::getpid()));
    tree.file("/run/file.pid", "");
    tree.file("/run/own.pid", dead);
    tree.folder("/run/x");
    where_mounts_are_allowed([&] {
        SweepOptions options;
        options.root = tree.path();
        bool mounted = false;
        // Asked of the first file; the others are looked at later.
        options.is_own = [&](pid_t) {
            mounted = bind_mount(neighbour.at("/x"), tree.at("/run/x")) &&
                      bind_mount(neighbour.at("/file.pid"), tree.at("/run/file.pid"));
            return false;
        };
        const SweepReport report = sweep_stale_state(options);
        return !mounted ? 2 : report.removed.size() == 1 && report.messages.empty() ? 0 : 3;
    });
    BOOST_TEST(neighbour.has("/x/a.pid"));
}

BOOST_AUTO_TEST_CASE(what_goes_away_while_the_sweep_walks_is_no_news)
{
    const TemporaryTree tree;
    const std::string dead = std::to_string(dead_pid());
    for (const char* place : {"/run/gone.pid", "/run/gone/a.pid", "/run/own.pid"})
        tree.file(place, dead);
    tree.file("/run/alive.pid", std::to_string(::getppid()));
    SweepOptions options;
    options.root = tree.path();
    options.is_own = [&](pid_t) {
        std::filesystem::remove_all(tree.at("/run/gone"));
        std::filesystem::remove(tree.at("/run/gone.pid"));
        std::filesystem::remove(tree.at("/run/alive.pid"));
        return true;
    };
    const SweepReport report = sweep_stale_state(options);
    BOOST_TEST(report.removed.size() == 1U);
    BOOST_TEST(report.messages.empty());
}

BOOST_AUTO_TEST_CASE(a_process_that_may_not_be_asked_about_is_alive)
{
    BOOST_TEST(run_in_child([] {
                   return !forbid(SYS_getpgid) ? 2 : is_process_alive(::getppid()) ? 0 : 3;
               }) == 0);
}

BOOST_AUTO_TEST_CASE(a_process_is_alive_until_it_is_a_zombie)
{
    BOOST_TEST(is_process_alive(::getpid()));
    BOOST_TEST(!is_process_alive(0));
    BOOST_TEST(!is_process_alive(-1));
    const pid_t child = ::fork();
    if (child == 0)
        ::_exit(0);
    siginfo_t info{};
    ::waitid(P_PID, static_cast<id_t>(child), &info, WEXITED | WNOWAIT);
    BOOST_TEST(!is_process_alive(child));
    ::waitpid(child, nullptr, 0);
    BOOST_TEST(!is_process_alive(child));
}

} // namespace
