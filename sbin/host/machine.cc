// SPDX-License-Identifier: MIT
#include "host/machine.h"

#include "system/machine_probe.h"
#include "system/process_title.h"

#include <sched.h>
#include <unistd.h>

#include <algorithm>

namespace init::host {

Machine::Machine(world::Log& log, bool set_hostname) noexcept
    : log_(log), set_hostname_(set_hostname), has_terminal_(::isatty(STDIN_FILENO) == 1)
{
}

model::MachineFacts Machine::machine_facts()
{
    if (!facts_) {
        facts_ = system::probe_machine();
        facts_->set_hostname = set_hostname_;
    }
    return *facts_;
}

unsigned Machine::processors() noexcept
{
    cpu_set_t set;
    if (::sched_getaffinity(0, sizeof set, &set) != 0)
        return 1;
    return static_cast<unsigned>(std::max(CPU_COUNT(&set), 1));
}

void Machine::release_console() noexcept
{
    if (has_terminal_)
        log_.say("the container's terminal is lost; entries are started without one from now on");
    has_terminal_ = false;
}

void Machine::set_title(std::string_view title) noexcept
{
    system::set_title(title, "init");
}

} // namespace init::host
