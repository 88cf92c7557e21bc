// SPDX-License-Identifier: MIT
// A life in which people call for scripts, and whose services are looked at on the way.
#pragma once

#include "scenario/life.h"

#include <algorithm>

namespace init::scenario {

struct Watched : Life {
    explicit Watched(std::initializer_list<std::string> services)
    {
        red_hat(services);
        for (const std::string& name : services)
            host.file("/etc/rc.d/init.d/" + name, "", true);
        host.before_event = [this] { look(); };
    }
    void call_at(std::chrono::milliseconds when, const std::string& service, const std::string& verb)
    {
        host.at(when, world::ServiceCalled{world::CallId{++calls}, service, {verb}, {}, {}, -1});
    }
    void look_at(std::chrono::milliseconds when, const std::string& name)
    {
        looks.push_back({when, name, {}, {}});
        host.at(when, world::OrphansReaped{});
    }
    /// The state that the n-th look saw.
    std::string seen(std::size_t n) const { return looks.at(n).state; }
    std::size_t times_said(std::string_view part) const
    {
        return static_cast<std::size_t>(
            std::count_if(host.said.begin(), host.said.end(),
                          [&](const std::string& line) { return line.find(part) != std::string::npos; }));
    }
    std::chrono::milliseconds begun(const std::string& what) { return host.spans.at(what).begin; }
    std::chrono::milliseconds ended(const std::string& what) { return *host.spans.at(what).end; }

    struct Look {
        std::chrono::milliseconds when;
        std::string name;
        std::string state;
        std::optional<int> exit; ///< the script's last
    };
    std::vector<Look> looks;
    std::uint32_t calls = 0;

private:
    void look()
    {
        for (Look& look : looks) {
            if (!look.state.empty() || host.elapsed() < look.when || !report)
                continue;
            look.state = "unknown";
            for (const model::ServiceStatus& row : report().services)
                if (row.name == look.name) {
                    look.state = row.state;
                    look.exit = row.exit;
                }
        }
    }
};

} // namespace init::scenario
