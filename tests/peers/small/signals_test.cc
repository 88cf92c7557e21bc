// SPDX-License-Identifier: MIT
// Signals: each of them to each init in each of its modes, the peer's fate beside ours.
#include "compare.h"
#include "enclosed.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <sstream>

namespace small_test {
namespace {

constexpr int marker = 35; ///< comes to the command everywhere, after all lower ones

/// What came after the probe was ready, one line, and in which state it and its init are.
std::string told_since_ready(Running& running)
{
    std::string told = running.out();
    const std::size_t ready = told.find("ready\n");
    told = ready == std::string::npos ? "(not ready)" : told.substr(ready + 6);
    for (char& letter : told)
        if (letter == '\n')
            letter = ';';
    return told;
}

pid_t command_of(Running& running)
{
    const std::size_t at = running.out().find("pid ");
    return at == std::string::npos ? 0 : std::atoi(running.out().c_str() + at + 4);
}

/// Sends a signal and then the marker, and tells all that it did.
std::string fate(const Setting& setting, Whose whose, int signo)
{
    Running running{setting, whose};
    if (!running.wait_for_text("ready\n"))
        return "not ready: " + running.err();
    running.send(signo);
    std::string fate;
    if (signo == SIGTSTP || signo == SIGTTIN || signo == SIGTTOU) {
        // Whether init stops itself can be seen only before anything else comes; where it does not, it sleeps
        // again with nothing pending.
        (void)poll_until([&] {
            const bool taken = status_field(running.pid(), "ShdPnd") == "0000000000000000";
            return running.has_stopped() ||
                   (taken && status_field(running.pid(), "State").substr(0, 1) == "S");
        });
        if (running.has_stopped()) {
            const pid_t command = command_of(running);
            (void)poll_until([&] {
                return status_field(command, "State").substr(0, 1) == "T" ||
                       !told_since_ready(running).empty();
            });
            fate = "stops itself, command " + status_field(command, "State").substr(0, 1) + ";";
            running.send(SIGCONT);
            if (!running.wait_for_text("got 18\n"))
                return fate + "does not go on";
        }
    }
    // The lowest of several comes first, so one above the marker is awaited.
    if (signo > marker)
        (void)running.wait_for_text("got " + std::to_string(signo) + "\n");
    running.send(marker);
    if (running.wait_for_text("got 35\n"))
        return fate + told_since_ready(running);
    return fate + described(running.end());
}

void all_signals_alike(const Setting& setting, int last = 64)
{
    for (int signo = 1; signo <= last; ++signo) {
        if (signo == SIGKILL || signo == SIGSTOP || signo == marker)
            continue;
        BOOST_TEST_CONTEXT("signal " << signo)
        (void)same_for_both(setting.name, [&](Whose whose) { return fate(setting, whose, signo); });
    }
}

std::vector<std::string> catching(std::initializer_list<std::string> options)
{
    std::vector<std::string> words(options);
    words.insert(words.end(), {"--", probe(), "catch"});
    return words;
}

struct Row {
    const char* claim;
    Setting setting;
    int sent;
    const char* fate;
};

const std::vector<Row>& rows()
{
    static const std::vector<Row> all = {
        {"dumb-init sends TERM on", {.name = "dumb-init", .words = catching({})}, SIGTERM, "got 15;got 35;"},
        {"faults too", {.name = "dumb-init", .words = catching({})}, SIGSEGV, "got 11;got 35;"},
        {"CHLD means its own children", {.name = "dumb-init", .words = catching({})}, SIGCHLD, "got 35;"},
        {"TSTP stops the session and itself",
         {.name = "dumb-init", .words = catching({})},
         SIGTSTP,
         "stops itself, command T;got 18;got 35;"},
        {"TTIN too",
         {.name = "dumb-init", .words = catching({})},
         SIGTTIN,
         "stops itself, command T;got 18;got 35;"},
        {"TTOU too",
         {.name = "dumb-init", .words = catching({})},
         SIGTTOU,
         "stops itself, command T;got 18;got 35;"},
        {"with -c TSTP is sent on as it is",
         {.name = "dumb-init", .words = catching({"-c"})},
         SIGTSTP,
         "stops itself, command S;got 20;got 18;got 35;"},
        {"a rewritten TSTP",
         {.name = "dumb-init", .words = catching({"-r", "20:15"})},
         SIGTSTP,
         "stops itself, command S;got 15;got 18;got 35;"},
        {"a rewriting of others changes nothing",
         {.name = "dumb-init", .words = catching({"-r", "20:0", "-r", "18:10"})},
         SIGHUP,
         "got 1;got 35;"},
        {"rewriting", {.name = "dumb-init", .words = catching({"-r", "15:3"})}, SIGTERM, "got 3;got 35;"},
        {"the last rewriting wins",
         {.name = "dumb-init", .words = catching({"-r", "15:3", "-r", "15:2"})},
         SIGTERM,
         "got 2;got 35;"},
        {"rewriting is not done twice",
         {.name = "dumb-init", .words = catching({"-r", "15:3", "-r", "3:2"})},
         SIGTERM,
         "got 3;got 35;"},
        {"rewriting to 0 drops",
         {.name = "dumb-init", .words = catching({"-r", "15:0"})},
         SIGTERM,
         "got 35;"},
        {"rewriting of 31",
         {.name = "dumb-init", .words = catching({"-r", "31:30"})},
         SIGSYS,
         "got 30;got 35;"},
        {"rewriting with -c",
         {.name = "dumb-init", .words = catching({"-c", "-r", "1:2"})},
         SIGHUP,
         "got 2;got 35;"},
        {"tini sends TERM on", {.name = "tini", .words = catching({"-s"})}, SIGTERM, "got 15;got 35;"},
        {"a fault ends it", {.name = "tini", .words = catching({"-s"})}, SIGSEGV, "signal 11"},
        {"TTIN is not sent on", {.name = "tini", .words = catching({"-s"})}, SIGTTIN, "got 35;"},
        {"TSTP is", {.name = "tini", .words = catching({"-s"})}, SIGTSTP, "got 20;got 35;"},
        {"a signal that the caller blocked",
         {.name = "tini", .words = catching({"-s"}), .blocked = 1U << (SIGTERM - 1)},
         SIGTERM,
         "got 15;got 35;"},
        {"a signal that the caller ignored",
         {.name = "tini", .words = catching({"-s"}), .ignored = 1U << (SIGHUP - 1)},
         SIGHUP,
         "got 1;got 35;"},
        {"catatonit sends TERM on", {.name = "catatonit", .words = catching({})}, SIGTERM, "got 15;got 35;"},
        {"TSTP is not sent on", {.name = "catatonit", .words = catching({})}, SIGTSTP, "got 35;"},
        {"a fault ends catatonit", {.name = "catatonit", .words = catching({})}, SIGABRT, "signal 6"},
        {"a fault does not end PID 1",
         {.name = "catatonit", .words = catching({}), .first = true},
         SIGABRT,
         "got 35;"},
        {"nor tini", {.name = "tini", .words = catching({}), .first = true}, SIGSEGV, "got 35;"},
        {"dumb-init as PID 1",
         {.name = "dumb-init", .words = catching({}), .first = true},
         SIGTERM,
         "got 15;got 35;"},
    };
    return all;
}

/// The init runs and has nothing to do.
bool is_asleep(const Running& running, const std::string& name)
{
    return status_field(running.pid(), "Name") == name &&
           status_field(running.pid(), "State").substr(0, 1) == "S";
}

/// The fate of a pause program that gets a signal: ended by it, or still there for TERM.
std::string pause_fate(const Setting& setting, Whose whose, int signo)
{
    Running running{setting, whose};
    // Asleep it waits for signals; before that one meets the C library's start.
    (void)poll_until([&] { return running.has_ended() || is_asleep(running, setting.name); });
    running.send(signo);
    (void)poll_until([&] {
        return running.has_ended() ||
               (status_field(running.pid(), "ShdPnd") == "0000000000000000" &&
                status_field(running.pid(), "State").substr(0, 1) == "S") ||
               running.has_stopped();
    });
    if (running.has_ended())
        return described(running.end());
    const bool stopped = running.has_stopped();
    running.send(SIGCONT);
    running.send(SIGTERM);
    return std::string(stopped ? "stops, then " : "stays, then ") + described(running.end());
}

} // namespace

BOOST_AUTO_TEST_SUITE(signals_sent_on, *boost::unit_test::precondition(in_namespace))

BOOST_AUTO_TEST_CASE(a_signal_has_the_documented_fate)
{
    for (const Row& row : rows())
        BOOST_TEST_CONTEXT(row.setting.name << ": " << row.claim)
    BOOST_TEST(same_for_both(row.setting.name,
                             [&](Whose whose) { return fate(row.setting, whose, row.sent); }) == row.fate);
}

BOOST_AUTO_TEST_CASE(every_signal_to_dumb_init)
{
    all_signals_alike({.name = "dumb-init", .words = catching({})});
}
BOOST_AUTO_TEST_CASE(every_signal_to_dumb_init_with_a_single_child)
{
    all_signals_alike({.name = "dumb-init", .words = catching({"-c"})}, 31);
}
BOOST_AUTO_TEST_CASE(every_signal_to_tini)
{
    all_signals_alike({.name = "tini", .words = catching({"-s"})});
}
BOOST_AUTO_TEST_CASE(every_signal_to_tini_for_the_group)
{
    all_signals_alike({.name = "tini", .words = catching({"-s", "-g"})}, 31);
}
BOOST_AUTO_TEST_CASE(every_signal_to_catatonit)
{
    all_signals_alike({.name = "catatonit", .words = catching({})});
}

BOOST_AUTO_TEST_CASE(every_signal_to_pid_1)
{
    for (const char* name : {"dumb-init", "tini", "catatonit"})
        BOOST_TEST_CONTEXT(name)
        {
            // TSTP and its kin: how a stopped PID 1 goes on is the kernel's affair.
            for (int signo = 1; signo <= 31; ++signo)
                if (signo != SIGKILL && signo != SIGSTOP && signo != SIGTSTP && signo != SIGTTIN &&
                    signo != SIGTTOU)
                    BOOST_TEST_CONTEXT("signal " << signo)
            (void)same_for_both(name, [&](Whose whose) {
                return fate({.name = name, .words = catching({}), .first = true}, whose, signo);
            });
        }
}

BOOST_AUTO_TEST_CASE(the_group_or_the_child_alone)
{
    struct Target {
        const char* name;
        std::vector<std::string> options;
        bool group;
        std::vector<std::string> environment{};
    };
    const Target targets[] = {
        {"dumb-init", {}, true},
        {"dumb-init", {"-c"}, false},
        {"dumb-init", {}, false, {"DUMB_INIT_SETSID=0"}},
        {"tini", {"-s"}, false},
        {"tini", {"-s", "-g"}, true},
        {"tini", {"-s"}, true, {"TINI_KILL_PROCESS_GROUP="}},
        {"catatonit", {}, false},
        {"catatonit", {"-g"}, true},
    };
    for (const Target& target : targets) {
        std::vector<std::string> words = target.options;
        words.insert(words.end(), {"--", probe(), "catch", "member"});
        const auto observe = [&](Whose whose) {
            Running running{{.name = target.name, .words = words, .environment = target.environment}, whose};
            if (!running.wait_for_text("ready\n") || !running.wait_for_text("member is there\n"))
                return std::string("not ready");
            running.send(SIGUSR1);
            running.send(marker);
            bool seen = running.wait_for_text("\ngot 35\n");
            if (target.group)
                seen = running.wait_for_text("member got 35\n") && seen;
            if (!seen)
                return "lost: " + running.out();
            return std::string(running.out().find("member got 10\n") != std::string::npos ? "group"
                                                                                          : "child");
        };
        BOOST_TEST_CONTEXT(target.name << (target.options.empty() ? "" : target.options.back()))
        BOOST_TEST(same_for_both(target.name, observe) == (target.group ? "group" : "child"));
    }
}

BOOST_AUTO_TEST_CASE(every_signal_to_a_pause_program)
{
    for (int signo = 1; signo <= 64; ++signo) {
        if (signo == SIGKILL || signo == SIGSTOP)
            continue;
        BOOST_TEST_CONTEXT("signal " << signo)
        {
            const auto catatonit = [&](Whose whose) {
                return pause_fate({.name = "catatonit", .words = {"-P"}}, whose, signo);
            };
            (void)same_for_both("catatonit", catatonit);
            const std::string first =
                pause_fate({.name = "pause", .words = {}, .first = true}, Whose::ours, signo);
            BOOST_TEST(first == (signo == SIGINT || signo == SIGTERM ? "exit 0" : "stays, then exit 0"));
        }
    }
    // Where it is not PID 1 a signal has its default action.
    BOOST_TEST(pause_fate({.name = "pause"}, Whose::ours, SIGHUP) == "signal 1");
    BOOST_TEST(pause_fate({.name = "pause"}, Whose::ours, SIGUSR1) == "signal 10");
    BOOST_TEST(pause_fate({.name = "pause"}, Whose::ours, SIGINT) == "exit 0");
    BOOST_TEST(pause_fate({.name = "pause"}, Whose::ours, SIGCHLD) == "stays, then exit 0");
}

BOOST_AUTO_TEST_CASE(ten_thousand_signals_are_sent_on_and_none_is_lost)
{
    constexpr int number = 10000;
    constexpr int counted = 40;
    constexpr int last = 41;
    for (const char* name : {"dumb-init", "tini", "catatonit"})
        BOOST_TEST_CONTEXT(name)
        {
            Running running{{.name = name,
                             .words = {"--", probe(), "count", std::to_string(counted), std::to_string(last)},
                             .first = true},
                            Whose::ours};
            BOOST_REQUIRE(running.wait_for_text("ready\n"));
            for (int sent = 0; sent < number; ++sent) {
                // Real-time signals are never merged, but their queue has a limit that is not init's.
                if (sent % 500 == 499)
                    (void)poll_until(
                        [&] { return status_field(running.pid(), "ShdPnd") == "0000000000000000"; });
                running.send(counted);
            }
            running.send(last);
            const Ending ending = running.end();
            BOOST_TEST(described(ending) == "exit 0");
            BOOST_TEST(ending.out == "ready\ncounted 10000\n");
        }
}

BOOST_AUTO_TEST_CASE(a_command_that_dies_while_signals_arrive_is_reaped_with_its_status)
{
    for (const char* name : {"dumb-init", "tini", "catatonit"})
        for (int round = 0; round < 40; ++round)
            BOOST_TEST_CONTEXT(name << " round " << round)
            {
                Running running{{.name = name,
                                 .words = {"--", probe(), "count", "40", "10"},
                                 .first = round % 2 == 0,
                                 .descriptor = -1},
                                Whose::ours};
                BOOST_REQUIRE(running.wait_for_text("ready\n"));
                running.send(SIGUSR1); // its end
                for (int sent = 0; sent < 200 && !running.has_ended(); ++sent)
                    running.send(SIGUSR2);
                BOOST_TEST(described(running.end()) == "exit 0");
            }
}

/// Whether the command can be another user's: not where only one user is mapped.
bool has_other_users()
{
    std::ifstream map("/proc/self/uid_map");
    long inside = 0;
    long outside = 0;
    long number = 0;
    return static_cast<bool>(map >> inside >> outside >> number) && number > 65534;
}

BOOST_AUTO_TEST_CASE(a_command_that_may_not_be_signalled_ends_tini_alone)
{
    if (!has_other_users()) {
        std::printf("skip - a_command_that_may_not_be_signalled_ends_tini_alone: there is one user only\n");
        return;
    }
    for (const auto& [name, fate] :
         {std::pair{"dumb-init", "stays"}, std::pair{"tini", "exit 1"}, std::pair{"catatonit", "stays"}})
        BOOST_TEST_CONTEXT(name)
        {
            const auto observe = [&](Whose whose) -> std::string {
                Setting setting{.name = name, .words = {"--", probe(), "nobody"}, .may_signal_all = false};
                if (name == std::string("tini"))
                    setting.words.insert(setting.words.begin(), "-s");
                Running running{setting, whose};
                if (!running.wait_for_text("ready\n"))
                    return "not ready";
                (void)poll_until([&] { return is_asleep(running, name); });
                running.send(SIGUSR1);
                (void)poll_until([&] {
                    return running.has_ended() ||
                           (is_asleep(running, name) &&
                            status_field(running.pid(), "ShdPnd") == "0000000000000000");
                });
                return running.has_ended() ? described(running.end()) : "stays";
            };
            BOOST_TEST(same_for_both(name, observe) == fate);
        }
}

BOOST_AUTO_TEST_CASE(a_signal_that_comes_with_the_start_is_not_lost)
{
    // Sent from the first moment at which it is blocked, before the command runs: it ends the command, whose
    // default action it has, or reaches it.
    for (const char* name : {"dumb-init", "tini", "catatonit"})
        for (int round = 0; round < 40; ++round)
            BOOST_TEST_CONTEXT(name << " round " << round)
            {
                Running running{{.name = name, .words = {"--", "sleep", "60"}, .first = true}, Whose::ours};
                (void)poll_until([&] {
                    return is_asleep(running, name) ||
                           (status_field(running.pid(), "Name") == name &&
                            status_field(running.pid(), "SigBlk") != "0000000000000000");
                });
                running.send(SIGTERM);
                BOOST_TEST(described(running.end()) == "exit 143");
            }
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace small_test
