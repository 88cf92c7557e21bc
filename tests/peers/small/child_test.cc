// SPDX-License-Identifier: MIT
// What the command is given, and what init keeps for itself: the probe's own report, the peer's beside ours.
#include "compare.h"
#include "enclosed.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <sstream>

namespace small_test {
namespace {

constexpr std::uint64_t bit(int signo)
{
    return std::uint64_t{1} << (signo - 1);
}

/// One line of the probe's report, or all that differs between two of them.
std::string line_of(const std::string& report, const std::string& key)
{
    std::istringstream lines(report);
    for (std::string line; std::getline(lines, line);)
        if (line.compare(0, key.size() + 1, key + ":") == 0)
            return line.substr(key.size() + 1);
    return "(missing)";
}

struct Fact {
    const char* key;
    const char* value;
};

struct Row {
    const char* claim;
    Setting setting;
    std::vector<Fact> facts;
    std::vector<Fact> apart{}; ///< keys in which the peer differs, and why it may
};

const std::vector<std::string> state = {"--", probe(), "state"};

std::vector<std::string> with(std::initializer_list<std::string> options)
{
    std::vector<std::string> words(options);
    words.insert(words.end(), state.begin(), state.end());
    return words;
}

constexpr const char* none = "\t0000000000000000";
constexpr const char* stays_blocked =
    "catatonit 0.1.7 leaves TSTP, TTIN and TTOU blocked in the child, against its own "
    "comment; a shell under it cannot be suspended";
constexpr const char* goes_to_root = "catatonit does so from 0.2 on; Debian's is 0.1.7";

const std::vector<Row>& rows()
{
    static const std::vector<Row> all = {
        {"dumb-init makes a session and goes to /",
         {.name = "dumb-init", .words = state, .folder = "/tmp", .descriptor = 9},
         {{"leads a session", " yes"},
          {"leads a group", " yes"},
          {"session of init", " no"},
          {"folder", " /tmp"},
          {"descriptors", " 9"},
          {"init's folder", " /"},
          {"init's descriptors", " 9"},
          {"orphans go to", " another"}}},
        {"dumb-init -c makes none",
         {.name = "dumb-init", .words = with({"-c"}), .folder = "/tmp"},
         {{"leads a session", " no"},
          {"leads a group", " no"},
          {"session of init", " yes"},
          {"init's folder", " /"}}},
        {"DUMB_INIT_SETSID=0 is -c",
         {.name = "dumb-init", .words = state, .environment = {"DUMB_INIT_SETSID=0"}},
         {{"leads a session", " no"}, {"session of init", " yes"}}},
        {"DUMB_INIT_SETSID=1 changes nothing",
         {.name = "dumb-init", .words = state, .environment = {"DUMB_INIT_SETSID=1"}},
         {{"leads a session", " yes"}}},
        {"an empty DUMB_INIT_SETSID changes nothing",
         {.name = "dumb-init", .words = state, .environment = {"DUMB_INIT_SETSID="}},
         {{"leads a session", " yes"}}},
        {"dumb-init gives an empty mask and default actions, so that nohup is undone",
         {.name = "dumb-init",
          .words = state,
          .ignored = bit(SIGHUP) | bit(SIGINT) | bit(SIGCHLD),
          .blocked = bit(SIGUSR1) | bit(SIGTERM) | bit(40)},
         {{"blocked", none}, {"ignored", none}}},
        {"dumb-init leaves ignored real-time signals ignored",
         {.name = "dumb-init", .words = state, .ignored = bit(40)},
         {{"ignored", "\t0000008000000000"}}},
        {"dumb-init -c resets them too",
         {.name = "dumb-init", .words = with({"-c"}), .ignored = bit(SIGHUP), .blocked = bit(SIGUSR1)},
         {{"blocked", none}, {"ignored", none}}},
        {"tini makes a group in its own session",
         {.name = "tini", .words = with({"-s"}), .folder = "/tmp", .descriptor = 9},
         {{"leads a session", " no"},
          {"leads a group", " yes"},
          {"session of init", " yes"},
          {"folder", " /tmp"},
          {"descriptors", " 9"},
          {"init's folder", " /tmp"},
          {"init's descriptors", " 9"}}},
        {"tini adopts nobody unless it is asked",
         {.name = "tini", .words = state, .environment = {"TINI_VERBOSITY=0"}},
         {{"orphans go to", " another"}}},
        {"tini -s adopts", {.name = "tini", .words = with({"-s"})}, {{"orphans go to", " init"}}},
        {"TINI_SUBREAPER adopts",
         {.name = "tini", .words = state, .environment = {"TINI_SUBREAPER="}},
         {{"orphans go to", " init"}}},
        {"tini as PID 1 adopts and does not warn",
         {.name = "tini", .words = state, .first = true},
         {{"orphans go to", " init"}}},
        {"tini gives the caller's mask and ignored signals back",
         {.name = "tini",
          .words = with({"-s"}),
          .ignored = bit(SIGHUP) | bit(SIGTTIN) | bit(40),
          .blocked = bit(SIGUSR1) | bit(SIGTTOU) | bit(SIGTERM) | bit(40) | bit(SIGSEGV)},
         {{"blocked", "\t0000008000204600"}, {"ignored", "\t0000008000100001"}}},
        {"tini does not touch LISTEN_PID",
         {.name = "tini", .words = with({"-s"}), .own_listen_pid = true},
         {{"LISTEN_PID", " init's"}}},
        {"dumb-init does not touch LISTEN_PID",
         {.name = "dumb-init", .words = state, .own_listen_pid = true},
         {{"LISTEN_PID", " init's"}}},
        {"catatonit makes a group in its own session and adopts",
         {.name = "catatonit", .words = state},
         {{"leads a session", " no"},
          {"leads a group", " yes"},
          {"session of init", " yes"},
          {"orphans go to", " init"}},
         {{"blocked", stays_blocked}, {"init's folder", goes_to_root}}},
        {"catatonit keeps descriptors and its folder busy for nobody",
         {.name = "catatonit", .words = state, .folder = "/tmp", .descriptor = 9},
         {{"folder", " /tmp"}, {"descriptors", " 9"}, {"init's folder", " /"}, {"init's descriptors", ""}},
         {{"blocked", stays_blocked}, {"init's folder", goes_to_root}}},
        {"catatonit gives the caller's mask and ignored signals back",
         {.name = "catatonit", .words = state, .ignored = bit(SIGHUP), .blocked = bit(SIGUSR1)},
         {{"blocked", "\t0000000000000200"}, {"ignored", "\t0000000000000001"}},
         {{"blocked", stays_blocked}, {"init's folder", goes_to_root}}},
        {"catatonit names the child in LISTEN_PID where it named init",
         {.name = "catatonit", .words = state, .own_listen_pid = true},
         {{"LISTEN_PID", " mine"}},
         {{"blocked", stays_blocked}, {"init's folder", goes_to_root}}},
        {"catatonit leaves another's LISTEN_PID alone",
         {.name = "catatonit", .words = state, .environment = {"LISTEN_PID=999999"}},
         {{"LISTEN_PID", " another's"}},
         {{"blocked", stays_blocked}, {"init's folder", goes_to_root}}},
        {"a closed stdin does not matter to dumb-init",
         {.name = "dumb-init", .words = state, .no_input = true},
         {{"leads a session", " yes"}}},
        {"nor to catatonit",
         {.name = "catatonit", .words = state, .no_input = true},
         {{"leads a group", " yes"}},
         {{"blocked", stays_blocked}, {"init's folder", goes_to_root}}},
    };
    return all;
}

/// The probe's report. Init goes to / once the command runs, so where it does the probe waits for it.
std::string report_of(Setting setting, Whose whose)
{
    if (setting.name == "dumb-init" || (setting.name == "catatonit" && whose == Whose::ours))
        setting.environment.emplace_back("PROBE_AWAITS=/");
    return run(setting, whose).out;
}

void check(const Row& row)
{
    const std::string ours = report_of(row.setting, Whose::ours);
    for (const Fact& fact : row.facts)
        BOOST_TEST_CONTEXT(fact.key)
    BOOST_TEST(line_of(ours, fact.key) == fact.value);
    if (!has_peer(row.setting.name))
        return;
    const std::string peer = report_of(row.setting, Whose::peer);
    std::istringstream lines(ours);
    for (std::string line; std::getline(lines, line);) {
        const std::string key = line.substr(0, line.find(':'));
        const char* reason = nullptr;
        for (const Fact& fact : row.apart)
            if (key == fact.key)
                reason = fact.value;
        BOOST_TEST_CONTEXT(key << (reason != nullptr ? reason : ""))
        {
            if (reason == nullptr)
                BOOST_TEST(line_of(peer, key) == line_of(ours, key));
            else
                BOOST_TEST(line_of(peer, key) != line_of(ours, key));
        }
    }
}

} // namespace

BOOST_AUTO_TEST_SUITE(child, *boost::unit_test::precondition(in_namespace))

BOOST_AUTO_TEST_CASE(the_command_is_given_what_the_peer_gives_it)
{
    for (const Row& row : rows())
        BOOST_TEST_CONTEXT(row.claim)
    check(row);
}

BOOST_AUTO_TEST_CASE(tini_needs_a_stdin)
{
    const auto observe = [](Whose whose) {
        const Ending ending =
            run({.name = "tini", .words = {"-s", "--", probe(), "exit", "3"}, .no_input = true}, whose);
        return described(ending) + without_pids(ending.err).substr(0, 17);
    };
    BOOST_TEST(same_for_both("tini", observe) == "exit 1[FATAL tini (N)] ");
}

BOOST_AUTO_TEST_CASE(a_caller_that_ignores_CHLD_costs_no_status)
{
    const auto observe_with = [](const char* name, Whose whose) {
        Running running{
            {.name = name, .words = {"--", probe(), "exit", "3"}, .first = true, .ignored = bit(SIGCHLD)},
            whose};
        // The peer stays for ever where the kernel has thrown the status away; that is seen without waiting
        // for ever.
        (void)poll_until([&] { return running.has_ended(); },
                         std::chrono::milliseconds{whose == Whose::ours ? 20000 : 1500});
        return running.has_ended() ? described(running.end()) : std::string("still there");
    };
    for (const auto& [name, reason] : {std::pair{"dumb-init", static_cast<const char*>(nullptr)},
                                       std::pair{"tini", "it never learns of the end"},
                                       std::pair{"catatonit", "it never learns of the status"}})
        BOOST_TEST_CONTEXT(name)
    BOOST_TEST(same_for_both(
                   name, [&](Whose whose) { return observe_with(name, whose); }, reason) == "exit 3");
}

/// Starts tini from a process that then dies, and tells how tini ends.
std::string ending_after_parent(const std::vector<std::string>& options, Whose whose)
{
    int told[2];
    if (::pipe2(told, O_CLOEXEC) != 0)
        return "no pipe";
    const pid_t parent = ::fork();
    if (parent == 0) {
        std::vector<std::string> words = options;
        words.insert(words.end(), {"-s", "--", probe(), "catch"});
        auto* running = new Running{{.name = "tini", .words = words}, whose}; // not ended with its parent
        const pid_t init = running->wait_for_text("ready") ? running->pid() : 0;
        ::_exit(::write(told[1], &init, sizeof init) == sizeof init ? 0 : 1);
    }
    pid_t init = 0;
    const bool known = ::read(told[0], &init, sizeof init) == sizeof init && init > 0;
    ::waitpid(parent, nullptr, 0);
    ::close(told[0]);
    ::close(told[1]);
    if (!known)
        return "not started";
    // Orphaned, it is our child. The command ends with 70 when it cannot tell of a signal: its reader has
    // died too.
    int status = 0;
    const bool ended = poll_until([&] { return ::waitpid(init, &status, WNOHANG) == init; },
                                  std::chrono::milliseconds{options.empty() ? 300 : 20000});
    if (ended)
        return WIFSIGNALED(status) ? "signal " + std::to_string(WTERMSIG(status))
                                   : "exit " + std::to_string(WEXITSTATUS(status));
    ::kill(init, SIGKILL);
    ::waitpid(init, nullptr, 0);
    return "still there";
}

BOOST_AUTO_TEST_CASE(tini_gets_the_signal_it_asked_for_when_its_parent_dies)
{
    const auto asked = [](Whose whose) { return ending_after_parent({"-p", "SIGUSR2"}, whose); };
    const auto killed = [](Whose whose) { return ending_after_parent({"-p", "SIGKILL"}, whose); };
    const auto not_asked = [](Whose whose) { return ending_after_parent({}, whose); };
    BOOST_TEST(same_for_both("tini", asked) == "exit 70");
    BOOST_TEST(same_for_both("tini", killed) == "signal 9");
    BOOST_TEST(same_for_both("tini", not_asked) == "still there");
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace small_test
