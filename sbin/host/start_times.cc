// SPDX-License-Identifier: MIT
#include "host/start_times.h"

#include "system/process_table.h"

#include <unistd.h>

#include <algorithm>
#include <ctime>

namespace init::host {
namespace {

constexpr std::int64_t second = 1'000'000'000;

std::int64_t read_clock(clockid_t clock) noexcept
{
    timespec time{};
    (void)::clock_gettime(clock, &time);
    return time.tv_sec * second + time.tv_nsec;
}

std::int64_t ahead_now() noexcept
{
    return read_clock(CLOCK_REALTIME) - read_clock(CLOCK_BOOTTIME);
}

} // namespace

StartTimes::StartTimes() noexcept : least_ahead_(ahead_now()) {}

std::int64_t StartTimes::of(pid_t pid) noexcept
{
    least_ahead_ = std::min(least_ahead_, ahead_now());
    const auto stat = system::read_process(pid);
    const long ticks_a_second = ::sysconf(_SC_CLK_TCK);
    if (!stat || ticks_a_second <= 0)
        return 0;
    const auto since_start = static_cast<std::int64_t>(stat->start_time) * (second / ticks_a_second);
    return (least_ahead_ + since_start) / second;
}

} // namespace init::host
