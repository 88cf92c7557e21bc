// SPDX-License-Identifier: MIT
// What a user without rights can do to init, one attack a case: descriptors that cannot be closed, processes
// that cannot be looked at, folders full of names, links that change while root walks, pid files of others.
// Each in a container of its own, and each time the stop is in time, the K-scripts run, and root's files stay
// as they are. With RCINIT_LONG=yes in numbers that take minutes.
#define BOOST_TEST_MODULE hostile_attacks
#include "container.h"
#include "root_files.h"
#include "stall_watch.h"

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <iostream>
#include <thread>

namespace fs = std::filesystem;
namespace ut = boost::unit_test;
using namespace boot;

namespace {

constexpr uid_t nobody = 65534;
/// The grace of the runtime; what it sees must lie before its KILL.
constexpr milliseconds grace = 10s;

bool is_long()
{
    const char* const mode = std::getenv("RCINIT_LONG");
    return mode != nullptr && std::string_view{mode} == "yes";
}

boost::test_tools::assertion_result is_long_run(ut::test_unit_id id)
{
    if (!is_long())
        std::cout << "skip - " << ut::framework::get(id, ut::TUT_ANY).full_name()
                  << ": only a long run has the time" << std::endl;
    return is_long();
}

/// A container with users, the attacker's tool, one service, and folders where everybody may write.
struct Attacked : Container {
    explicit Attacked(Layout layout = Layout::debian) : Container{layout}
    {
        users();
        bring(HOSTILE_ATTACKER, "/opt/attacker");
        most_processes(is_long() ? 22'000 : 6000);
        service("web");
        enable("web", 10, 90);
        file("/etc/secret", "secret\n", 0600);
        fs::create_directories(root() + "/run/lock");
        ::chmod((root() + "/run/lock").c_str(), 01777);
    }
    /// `attacker UID ...`; it goes to the background by itself where it is to last.
    Ran attack(uid_t user, std::vector<std::string> words, milliseconds limit = soon)
    {
        words.insert(words.begin(), {"/opt/attacker", std::to_string(user)});
        return exec(words, limit);
    }
    void expect_stop()
    {
        const Ended end = stop(SIGTERM, 40s);
        BOOST_TEST(end.over);
        BOOST_TEST(end.status == 0);
        BOOST_TEST(end.took.count() < grace.count());
        BOOST_TEST(count_events("web stop") == 1U);
    }
};

/// A user outside of the container, in a folder that is shared with it. The lock folder's link leads into a
/// folder of his that is by turns a link to /etc: what root makes in the one it may then change in the other.
class Swapper {
public:
    explicit Swapper(const std::string& folder)
    {
        const std::string path = folder + "/a";
        const std::string other = folder + "/b";
        pid_ = ::fork();
        if (pid_ != 0)
            return;
        ::prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (::setgid(nobody) != 0 || ::setuid(nobody) != 0 ||
            ::symlink("/run/lock/a/secret", (folder + "/subsys").c_str()) != 0 ||
            ::symlink("/etc", other.c_str()) != 0 || ::mkdir(path.c_str(), 0755) != 0)
            ::_exit(1);
        for (;;) {
            for (int i = 0; i < 100; ++i)
                ::renameat2(AT_FDCWD, path.c_str(), AT_FDCWD, other.c_str(), RENAME_EXCHANGE);
            ::rmdir((path + "/secret").c_str()); // so that it can be made again
        }
    }
    Swapper(const Swapper&) = delete;
    Swapper& operator=(const Swapper&) = delete;
    ~Swapper()
    {
        ::kill(pid_, SIGKILL);
        ::waitpid(pid_, nullptr, 0);
    }

private:
    pid_t pid_;
};

struct Knock {
    const char* text;
};
std::ostream& operator<<(std::ostream& out, const Knock& row)
{
    return out << row.text;
}
/// A whole line, and one that PID 1 waits for the rest of.
const Knock knocks[] = {{"status\\n"}, {"half a li"}};

} // namespace

BOOST_AUTO_TEST_SUITE(attacks, *ut::precondition(users_work))

BOOST_DATA_TEST_CASE(a_descriptor_of_a_user_whose_close_waits_holds_nobody_up, ut::data::make(knocks), row)
{
    Attacked box;
    BOOST_REQUIRE(box.boot());
    box.attack(nobody, {"knock", "/run/rcinit/control", row.text});
    // Those that were let in, and those that have given up, have gone; one holds the other ends.
    BOOST_TEST(box.wait_for([&] { return box.processes("knock").size() == 1U; }, 30s));
    box.expect_stop();
}

BOOST_AUTO_TEST_CASE(processes_whose_memory_is_locked_delay_no_stop)
{
    Attacked box;
    BOOST_REQUIRE(box.boot());
    // They are not counted: to look at one is to wait for it.
    BOOST_TEST(box.attack(nobody, {"bomb", "300", "/tmp/bombed"}).status == 0);
    BOOST_TEST(box.wait_for([&] { return box.exists("/tmp/bombed"); }, 30s));
    hostile::StallLimits limits;
    limits.call = 500ms; // with so many at work the kernel's own locks are waited for as well
    const hostile::StallWatch watch{box.pid_of_init(), limits};
    box.expect_stop();
    const hostile::StallReport report = watch.report();
    BOOST_TEST(report.has_watched);
    BOOST_TEST(report.faults.empty(), joined(report.faults));
}

// Half as many are among the neighbours.
BOOST_AUTO_TEST_CASE(long_chains_of_processes_are_gone_in_time, *ut::precondition(is_long_run))
{
    Attacked box;
    BOOST_REQUIRE(box.boot());
    box.attack(nobody, {"run", "/opt/helper", "crowd", "16", "250"});
    BOOST_TEST(box.wait_for([&] { return box.count_processes() >= 4000U; }, 60s));
    box.expect_stop();
}

BOOST_AUTO_TEST_CASE(twenty_thousand_processes_are_gone_in_time, *ut::precondition(is_long_run))
{
    Attacked box;
    BOOST_REQUIRE(box.boot());
    box.attack(nobody, {"run", "/opt/helper", "crowd", "20000", "1"});
    BOOST_TEST(box.wait_for([&] { return box.count_processes() >= 20000U; }, 120s));
    box.expect_stop();
}

BOOST_AUTO_TEST_CASE(many_services_are_stopped_in_time)
{
    const int services = is_long() ? 2000 : 300;
    Attacked box{Layout::red_hat};
    for (int i = 0; i < services; ++i) {
        const std::string name = "n" + std::to_string(i);
        box.script(name, ": >/var/lock/subsys/" + name + "\n[ \"$1\" = start ] || echo stop >>/var/events\n");
        box.enable(name, 20, 80);
    }
    BOOST_REQUIRE(box.boot(180s));
    box.expect_stop();
    BOOST_TEST(box.count_events("stop") == static_cast<std::size_t>(services));
}

BOOST_AUTO_TEST_CASE(a_lock_folder_that_a_user_has_filled_delays_no_stop)
{
    Attacked box;
    BOOST_REQUIRE(box.boot());
    const std::string names = is_long() ? "1000000" : "30000";
    BOOST_TEST(box.attack(nobody, {"names", "/run/lock", names}, 180s).status == 0);
    for (const bool again : {false, true}) { // the next boot finds them
        if (again)
            box.start();
        const hostile::StallWatch watch{box.pid_of_init()};
        BOOST_TEST(box.wait_for_state("running", 60s));
        box.file("/var/events", "");
        box.expect_stop();
        const hostile::StallReport report = watch.report();
        BOOST_TEST(report.has_watched);
        BOOST_TEST(report.faults.empty(), joined(report.faults));
    }
}

BOOST_AUTO_TEST_CASE(links_that_change_while_root_walks_change_no_file_of_roots)
{
    const int boots = is_long() ? 200 : 5;
    Attacked box{Layout::red_hat};
    // Debian's arrangement in Red Hat's tree: everybody may write where the locks are.
    fs::remove_all(box.root() + "/var/lock");
    fs::create_symlink("../run/lock", box.root() + "/var/lock");
    box.tmpfs("/tmp");
    const hostile::RootFiles files{box.root(), hostile::run_folders()};
    const Swapper swapper{box.root() + "/run/lock"};
    for (int i = 0; i < boots; ++i) {
        box.boot(30s);
        const Ended end = box.stop(SIGTERM, 30s);
        BOOST_TEST(end.over);
        BOOST_TEST(end.took.count() < grace.count());
    }
    const std::vector<std::string> changes = files.changes();
    BOOST_TEST(changes.empty(), joined(changes));
}

BOOST_AUTO_TEST_CASE(a_link_of_a_user_makes_root_make_nothing)
{
    Attacked box{Layout::red_hat};
    fs::remove_all(box.root() + "/var/lock");
    fs::create_symlink("../run/lock", box.root() + "/var/lock");
    const std::string link = box.root() + "/run/lock/subsys";
    fs::create_symlink("/etc/nologin", link);
    BOOST_REQUIRE(::lchown(link.c_str(), nobody, nobody) == 0);
    box.boot(30s);
    BOOST_TEST(!box.exists("/etc/nologin"));
    BOOST_TEST(box.stop(SIGTERM, 30s).over);
    BOOST_TEST(!fs::exists(fs::symlink_status(box.root() + "/etc/nologin")));
}

BOOST_AUTO_TEST_CASE(a_user_s_files_keep_no_pid_file_of_root_s)
{
    Attacked box;
    const std::string folder = box.root() + "/run/lock/a";
    fs::create_directories(folder);
    BOOST_REQUIRE(::chown(folder.c_str(), nobody, nobody) == 0);
    for (int i = 0; i < 20001; ++i) {
        const std::string path = folder + "/n" + std::to_string(i);
        const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
        BOOST_REQUIRE(::fchown(fd, nobody, nobody) == 0);
        ::close(fd);
    }
    // Some of them come before that folder, in whichever order one goes, and some after it.
    constexpr int gone = 20;
    const auto path_of = [](int i) {
        return std::string{i % 2 == 0 ? "/run/a" : "/run/z"} + std::to_string(i) + ".pid";
    };
    for (int i = 0; i < gone; ++i)
        box.file(path_of(i), "99999\n");
    BOOST_REQUIRE(box.boot(30s));
    for (int i = 0; i < gone; ++i)
        BOOST_TEST(!box.exists(path_of(i)), path_of(i));
    box.expect_stop();
}

BOOST_AUTO_TEST_CASE(what_lies_in_a_run_folder_of_a_neighbour_stays)
{
    // In a mount namespace of this test's own: a tmpfs that was there before the container.
    BOOST_REQUIRE(::unshare(CLONE_NEWNS) == 0);
    BOOST_REQUIRE(::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0);
    Attacked box;
    const std::string lent = box.root() + "-lent";
    fs::create_directories(lent);
    BOOST_REQUIRE(::mount("none", lent.c_str(), "tmpfs", 0, "mode=0755") == 0);
    const auto made = std::chrono::steady_clock::now();
    fs::create_directories(lent + "/lock/subsys");
    box.bring(lent, "/run", false);
    for (const char* path : {"/run/neighbour.pid", "/run/lock/subsys/neighbour"})
        box.file(path, "");
    for (const char* name : {"/neighbour.pid", "/lock/subsys/neighbour"}) {
        const int fd = ::open((lent + name).c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
        BOOST_REQUIRE(::write(fd, "99999\n", 6) == 6);
        ::close(fd);
    }
    // Clocks tell it from one that was made with the container by a few ticks.
    constexpr milliseconds older_by{100};
    while (std::chrono::steady_clock::now() - made < older_by)
        std::this_thread::yield();
    BOOST_REQUIRE(box.boot(30s));
    BOOST_TEST(box.read("/run/neighbour.pid") == "99999\n");
    BOOST_TEST(box.read("/run/lock/subsys/neighbour") == "99999\n");
    box.expect_stop();
    BOOST_TEST(fs::exists(lent + "/neighbour.pid"));
    BOOST_TEST(fs::exists(lent + "/lock/subsys/neighbour"));
    BOOST_TEST(::umount2(lent.c_str(), MNT_DETACH) == 0);
    fs::remove(lent);
}

BOOST_AUTO_TEST_CASE(a_command_line_of_a_hundred_thousand_words_is_read_in_time)
{
    Attacked box;
    std::vector<std::string> words{"/sbin/init"};
    for (int i = 0; i < 100'000; ++i)
        words.push_back("w" + std::to_string(i));
    box.arguments(std::move(words));
    box.start();
    hostile::StallLimits limits;
    limits.compute = 2s;
    const hostile::StallWatch watch{box.pid_of_init(), limits};
    BOOST_TEST(box.wait_for_state("running", 60s));
    box.expect_stop();
    const hostile::StallReport report = watch.report();
    BOOST_TEST(report.has_watched);
    BOOST_TEST(report.faults.empty(), joined(report.faults));
}

BOOST_AUTO_TEST_SUITE_END()
