// SPDX-License-Identifier: MIT
// A PID 1 that has nothing but a pool of keepers: it reaps, hands on what keepers say, and keeps what the
// scribe wrote.
#pragma once

#include "keeper/keeper_pool.h"
#include "left_out.h"
#include "own_namespace.h"
#include "system/process_table.h"
#include "system/signal_mask.h"
#include "system/signal_process.h"

#include <boost/test/unit_test.hpp>

#include <sys/signalfd.h>
#include <sys/stat.h>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <map>
#include <memory>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

namespace init::test {

using namespace std::chrono_literals;
using world::RunId;

/// A test on the pool. It is left out, and says so, where namespaces are denied.
#define POOL_TEST(name, ...)                                                                                 \
    static init::test::Failure name##_body(init::test::PoolWorld& world);                                    \
    BOOST_AUTO_TEST_CASE(name)                                                                               \
    {                                                                                                        \
        init::test::check_in_world(name##_body __VA_OPT__(, ) __VA_ARGS__);                                  \
    }                                                                                                        \
    static init::test::Failure name##_body(init::test::PoolWorld& world)

class PoolWorld {
public:
    explicit PoolWorld(bool reads_output = true) : reads_output_(reads_output)
    {
        system::SignalMask::block_all();
        int ends[2];
        if (::pipe2(ends, O_CLOEXEC) != 0)
            return;
        stdout_reader_.reset(ends[0]);
        ::fcntl(ends[0], F_SETFL, O_NONBLOCK);
        stdout_writer_.reset(ends[1]);
        sigset_t child;
        sigemptyset(&child);
        sigaddset(&child, SIGCHLD);
        signals_.reset(::signalfd(-1, &child, SFD_NONBLOCK | SFD_CLOEXEC));
        keeper::PoolOptions options;
        options.output = ends[1];
        auto made = keeper::KeeperPool::start(options);
        if (made)
            pool = std::move(*made);
    }

    /// Turns until `holds`, at most `limit`.
    template <class Condition> bool wait_until(Condition holds, std::chrono::milliseconds limit = 20s)
    {
        const auto end = std::chrono::steady_clock::now() + limit;
        while (!holds()) {
            const auto left =
                std::chrono::ceil<std::chrono::milliseconds>(end - std::chrono::steady_clock::now());
            if (left <= 0ms)
                return false;
            turn(std::min(left, std::chrono::milliseconds(50)));
        }
        return true;
    }

    void turn(std::chrono::milliseconds limit)
    {
        pollfd polled[] = {{pool->descriptor(), POLLIN, 0},
                           {signals_.get(), POLLIN, 0},
                           {reads_output_ ? stdout_reader_.get() : -1, POLLIN, 0}};
        ::poll(polled, 3, static_cast<int>(limit.count()));
        const auto sink = [this](const world::Event& event) { take(event); };
        while (pool->receive(64, sink)) {
        }
        if (polled[1].revents != 0)
            reap(sink);
        if (polled[2].revents != 0)
            read_output();
    }

    void read_output()
    {
        char buffer[65536];
        ssize_t got = 0;
        while ((got = ::read(stdout_reader_.get(), buffer, sizeof buffer)) > 0)
            output.append(buffer, static_cast<std::size_t>(got));
    }

    RunId run(const std::string& script, const std::string& label = "svc", bool keeper = true)
    {
        world::ScriptRequest request;
        request.label = label;
        request.argv = {"/bin/sh", "-c", script, "sh"};
        request.keeper = keeper;
        const auto result = pool->run(request);
        return result ? *result : RunId{0};
    }

    /// Turns until the run is empty.
    bool complete(RunId run, std::chrono::milliseconds limit = 20s)
    {
        return wait_until([&] { return is_empty(run); }, limit);
    }
    bool is_empty(RunId run) const { return empty.contains(run); }
    bool has_ended(RunId run) const { return ended.contains(run); }
    bool has_started(RunId run) const { return started.contains(run); }
    bool shows(const std::string& text) const { return output.find(text) != std::string::npos; }

    std::unique_ptr<keeper::KeeperPool> pool;
    std::string output;
    std::map<RunId, pid_t> started;
    std::map<RunId, world::ScriptFailed> failed;
    std::map<RunId, world::ScriptEnded> ended;
    std::map<RunId, bool> empty;
    std::map<pid_t, std::optional<int>> processes; ///< of ProcessEnded
    std::map<pid_t, int> answers;                  ///< how often it came
    std::vector<std::string> last_lines;
    std::map<pid_t, int> reaped; ///< every child of init
    std::vector<pid_t> unknown;  ///< those that the pool did not know

    /// What an init that finds its children before its messages does.
    void reap()
    {
        reap([this](const world::Event& event) { take(event); });
    }
    /// Of a run, a letter an event: Started, Failed, Ended, Run empty. All is well with `SER` and `FR`.
    std::string history(RunId run) { return history_[run]; }

private:
    template <class Sink> void reap(const Sink& sink)
    {
        signalfd_siginfo info;
        while (::read(signals_.get(), &info, sizeof info) > 0) {
        }
        int status = 0;
        pid_t pid = 0;
        while ((pid = ::waitpid(-1, &status, WNOHANG)) > 0) {
            reaped[pid] = status;
            if (!pool->child_ended(pid, status, sink))
                unknown.push_back(pid);
        }
    }

    void take(const world::Event& event)
    {
        std::visit([this](const auto& what) { note(what); }, event);
    }
    void note(const world::ScriptStarted& event)
    {
        history_[event.run] += 'S';
        started[event.run] = event.pid;
    }
    void note(const world::ScriptFailed& event)
    {
        history_[event.run] += 'F';
        failed[event.run] = event;
    }
    void note(const world::ScriptEnded& event)
    {
        history_[event.run] += 'E';
        ended.insert_or_assign(event.run, event);
    }
    void note(const world::RunEmpty& event)
    {
        history_[event.run] += 'R';
        empty[event.run] = true;
    }
    void note(const world::ProcessEnded& event)
    {
        processes[event.pid] = event.status;
        ++answers[event.pid];
    }
    void note(const world::LastLine& event) { last_lines.push_back(event.text); }
    template <class Other> void note(const Other&) {}

    bool reads_output_;
    std::map<RunId, std::string> history_;
    system::UniqueFd stdout_reader_, stdout_writer_, signals_;
};

inline void check_in_world(Failure (*body)(PoolWorld&), bool reads_output = true)
{
    const auto failure = in_own_namespace([&]() -> Failure {
        PoolWorld world(reads_output);
        HOLDS(world.pool != nullptr);
        return body(world);
    });
    if (!failure)
        leave_out("namespaces are denied here");
    else
        BOOST_TEST(*failure == "");
}

/// The text of a small file, NULs as blanks; empty when it cannot be read.
inline std::string text_of(const std::string& path)
{
    std::ifstream file(path, std::ios::binary);
    std::ostringstream text;
    text << file.rdbuf();
    std::string result = text.str();
    std::replace(result.begin(), result.end(), '\0', ' ');
    return result;
}

inline std::string proc_file(pid_t pid, const std::string& name)
{
    return text_of("/proc/" + std::to_string(pid) + "/" + name);
}

/// The last process of that name; 0 for none.
inline pid_t process_named(const std::string& comm)
{
    struct Search {
        const std::string* comm;
        pid_t pid;
    } search{&comm, 0};
    system::visit_processes(
        [](pid_t pid, void* context) {
            auto* found = static_cast<Search*>(context);
            if (proc_file(pid, "comm") == *found->comm + "\n")
                found->pid = pid;
        },
        &search);
    return search.pid;
}

inline std::vector<pid_t> children_of(pid_t parent)
{
    std::vector<pid_t> children;
    system::visit_children(
        parent, [](pid_t pid, void* context) { static_cast<std::vector<pid_t>*>(context)->push_back(pid); },
        &children);
    return children;
}

inline void signal_process(pid_t pid, int signo)
{
    [[maybe_unused]] const auto sent = system::send_signal(pid, signo);
}
inline void kill_process(pid_t pid)
{
    signal_process(pid, SIGKILL);
}

inline bool is_gone_or_zombie(pid_t pid)
{
    const auto process = system::read_process(pid);
    return !process || process->state == 'Z';
}

/// Without a turn of init's.
template <class Condition> bool stand_by_until(Condition holds)
{
    const auto end = std::chrono::steady_clock::now() + 20s;
    while (!holds()) {
        if (std::chrono::steady_clock::now() > end)
            return false;
        ::poll(nullptr, 0, 1);
    }
    return true;
}

/// It is dead when this returns, and not yet reaped. A keeper that was killed in a write may still have
/// carried it out.
inline bool kill_and_see(pid_t pid)
{
    kill_process(pid);
    return stand_by_until([pid] { return is_gone_or_zombie(pid); });
}

} // namespace init::test
