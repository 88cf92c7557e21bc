// SPDX-License-Identifier: MIT
// A host on which the contract of world/ is tried: the real one, as PID 1 of a namespace of its own, and the
// one of the scenario tests. A test says what a process does, and each stage makes it so in its own way.
#pragma once

#include "event_taker.h"
#include "fakes/fake_host.h"
#include "host/linux_host.h"
#include "left_out.h"
#include "own_namespace.h"
#include "system/process_table.h"
#include "system/signal_mask.h"

#include <boost/test/unit_test.hpp>

#include <sys/stat.h>

#include <cerrno>
#include <csignal>
#include <memory>
#include <string>

namespace init::test {

/// What a process does. One that hangs ends only by a signal, and a deaf one only by KILL.
struct Act {
    int exit = 0;
    bool hangs = false;
    bool computes = false; ///< in a child, for ever
    bool deaf = false;
    bool leaves_daemon = false;
    bool daemon_deaf = false;
    bool cannot_exec = false;
};

class Stage : public EventTaker {
public:
    explicit Stage(world::Host& parts) : EventTaker(parts.clock), host(parts) {}
    Stage(const Stage&) = delete;
    Stage& operator=(const Stage&) = delete;
    virtual ~Stage() = default;

    virtual world::ScriptRequest script(const std::string& name, const Act& act) = 0;
    virtual world::ChildRequest child(const std::string& name, const Act& act) = 0;
    /// True once the process of this name does what it shall, so that a signal meets it there.
    virtual bool is_set_up(const std::string& name) = 0;
    /// True once STOP has reached a process: of several signals that are pending the kernel takes TERM first.
    virtual bool has_stopped(pid_t pid) = 0;

    // In the words of the tests.
    world::RunId run(const std::string& name, const Act& act)
    {
        const auto run = host.processes.run_script(script(name, act));
        wait_until([&] { return act.cannot_exec || is_set_up(name); });
        return run ? *run : world::RunId{0};
    }
    pid_t launch(const std::string& name, const Act& act)
    {
        const auto pid = host.processes.launch(child(name, act));
        wait_until([&] { return is_set_up(name); });
        return pid ? *pid : 0;
    }
    template <class Kind> bool has(std::size_t wanted)
    {
        return wait_until([&] { return count<Kind>() >= wanted; }) && count<Kind>() == wanted;
    }
    /// The names of a run's events, in order: `started ended empty`.
    std::string story(world::RunId run) const
    {
        std::string words;
        for (const world::Event& event : events) {
            std::string_view word;
            if (const auto* started = std::get_if<world::ScriptStarted>(&event);
                started && started->run == run)
                word = "started ";
            if (const auto* failed = std::get_if<world::ScriptFailed>(&event); failed && failed->run == run)
                word = "failed ";
            if (const auto* ended = std::get_if<world::ScriptEnded>(&event); ended && ended->run == run)
                word = "ended ";
            if (const auto* empty = std::get_if<world::RunEmpty>(&event); empty && empty->run == run)
                word = "empty ";
            words += word;
        }
        return words;
    }
    bool is_empty(world::RunId run)
    {
        return wait_until([&] { return story(run).ends_with("empty "); });
    }
    [[nodiscard]] world::ScriptEnded end_of_script(world::RunId run) const
    {
        for (const world::ScriptEnded& ended : all<world::ScriptEnded>())
            if (ended.run == run)
                return ended;
        return {};
    }
    [[nodiscard]] pid_t pid_of_script(world::RunId run) const
    {
        for (const world::ScriptStarted& started : all<world::ScriptStarted>())
            if (started.run == run)
                return started.pid;
        return 0;
    }

    world::Host& host;
};

class FakeStage final : public Stage {
public:
    FakeStage() : FakeStage(std::make_unique<fakes::FakeHost>()) {}

