// SPDX-License-Identifier: MIT
// Reaping, what is said of it, what happens when the command ends, and a pause program as a pod's PID 1.
#include "compare.h"
#include "enclosed.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fstream>

namespace small_test {
namespace {

constexpr int number = 300;

/// Children of an init that are zombies.
int zombies_of(pid_t init)
{
    std::ifstream children("/proc/" + std::to_string(init) + "/task/" + std::to_string(init) + "/children");
    int zombies = 0;
    for (pid_t child = 0; children >> child;)
        zombies += status_field(child, "State").substr(0, 1) == "Z" ? 1 : 0;
    return zombies;
}

int children_of(pid_t init)
{
    std::ifstream children("/proc/" + std::to_string(init) + "/task/" + std::to_string(init) + "/children");
    int all = 0;
    for (pid_t child = 0; children >> child;)
        ++all;
    return all;
}

} // namespace

BOOST_AUTO_TEST_SUITE(orphans, *boost::unit_test::precondition(in_namespace))

BOOST_AUTO_TEST_CASE(every_orphan_is_reaped)
{
    struct Row {
        const char* name;
        std::vector<std::string> options;
        bool first;
    };
    for (const Row& row : {Row{"dumb-init", {}, true}, Row{"tini", {}, true}, Row{"tini", {"-s"}, false},
                           Row{"catatonit", {}, true}, Row{"catatonit", {}, false}})
        BOOST_TEST_CONTEXT(row.name << (row.first ? " as PID 1" : ""))
        {
            std::vector<std::string> words = row.options;
            words.insert(words.end(), {"--", probe(), "orphans", std::to_string(number)});
            const auto observe = [&](Whose whose) -> std::string {
                Running running{{.name = row.name, .words = words, .first = row.first}, whose};
                if (!running.wait_for_text("ready\n"))
                    return "not ready";
                // tini looks once a second; the command itself stays.
                if (!poll_until(
                        [&] { return zombies_of(running.pid()) == 0 && children_of(running.pid()) == 1; }))
                    return "zombies are left";
                running.send(SIGTERM);
                return described(running.end());
            };
            BOOST_TEST(same_for_both(row.name, observe) == "exit 143");
        }
}

BOOST_AUTO_TEST_CASE(tini_warns_of_each_reaped_orphan_when_asked)
{
    const auto observe = [](Whose whose) {
        Running running{{.name = "tini", .words = {"-w", "-s", "--", probe(), "orphans", "5"}}, whose};
        if (!running.wait_for_text("ready\n"))
            return std::string("not ready");
        (void)poll_until([&] { return children_of(running.pid()) == 1; });
        running.send(SIGTERM);
        const Ending ending = running.end();
        const auto lines = std::count(ending.err.begin(), ending.err.end(), '\n');
        const bool named = without_pids(ending.err).find("[WARN  tini (N)] ") == 0;
        return described(ending) + ", " + std::to_string(lines) + (named ? " warnings" : " lines");
    };
    BOOST_TEST(same_for_both("tini", observe) == "exit 143, 5 warnings");
}

BOOST_AUTO_TEST_CASE(when_the_command_ends_dumb_init_ends_its_group_and_the_others_leave_it)
{
    for (const auto& [name, fate] :
         {std::pair{"dumb-init", "member got TERM"}, std::pair{"tini", "member got nothing"},
          std::pair{"catatonit", "member got nothing"}})
        BOOST_TEST_CONTEXT(name)
        {
            const auto observe = [&, wanted = std::string(fate)](Whose whose) {
                std::vector<std::string> words{"--", probe(), "member"};
                if (name == std::string("tini"))
                    words.insert(words.begin(), "-s");
                Running running{{.name = name, .words = words}, whose};
                const Ending ending = running.end();
                (void)poll_until([&] { return running.out().find("member got") != std::string::npos; });
                return described(ending) + ", " + running.out();
            };
            BOOST_TEST(same_for_both(name, observe) == std::string("exit 3, ") + fate + "\n");
        }
}

BOOST_AUTO_TEST_CASE(children_from_before_the_start_are_reaped)
{
    // A shell leaves a child and becomes the init.
    for (const char* name : {"dumb-init", "tini", "catatonit"})
        BOOST_TEST_CONTEXT(name)
        {
            Running running{{.name = name,
                             .words = {"--", "/bin/sh", "-c", "sleep 0 & exec \"$0\" -- \"$1\" catch",
                                       program_of(name, Whose::ours), probe()},
                             .first = true},
                            Whose::ours};
            BOOST_REQUIRE(running.wait_for_text("ready\n"));
            // The inner init is the outer one's command.
            std::ifstream children("/proc/" + std::to_string(running.pid()) + "/task/" +
                                   std::to_string(running.pid()) + "/children");
            pid_t inner = 0;
            children >> inner;
            BOOST_TEST(poll_until([&] { return children_of(inner) == 1 && zombies_of(inner) == 0; }));
        }
}

BOOST_AUTO_TEST_CASE(a_pause_program_reaps_as_pid_1_and_signals_nobody)
{
    for (const auto& [name, words] : {std::pair{"pause", std::vector<std::string>{}},
                                      std::pair{"catatonit", std::vector<std::string>{"-P"}}})
        BOOST_TEST_CONTEXT(name)
        {
            Running running{{.name = name, .words = words, .first = true}, Whose::ours};
            (void)poll_until([&] {
                return status_field(running.pid(), "Name") == name &&
                       status_field(running.pid(), "State").substr(0, 1) == "S";
            });
            // A container of the pod: it shares the PID namespace, and its orphans go to the pause program.
            const pid_t joiner = ::fork();
            if (joiner == 0) {
                const std::string target = std::to_string(running.pid());
                ::execlp("nsenter", "nsenter", "--target", target.c_str(), "--pid", "--mount",
                         probe().c_str(), "orphans", "50", nullptr);
                ::_exit(127);
            }
            BOOST_TEST(poll_until([&] { return children_of(joiner) == 1; }));
            std::ifstream kids("/proc/" + std::to_string(joiner) + "/task/" + std::to_string(joiner) +
                               "/children");
            pid_t member = 0;
            kids >> member;
            // All orphans are there and gone: the member sleeps and nothing is left to the pause program.
            BOOST_TEST(poll_until([&] {
                return status_field(member, "Name") == "peers_probe" &&
                       status_field(member, "State").substr(0, 1) == "S" && children_of(running.pid()) == 0;
            }));
            // Its end is the end of the namespace, which the kernel brings about; while it lives it sends
            // nothing.
            BOOST_TEST(status_field(member, "ShdPnd") == "0000000000000000");
            BOOST_TEST(::kill(member, 0) == 0);
            running.send(SIGTERM);
            const Ending ending = running.end();
            BOOST_TEST(described(ending) == "exit 0");
            if (name == std::string("pause"))
                BOOST_TEST(std::count(ending.err.begin(), ending.err.end(), '\n') == 1);
            ::waitpid(joiner, nullptr, 0);
        }
}

BOOST_AUTO_TEST_CASE(pause_warns_where_it_is_not_pid_1)
{
    Running running{{.name = "pause"}, Whose::ours};
    BOOST_TEST(poll_until([&] { return running.err().find("Warning: ") == 0; }));
    running.send(SIGINT);
    BOOST_TEST(described(running.end()) == "exit 0");
}

BOOST_AUTO_TEST_CASE(an_idle_small_init_is_never_woken)
{
    for (const char* name : {"dumb-init", "tini", "catatonit", "pause"})
        BOOST_TEST_CONTEXT(name)
        {
            std::vector<std::string> words;
            if (name != std::string("pause"))
                words = {"--", "sleep", "60"};
            Running running{{.name = name, .words = words, .first = true}, Whose::ours};
            (void)poll_until([&] {
                return status_field(running.pid(), "Name") == name &&
                       status_field(running.pid(), "State").substr(0, 1) == "S";
            });
            const std::string before = status_field(running.pid(), "voluntary_ctxt_switches");
            ::usleep(2500000); // what is watched here is time in which nothing happens
            BOOST_TEST(status_field(running.pid(), "voluntary_ctxt_switches") == before);
        }
}

BOOST_AUTO_TEST_CASE(an_idle_small_init_holds_little_memory)
{
    // The debug build is larger and not built for this; the figure is for the program that is used.
    if (std::getenv("RCINIT") == nullptr) {
        std::printf("skip - an_idle_small_init_holds_little_memory: RCINIT names no release build\n");
        return;
    }
    const auto resident = [](const char* name, Whose whose) {
        Running running{{.name = name, .words = {"--", "sleep", "60"}, .first = true}, whose};
        (void)poll_until([&] {
            return status_field(running.pid(), "Name").substr(0, 4) == std::string(name).substr(0, 4) &&
                   status_field(running.pid(), "State").substr(0, 1) == "S" &&
                   children_of(running.pid()) == 1;
        });
        return std::atoi(status_field(running.pid(), "VmRSS").c_str());
    };
    const int yardstick = is_there("tini-static", Whose::peer) ? resident("tini-static", Whose::peer) : 700;
    for (const char* name : {"dumb-init", "tini", "catatonit"})
        BOOST_TEST_CONTEXT(name)
    BOOST_TEST(resident(name, Whose::ours) * 2 <= yardstick * 3);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace small_test
