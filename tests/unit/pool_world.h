// SPDX-License-Identifier: MIT
// A PID 1 that has nothing but a pool of keepers: it reaps, hands on what keepers say, and keeps what the
// scribe wrote.
#pragma once

#include "keeper/keeper_pool.h"
#include "left_out.h"
#include "own_namespace.h"
#include "system/signal_mask.h"

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
    std::vector<std::string> last_lines;
    std::map<pid_t, int> reaped; ///< every child of init
    std::vector<pid_t> unknown;  ///< those that the pool did not know

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
    void note(const world::ScriptStarted& event) { started[event.run] = event.pid; }
    void note(const world::ScriptFailed& event) { failed[event.run] = event; }
    void note(const world::ScriptEnded& event) { ended.insert_or_assign(event.run, event); }
    void note(const world::RunEmpty& event) { empty[event.run] = true; }
    void note(const world::ProcessEnded& event) { processes[event.pid] = event.status; }
    void note(const world::LastLine& event) { last_lines.push_back(event.text); }
    template <class Other> void note(const Other&) {}

    bool reads_output_;
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

} // namespace init::test