    world::ScriptRequest script(const std::string& name, const Act& act) override
    {
        fake_->start_of(name) = behaviour_of(act);
        world::ScriptRequest request;
        request.label = name;
        request.argv = {"/etc/init.d/" + name, "start"};
        return request;
    }
    world::ChildRequest child(const std::string& name, const Act& act) override
    {
        fake_->entry(name) = behaviour_of(act);
        world::ChildRequest request;
        request.label = name;
        request.argv = {"/bin/" + name};
        return request;
    }
    bool is_set_up(const std::string&) override { return true; }
    bool has_stopped(pid_t) override { return true; }

private:
    explicit FakeStage(std::unique_ptr<fakes::FakeHost> fake) : Stage(fake->parts), fake_(std::move(fake)) {}
    static fakes::Behaviour behaviour_of(const Act& act)
    {
        fakes::Behaviour behaviour;
        behaviour.status = act.exit << 8;
        behaviour.hangs = act.hangs || act.computes;
        behaviour.computes = act.computes;
        behaviour.deaf = act.deaf;
        behaviour.leaves_daemon = act.leaves_daemon;
        behaviour.daemon_deaf = act.daemon_deaf;
        behaviour.fails_to_exec = act.cannot_exec ? ENOENT : 0;
        behaviour.drains_in = 30ms;
        return behaviour;
    }
    std::unique_ptr<fakes::FakeHost> fake_;
};

class RealStage final : public Stage {
public:
    static std::unique_ptr<RealStage> make()
    {
        system::SignalMask::block_all();
        if (::mount("none", "/mnt", "tmpfs", 0, nullptr) != 0)
            return nullptr;
        host::Senses senses = host::Senses::open();
        keeper::PoolOptions options;
        options.output = ::open("/dev/null", O_WRONLY | O_CLOEXEC);
        auto pool = keeper::KeeperPool::start(options);
        if (!senses.fault.empty() || !pool)
            return nullptr;
        auto real = std::make_unique<host::LinuxHost>(std::move(senses), std::move(*pool), model::Settings{});
        if (!real->listen().empty())
            return nullptr;
        return std::unique_ptr<RealStage>(new RealStage(std::move(real)));
    }

    world::ScriptRequest script(const std::string& name, const Act& act) override
    {
        world::ScriptRequest request;
        request.label = name;
        if (act.cannot_exec)
            request.argv = {"/mnt/none/" + name, "start"};
        else
            request.argv = {"/bin/sh", "-c", text_of(name, act), "sh", "start"};
        return request;
    }
    world::ChildRequest child(const std::string& name, const Act& act) override
    {
        world::ChildRequest request;
        request.label = name;
        if (act.cannot_exec)
            request.argv = {"/mnt/none/" + name};
        else
            request.argv = {"/bin/sh", "-c", text_of(name, act)};
        return request;
    }
    bool is_set_up(const std::string& name) override
    {
        struct stat facts {};
        return ::stat(("/mnt/" + name).c_str(), &facts) == 0;
    }
    bool has_stopped(pid_t pid) override
    {
        const auto stat = system::read_process(pid);
        return stat && stat->state == 'T';
    }

private:
    explicit RealStage(std::unique_ptr<host::LinuxHost> real) : Stage(real->parts()), real_(std::move(real))
    {
    }
    static std::string text_of(const std::string& name, const Act& act)
    {
        std::string text = act.deaf ? "trap '' TERM; " : "";
        if (act.leaves_daemon)
            text += std::string("(") + (act.daemon_deaf ? "trap '' TERM; " : "") + ": >/mnt/" + name +
                    ".daemon; exec sleep 1000) & while [ ! -e /mnt/" + name + ".daemon ]; do :; done; ";
        text += ": >/mnt/" + name + "; ";
        if (act.computes)
            text += "(while :; do :; done); ";
        return text + (act.hangs ? "exec sleep 1000" : "exit " + std::to_string(act.exit));
    }
    std::unique_ptr<host::LinuxHost> real_;
};

inline void check_on_fake(Failure (*body)(Stage&))
{
    FakeStage stage;
    BOOST_TEST(body(stage) == "");
}

inline void check_on_kernel(Failure (*body)(Stage&))
{
    const auto failure = in_own_namespace([&]() -> Failure {
        const auto stage = RealStage::make();
        HOLDS(stage != nullptr);
        return body(*stage);
    });
    if (!failure)
        leave_out("namespaces are denied here");
    else
        BOOST_TEST(*failure == "");
}

/// One body, two cases: NAME_in_the_fake and NAME_in_the_kernel.
#define CONTRACT_TEST(name)                                                                                  \
    static init::test::Failure name##_body(init::test::Stage& stage);                                        \
    BOOST_AUTO_TEST_CASE(name##_in_the_fake)                                                                 \
    {                                                                                                        \
        init::test::check_on_fake(name##_body);                                                              \
    }                                                                                                        \
    BOOST_AUTO_TEST_CASE(name##_in_the_kernel)                                                               \
    {                                                                                                        \
        init::test::check_on_kernel(name##_body);                                                            \
    }                                                                                                        \
    static init::test::Failure name##_body(init::test::Stage& stage)

} // namespace init::test
