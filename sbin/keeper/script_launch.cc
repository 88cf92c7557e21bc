// SPDX-License-Identifier: MIT
#include "keeper/script_launch.h"

#include "keeper/script_environment.h"

#include <cerrno>

namespace init::keeper {

namespace {

constexpr std::size_t words_limit = 1024;

// Its pages become memory of this process only where it writes to them.
char* words[words_limit + 1];

} // namespace

int ScriptLaunch::read(const Order& order, StringReader& strings) noexcept
{
    reset_environment(); // of the run before, whose strings are overwritten by now
    words[0] = nullptr;
    if (order.words == 0 || order.words > words_limit)
        return E2BIG;
    const char* const limits = strings.next();
    if (limits != nullptr)
        limit_count_ = read_limits(limits, limits_);
    for (std::size_t i = 0; i < order.words; ++i)
        if ((words[i] = strings.next()) == nullptr)
            return EINVAL;
    words[order.words] = nullptr; // a longer run may have been here
    for (std::size_t i = 0; i < order.variables; ++i) {
        char* const variable = strings.next();
        if (variable == nullptr || !set_variable(variable))
            return E2BIG;
    }
    return 0;
}

system::Spawned ScriptLaunch::spawn(int writer, int cgroup_procs, pid_t* record) noexcept
{
    system::SpawnRequest request;
    request.path = words[0];
    request.argv = words;
    request.environment = boot_environment();
    request.standard[1] = writer;
    request.standard[2] = writer;
    request.cgroup_procs = cgroup_procs;
    request.limits = limits_;
    request.limit_count = limit_count_;
    request.soft_limit_restored = true;
    request.pid_record = record;
    return system::spawn(request);
}

} // namespace init::keeper
