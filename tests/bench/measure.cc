// SPDX-License-Identifier: MIT
#include "measure.h"

#include <algorithm>
#include <cstdio>
#include <stdexcept>

namespace bench {

using namespace std::chrono_literals;

Run run_;

double median(Figures values)
{
    if (values.empty())
        throw std::runtime_error("nothing was measured");
    std::sort(values.begin(), values.end());
    const std::size_t middle = values.size() / 2;
    return values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

double milliseconds(Clock::duration time)
{
    return std::chrono::duration<double, std::milli>(time).count();
}

void heading()
{
    std::printf("%-44s | %10s | %10s | %6s | %6s |\n", "figure", "ours", "peer", "ratio", "limit");
}

void verdict(const std::string& figure, bool held, const std::string& why)
{
    if (held)
        std::printf("ok - %s\n", figure.c_str());
    else
        std::printf("not ok - %s: %s\n", figure.c_str(), why.c_str());
    run_.missed += held ? 0 : 1;
    std::fflush(stdout);
}

void ratio_row(const std::string& figure, double ours, double peer, double limit)
{
    const double ratio = ours / peer;
    const bool held = ratio <= limit;
    std::printf("%-44s | %10.3f | %10.3f | %6.3f | %6.2f | %s\n", figure.c_str(), ours, peer, ratio, limit,
                held ? "ok" : "MISSED");
    char why[64];
    std::snprintf(why, sizeof why, "ratio %.3f, limit %.2f", ratio, limit);
    verdict(figure, held, why);
}

void absolute_row(const std::string& figure, double ours, double limit)
{
    const bool held = ours <= limit;
    std::printf("%-44s | %10.3f | %10s | %6s | %6.2f | %s\n", figure.c_str(), ours, "-", "-", limit,
                held ? "ok" : "MISSED");
    char why[64];
    std::snprintf(why, sizeof why, "%.3f, limit %.2f", ours, limit);
    verdict(figure, held, why);
}

Setting setting(const std::string& root, std::vector<std::string> arguments)
{
    Setting result;
    result.root = run_.roots + "/" + root;
    result.arguments = std::move(arguments);
    result.environment = {"PATH=/sbin:/usr/sbin:/bin:/usr/bin", "LC_ALL=C"};
    result.log = run_.log_file;
    return result;
}

void told_row(const std::string& figure, double ours, double peer)
{
    std::printf("%-44s | %10.3f | %10.3f | %6.3f | %6s | told\n", figure.c_str(), ours, peer, ours / peer,
                "-");
    std::fflush(stdout);
}

Setting ours(const std::string& root)
{
    Setting result = setting(root, {"/sbin/init", "3"});
    for (const char* variable : {"RCINIT_SYSINIT=none", "RCINIT_RC=engine"})
        result.environment.emplace_back(variable);
    return result;
}

Boot boot_once(const Setting& how)
{
    Container container(how);
    Clock::time_point seen;
    if (!container.wait_for_mark("up", 30s, seen))
        throw std::runtime_error(how.arguments[0] + ": the last script of " + how.root + " did not run");
    const double wall = milliseconds(seen - container.began());
    return {wall, static_cast<double>(container.settled_cpu()) / 1e6};
}

} // namespace bench
