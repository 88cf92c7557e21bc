// SPDX-License-Identifier: MIT
// A real terminal: who is in its foreground, what its keys do, and what happens when init hands it over.
#include "compare.h"
#include "enclosed.h"

#include <signal.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdlib>
#include <sstream>

namespace small_test {
namespace {

constexpr const char* names[] = {"dumb-init", "tini", "catatonit"};

std::vector<std::string> command_of(const std::string& name, std::initializer_list<std::string> words)
{
    std::vector<std::string> all{"--", probe()};
    if (name == "tini")
        all.insert(all.begin(), "-s");
    all.insert(all.end(), words);
    return all;
}

/// The lines of the probe's report that are about the terminal.
std::string about_terminal(const std::string& report)
{
    std::istringstream lines(report);
    std::string kept;
    for (std::string line; std::getline(lines, line);)
        for (const char* key : {"terminal:", "foreground:", "leads a session:", "session of init:"})
            if (line.compare(0, std::char_traits<char>::length(key), key) == 0)
                kept += line.substr(0, line.find('\r')) + ";";
    return kept;
}

std::string told_since_ready(Running& running)
{
    std::string told = running.out();
    const std::size_t ready = told.find("ready\r\n");
    told = ready == std::string::npos ? "(not ready)" : told.substr(ready + 7);
    std::string plain;
    for (const char letter : told)
        if (letter != '\r')
            plain += letter == '\n' ? ';' : letter;
    return plain;
}

void type(const Running& running, char key)
{
    BOOST_REQUIRE(::write(running.terminal(), &key, 1) == 1);
}

/// What the command hears of a key, up to a signal that is sent after it. The terminal's echo of the key is
/// left out.
std::string heard_of_key(const std::string& name, Whose whose, char key, int expected, bool first)
{
    Running running{{.name = name, .words = command_of(name, {"catch"}), .first = first, .terminal = true},
                    whose};
    if (!running.wait_for_text("ready\r\n"))
        return "not ready: " + running.err();
    type(running, key);
    if (!running.wait_for_text("got " + std::to_string(expected) + "\r\n"))
        return "nothing heard: " + running.out();
    running.send(35);
    if (!running.wait_for_text("got 35\r\n"))
        return "lost: " + running.out();
    const std::string told = told_since_ready(running);
    return told.substr(told.find("got"));
}

} // namespace

BOOST_AUTO_TEST_SUITE(terminal, *boost::unit_test::precondition(in_namespace))

BOOST_AUTO_TEST_CASE(the_command_has_the_terminal_and_its_foreground)
{
    for (const bool first : {false, true})
        for (const char* name : names)
            BOOST_TEST_CONTEXT(name << (first ? " as PID 1" : ""))
            {
                const std::string session = name == std::string("dumb-init")
                                                ? "leads a session: yes;session of init: no;"
                                                : "leads a session: no;session of init: yes;";
                const auto observe = [&](Whose whose) {
                    return about_terminal(run({.name = name,
                                               .words = command_of(name, {"state"}),
                                               .first = first,
                                               .terminal = true},
                                              whose)
                                              .out);
                };
                BOOST_TEST(same_for_both(name, observe) == session + "terminal: yes;foreground: yes;");
            }
}

BOOST_AUTO_TEST_CASE(without_a_session_of_its_own_dumb_init_leaves_the_terminal_as_it_is)
{
    const auto observe = [](Whose whose) {
        return about_terminal(
            run({.name = "dumb-init", .words = {"-c", probe(), "state"}, .terminal = true}, whose).out);
    };
    BOOST_TEST(same_for_both("dumb-init", observe) ==
               "leads a session: no;session of init: yes;terminal: yes;foreground: yes;");
}

BOOST_AUTO_TEST_CASE(keys_reach_the_command_once)
{
    struct Key {
        char key;
        int signal;
    };
    for (const Key& key : {Key{3, SIGINT}, Key{28, SIGQUIT}})
        for (const char* name : names)
            BOOST_TEST_CONTEXT(name << " signal " << key.signal)
            {
                const auto observe = [&](Whose whose) {
                    return heard_of_key(name, whose, key.key, key.signal, false);
                };
                BOOST_TEST(same_for_both(name, observe) == "got " + std::to_string(key.signal) + ";got 35;");
            }
}

BOOST_AUTO_TEST_CASE(a_shell_s_suspend_key_reaches_the_command)
{
    // catatonit's peer leaves TSTP blocked in the child; the probe takes blocked signals, so it hears it all
    // the same.
    for (const char* name : names)
        BOOST_TEST_CONTEXT(name)
        {
            const auto observe = [&](Whose whose) { return heard_of_key(name, whose, 26, SIGTSTP, false); };
            BOOST_TEST(same_for_both(name, observe) == "got 20;got 35;");
        }
}

BOOST_AUTO_TEST_CASE(an_interactive_shell_under_the_init_controls_jobs)
{
    for (const bool first : {false, true})
        for (const char* name : names)
            BOOST_TEST_CONTEXT(name << (first ? " as PID 1" : ""))
            {
                std::vector<std::string> words{"--", "/bin/bash", "--norc", "--noprofile", "-i"};
                if (name == std::string("tini"))
                    words.insert(words.begin(), "-s");
                const auto observe = [&](Whose whose) -> std::string {
                    Running running{{.name = name,
                                     .words = words,
                                     .environment = {"PS1=ask> ", "TERM=dumb"},
                                     .first = first,
                                     .terminal = true},
                                    whose};
                    const auto said = [&](const char* text) {
                        return (running.out() + running.err()).find(text) != std::string::npos;
                    };
                    if (!poll_until([&] { return said("ask> "); }))
                        return "no prompt";
                    const std::string line = "sleep 300\n";
                    if (::write(running.terminal(), line.data(), line.size()) < 0)
                        return "cannot type";
                    // Before its exec the job has the shell's ignored signals.
                    if (!poll_until(
                            [&] { return status_field(::tcgetpgrp(running.terminal()), "Name") == "sleep"; }))
                        return "no job in the foreground";
                    type(running, 26);
                    const bool is_deaf = name == std::string("catatonit") && whose == Whose::peer;
                    if (!poll_until([&] { return said("Stopped"); },
                                    std::chrono::milliseconds{is_deaf ? 1000 : 20000}))
                        return "not stopped: " + running.out() + running.err();
                    // The first exit only speaks of the job.
                    const std::string leave = "kill -9 %1; exit 9; exit 9\n";
                    if (::write(running.terminal(), leave.data(), leave.size()) < 0)
                        return "cannot type";
                    return described(running.end());
                };
                const char* reason =
                    name == std::string("catatonit") ? "the peer leaves TSTP blocked in the child" : nullptr;
                BOOST_TEST(same_for_both(name, observe, reason) == "exit 9");
            }
}

BOOST_AUTO_TEST_CASE(a_new_window_size_reaches_the_command)
{
    for (const char* name : names)
        BOOST_TEST_CONTEXT(name)
        {
            const auto observe = [&](Whose whose) -> std::string {
                Running running{{.name = name, .words = command_of(name, {"catch"}), .terminal = true},
                                whose};
                if (!running.wait_for_text("ready\r\n"))
                    return "not ready";
                winsize size{};
                size.ws_row = 41;
                size.ws_col = 99;
                ::ioctl(running.terminal(), TIOCSWINSZ, &size);
                return running.wait_for_text("got 28\r\n") ? "told" : "not told";
            };
            BOOST_TEST(same_for_both(name, observe) == "told");
        }
}

BOOST_AUTO_TEST_CASE(the_terminal_s_hand_over_is_not_heard_by_the_command)
{
    // Init led the session and let go: the kernel says HUP and CONT to it. Only the second HUP is somebody's.
    for (const bool first : {false, true})
        BOOST_TEST_CONTEXT((first ? "as PID 1" : "not PID 1"))
        {
            const auto observe = [&](Whose whose) -> std::string {
                Running running{{.name = "dumb-init",
                                 .words = command_of("dumb-init", {"catch"}),
                                 .first = first,
                                 .terminal = true},
                                whose};
                if (!running.wait_for_text("ready\r\n"))
                    return "not ready";
                // Those of the kernel have been read by then, so that ours do not merge with them.
                (void)poll_until([&] {
                    return status_field(running.pid(), "State").substr(0, 1) == "S" &&
                           status_field(running.pid(), "ShdPnd") == "0000000000000000";
                });
                running.send(SIGHUP);
                running.send(SIGCONT);
                running.send(35);
                return running.wait_for_text("got 35\r\n") ? told_since_ready(running) : "lost";
            };
            // Signals that are still to come merge with those of the kernel, so both inits have read theirs
            // by then.
            BOOST_TEST(same_for_both("dumb-init", observe) == "got 1;got 18;got 35;");
        }
}

BOOST_AUTO_TEST_CASE(the_terminal_s_end_ends_the_command)
{
    for (const char* name : names)
        BOOST_TEST_CONTEXT(name)
        {
            const auto observe = [&](Whose whose) -> std::string {
                std::vector<std::string> words{"--", "sleep", "300"};
                if (name == std::string("tini"))
                    words.insert(words.begin(), "-s");
                Running running{{.name = name, .words = words, .terminal = true}, whose};
                if (!poll_until([&] {
                        return ::tcgetpgrp(running.terminal()) > 0 &&
                               ::tcgetpgrp(running.terminal()) != running.pid();
                    }))
                    return "no command in the foreground";
                running.hang_up();
                return described(running.end());
            };
            BOOST_TEST(same_for_both(name, observe) == "exit 129");
        }
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace small_test
