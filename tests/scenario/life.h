// SPDX-License-Identifier: MIT
// A container's life in one value: a fake host with a tree, the supervisor on it, and what both have to say
// afterwards.
#pragma once

#include "fakes/fake_host.h"
#include "supervisor/supervisor.h"

#include <csignal>
#include <string>

namespace init::scenario {

using namespace std::chrono_literals;
using fakes::FakeHost;

inline constexpr int killed_by(int signo)
{
    return signo;
}
inline constexpr int exited(int code)
{
    return code << 8;
}

// What a stop signal from outside has of the 10 s that are granted by default, counted from its arrival.
inline constexpr auto reserve_after_signal = 8500ms;
inline constexpr auto kill_after_signal = 9200ms;
inline constexpr auto deadline_after_signal = 9500ms;

struct Life {
    Life() = default;
    /// A plain tree with this inittab.
    explicit Life(const std::string& table) { host.file("/etc/inittab", table); }

    FakeHost host;
    model::Settings settings;
    supervisor::Options options{std::nullopt, false, "true", "test"};

    /// A Red Hat-shaped tree whose level 3 starts, and whose level 0 stops, the services named.
    void red_hat(std::initializer_list<std::string> services)
    {
        host.file("/etc/rc.d/rc3.d/.keep");
        host.file("/etc/rc.d/init.d/.keep");
        int number = 10;
        for (const std::string& name : services) {
            host.link("/etc/rc.d/rc3.d", "S" + std::to_string(number) + name);
            for (const char* level : {"/etc/rc.d/rc0.d", "/etc/rc.d/rc6.d", "/etc/rc.d/rc2.d"})
                host.link(level, "K" + std::to_string(100 - number) + name);
            host.start_of(name).leaves_daemon = true;
            ++number;
        }
    }
    void debian(std::initializer_list<std::string> services)
    {
        host.file("/etc/rcS.d/.keep");
        int number = 10;
        for (const std::string& name : services) {
            host.link("/etc/rc2.d", "S" + std::to_string(number) + name);
            for (const char* level : {"/etc/rc0.d", "/etc/rc6.d"})
                host.link(level, "K" + std::to_string(100 - number) + name);
            host.start_of(name).leaves_daemon = true;
            ++number;
        }
    }
    int run()
    {
        supervisor::Supervisor supervisor{host.parts, settings, options};
        report = [&supervisor] { return supervisor.report(true); };
        const int status = supervisor.run();
        report = nullptr;
        return status;
    }
    std::function<model::StatusReport()> report; ///< while it runs

    /// What was done with scripts and entries and what they were sent, without the housekeeping.
    [[nodiscard]] std::vector<std::string> deeds() const
    {
        std::vector<std::string> all;
        for (const std::string& line : host.record)
            if (line != "mend" && line != "prepare" && !line.ends_with("record"))
                all.push_back(line);
        return all;
    }
    /// True when `first` stands before `second` in the record, both there.
    [[nodiscard]] bool in_order(const std::string& first, const std::string& second) const
    {
        const auto a = std::find(host.record.begin(), host.record.end(), first);
        const auto b = std::find(host.record.begin(), host.record.end(), second);
        return a != host.record.end() && b != host.record.end() && a < b;
    }
};

} // namespace init::scenario
