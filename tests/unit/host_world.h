// SPDX-License-Identifier: MIT
// A PID 1 of a namespace of its own that has the host's loop and its hands on processes, and no supervisor: a
// test takes the events itself.
#pragma once

#include "event_taker.h"
#include "host/log.h"
#include "host/loop.h"
#include "host/processes.h"
#include "host/signals.h"
#include "keeper/keeper_pool.h"
#include "left_out.h"
#include "own_namespace.h"
#include "system/process_table.h"
#include "system/signal_mask.h"
#include "system/signal_process.h"

#include <boost/test/unit_test.hpp>

#include <memory>
#include <string>
#include <vector>

namespace init::test {

/// The parts, in the order in which they need each other.
struct HostParts {
    HostParts(system::UniqueFd events, system::UniqueFd signal_source,
              std::unique_ptr<keeper::KeeperPool> made, host::Watches::OpenPidfd open_pidfd)
        : pool(std::move(made)), log(*pool, model::LogChoice::normal), loop(std::move(events), log),
          processes(loop, log, *pool, open_pidfd),
          signals(std::move(signal_source), loop, processes.reaper(), processes.ownership())
    {
    }
    std::unique_ptr<keeper::KeeperPool> pool;
    host::Log log;
    host::Loop loop;
    host::Processes processes;
    host::Signals signals;
};

class HostWorld : public HostParts, public EventTaker {
public:
    static std::unique_ptr<HostWorld> make(host::Watches::OpenPidfd open_pidfd)
    {
        system::SignalMask::block_all();
        auto events = host::Loop::open();
        auto signals = host::Signals::open();
        keeper::PoolOptions options;
        options.output = ::open("/dev/null", O_WRONLY | O_CLOEXEC);
        auto pool = keeper::KeeperPool::start(options);
        if (!events || !signals || !pool)
            return nullptr;
        auto world = std::unique_ptr<HostWorld>(
            new HostWorld(std::move(*events), std::move(*signals), std::move(*pool), open_pidfd));
        if (!world->signals.listen() || !world->processes.listen())
            return nullptr;
        return world;
    }

    pid_t launch(const std::string& command)
    {
        world::ChildRequest request;
        request.label = "t1";
        request.argv = {"/bin/sh", "-c", command};
        const auto pid = processes.launch(request);
        return pid ? *pid : 0;
    }
    world::RunId run(const std::string& command)
    {
        world::ScriptRequest request;
        request.label = "svc";
        request.argv = {"/bin/sh", "-c", command, "sh"};
        const auto run = processes.run_script(request);
        return run ? *run : world::RunId{0};
    }
    /// The living children of a process.
    std::vector<pid_t> children_of(pid_t parent)
    {
        std::vector<pid_t> all;
        for (const world::ProcessLook& look : processes.processes())
            if (look.parent == parent)
                all.push_back(look.pid);
        return all;
    }
    /// What a run's keeper has under it; as many as `wanted`, or nothing where they do not come.
    std::vector<pid_t> below_keeper(world::RunId run, std::size_t wanted)
    {
        std::vector<pid_t> found;
        const bool all = wait_until([&] {
            found = children_of(pool->keeper_of(run));
            return found.size() == wanted;
        });
        return all ? found : std::vector<pid_t>{};
    }
    pid_t only_child_of(pid_t parent)
    {
        std::vector<pid_t> found;
        wait_until([&] { return (found = children_of(parent)).size() == 1; });
        return found.size() == 1 ? found[0] : 0;
    }
    void kill(pid_t pid) { processes.signal_process(pid, SIGKILL); }

private:
    HostWorld(system::UniqueFd event_source, system::UniqueFd signal_source,
              std::unique_ptr<keeper::KeeperPool> made, host::Watches::OpenPidfd open_pidfd)
        : HostParts(std::move(event_source), std::move(signal_source), std::move(made), open_pidfd),
          EventTaker(loop)
    {
    }
};

inline void check_in_host_world(Failure (*body)(HostWorld&), host::Watches::OpenPidfd open_pidfd,
                                const std::function<void()>& visitor)
{
    const auto failure = in_own_namespace(
        [&]() -> Failure {
            const auto world = HostWorld::make(open_pidfd);
            HOLDS(world != nullptr);
            return body(*world);
        },
        visitor);
    if (!failure)
        leave_out("namespaces are denied here");
    else
        BOOST_TEST(*failure == "");
}

/// A test on the host's processes. It is left out, and says so, where namespaces are denied.
#define HOST_TEST_WITH(name, open_pidfd, visitor)                                                            \
    static init::test::Failure name##_body(init::test::HostWorld& world);                                    \
    BOOST_AUTO_TEST_CASE(name)                                                                               \
    {                                                                                                        \
        init::test::check_in_host_world(name##_body, open_pidfd, visitor);                                   \
    }                                                                                                        \
    static init::test::Failure name##_body(init::test::HostWorld& world)
#define HOST_TEST(name) HOST_TEST_WITH(name, init::system::open_pidfd, {})

} // namespace init::test
